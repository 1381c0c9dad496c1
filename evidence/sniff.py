"""The type of a file by its bytes.

The file's name and the upload's header are claims like any other and are not asked here.
"""

from __future__ import annotations

import re

from evidence.errors import EmptyFileError, UnsupportedTypeError

#: How many bytes from the start of a file `sniff` wants to see.
HEAD_BYTES = 512

# Brands of ISO base media files (ISO/IEC 23008-12, AV1 Image File Format 1.1).
_BRANDS = {
    b"heic": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"heix": "image/heif",
    b"mif1": "image/heif",
    b"mif2": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
}

_STRANGERS = (
    (re.compile(rb"%PDF-"), "a PDF document"),
    (re.compile(rb"GIF8[79]a"), "a GIF picture"),
    (re.compile(rb"PK(\x03\x04|\x05\x06)"), "a ZIP archive or office document"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "a BMP picture"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "a Matroska or WebM video"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "an AVI video"),
    (re.compile(rb"\0\0\0\x0cJXL |\xff\x0a"), "a JPEG XL picture"),
    (re.compile(rb"\0\0\0\x0cjP  "), "a JPEG 2000 picture"),
    (re.compile(rb"....ftyp", re.DOTALL), "an MP4 or QuickTime video"),
    (re.compile(rb"\x7fELF|MZ"), "a program"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|body|script)", re.IGNORECASE), "an HTML page"),
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<?svg", re.IGNORECASE | re.DOTALL),
        "an SVG drawing",
    ),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml", re.IGNORECASE), "an XML document"),
    (re.compile(rb"\s*[\[{]"), "JSON or another text"),
    (re.compile(rb"\0+\Z"), "nothing but zeros"),
    (re.compile(rb"[\t\n\r\x20-\x7e]+\Z"), "plain text"),
)


def sniff(head: bytes) -> str:
    """Tell the media type from the first `HEAD_BYTES` bytes of a file.

    Returns:
        ``image/jpeg``, ``image/png``, ``image/webp``, ``image/tiff`` (BigTIFF too),
        ``image/heic``, ``image/heif`` or ``image/avif``.

    Raises:
        EmptyFileError: there are no bytes.
        UnsupportedTypeError: not a photograph; the error names what the bytes seem to be.
    """
    if not head:
        raise EmptyFileError
    found = _photograph(head)
    if found is None:
        raise UnsupportedTypeError(_stranger(head))
    return found


def _photograph(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "image/tiff"
    return _base_media(head) if head[4:8] == b"ftyp" else None


def _base_media(head: bytes) -> str | None:
    """Take the major brand, or the first compatible brand that is a still picture's."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)


def _stranger(head: bytes) -> str:
    return next((name for pattern, name in _STRANGERS if pattern.match(head)), "an unknown format")
