"""The type of a file is what its bytes say, never its name."""

from __future__ import annotations

import pytest

from evidence.errors import EmptyFileError, UnsupportedTypeError
from evidence.sniff import sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8X", "image/webp"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"II+\0\x08\0\0\0", "image/tiff"),
        (b"MM\0+\0\x08\0\0", "image/tiff"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x18ftypheix\0\0\0\0mif1heix", "image/heif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", "image/avif"),
        (b"\0\0\0\x18ftypABCD\0\0\0\0miafavif", "image/avif"),
    ],
)
def test_knows_each_kind_of_photograph(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@pytest.mark.parametrize(
    ("head", "seems"),
    [
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n  <script>alert(1)</script>", "an HTML page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "an SVG drawing"),
        (b'<?xml version="1.0"?><kml>', "an XML document"),
        (b"%PDF-1.7", "a PDF document"),
        (b"GIF89a", "a GIF picture"),
        (b"PK\x03\x04\x14", "a ZIP archive or office document"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42", "an MP4 or QuickTime video"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI video"),
        (b"\x7fELF\x02", "a program"),
        (b'{"type": "FeatureCollection"}', "JSON or another text"),
        (b"the photo is late", "plain text"),
        (bytes(512), "nothing but zeros"),
        (b"\x13\x37\x00\xfe", "an unknown format"),
        (b"\xff\xd8", "an unknown format"),
    ],
)
def test_names_what_a_file_that_is_no_photograph_seems_to_be(head: bytes, seems: str) -> None:
    with pytest.raises(UnsupportedTypeError) as refusal:
        sniff(head)

    assert refusal.value.seems == seems


def test_no_bytes_are_an_empty_file() -> None:
    with pytest.raises(EmptyFileError):
        sniff(b"")
