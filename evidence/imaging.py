"""Small copies of a photo for screens: a thumbnail and a web copy, upright, in sRGB, without metadata.

The original is only read, never changed. This room decodes pixels and therefore belongs to the
worker, not to an upload request; what the file *says* of itself is the metadata reader's concern.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import BinaryIO

import numpy as np
import simplejpeg
from PIL import Image, ImageCms
from PIL.AvifImagePlugin import AvifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

#: Longest sides of the two copies at most, in pixels.
THUMBNAIL_PX = 400
WEB_PX = 1600
#: A web copy this long or longer is left as the decoder scaled it; making it exact would cost more than decoding it.
WEB_LEAST_PX = 1200

QUALITY = 80

#: Pictures above this many pixels are taken for bombs; phones make up to 200 million.
MAX_PIXELS = 200_000_000

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})

# The decoders are called by name and not through Image.open, for three reasons: a file cannot
# choose its decoder, nothing need be registered globally, and the bomb limit is ours to give.
_DECODERS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/webp": WebPImageFile,
    "image/avif": AvifImageFile,
    "image/tiff": TiffImageFile,
    "image/heic": HeifImageFile,
    "image/heif": HeifImageFile,
}
_BOXED = frozenset({"image/heic", "image/heif", "image/avif"})

_PROFILE_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))

_WARNINGS_LOCK = threading.Lock()


class UndecodableReason(StrEnum):
    """Why no copy could be made; the words of :attr:`evidence.claims.FileClaim.defect`."""

    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    BOMB = "bomb"
    UNSUPPORTED = "unsupported"


class UndecodableError(Exception):
    """The bytes cannot be shown as a picture; ``detail`` is for the log, not for a person."""

    def __init__(self, reason: UndecodableReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Copies:
    """Two JPEG files and the size of the original in pixels as a person sees it (upright)."""

    thumbnail: bytes
    web: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Print:
    """A picture upright, in sRGB and at a web copy's size, beside the original's size in pixels as seen upright."""

    picture: Image.Image
    width: int
    height: int


def copies(stream: BinaryIO, media_type: str, *, max_pixels: int = MAX_PIXELS) -> Copies:
    """Make both copies of a photo; arguments and errors as those of ``printed``."""
    return copies_of(printed(stream, media_type, max_pixels=max_pixels))


def copies_of(print_: Print) -> Copies:
    """The two JPEG files of a print."""
    web = print_.picture
    return Copies(_jpeg(_fitted(web, THUMBNAIL_PX)), _jpeg(web), print_.width, print_.height)


def printed(stream: BinaryIO, media_type: str, *, max_pixels: int = MAX_PIXELS) -> Print:
    """Decode a photo once, scaled down while decoding where JPEG allows it.

    Of several frames the first, or the one the file calls primary, is taken. Nothing is enlarged.

    Args:
        stream: the original file; it must be seekable and is read from its start.
        media_type: what the bytes are, as sniffed (``image/jpeg``, ``image/heic``, …).
        max_pixels: refuse pictures of more pixels than this before decoding them.

    Raises:
        UndecodableError: the file is truncated, damaged, a pixel bomb or of no known type.
    """
    picture, width, height = _upright(stream, media_type, max_pixels)
    return Print(_in_srgb(_fitted(_plain(picture), WEB_PX)), width, height)


def _upright(stream: BinaryIO, media_type: str, max_pixels: int) -> tuple[Image.Image, int, int]:
    """Decode ``stream``; the picture, possibly scaled, and the width and height of the original."""
    with _decoding():
        image = _opened(stream, media_type)
        width, height = image.size
        if width * height > max_pixels:
            raise UndecodableError(UndecodableReason.BOMB, f"{width} x {height} pixels")
        picture = _in_eighths(stream, image) or _by_pillow(image)
        # Pillow turns TIFF, and pillow-heif HEIF, while loading: only now is the tag the rest to do.
        turn = 1 if isinstance(image, HeifImageFile) else _orientation(image)
    if turn in _SIDEWAYS:
        width, height = height, width
    return (picture.transpose(_TURNS[turn]) if turn in _TURNS else picture), width, height


def _by_pillow(image: ImageFile) -> Image.Image:
    image.draft(None, _fit(image.size, WEB_PX))
    image.load()
    return image


def _in_eighths(stream: BinaryIO, image: ImageFile) -> Image.Image | None:
    """A JPEG decoded at the eighth of its size that needs the least work after it; None where Pillow must.

    libjpeg-turbo scales by any number of eighths while it decodes, Pillow by halves alone. What it only
    remarks on is left to Pillow too, so that both never disagree on which file is damaged.
    """
    if not isinstance(image, JpegImageFile) or image.mode not in ("L", "RGB"):
        return None
    least_width, least_height = (-(-side * _eighths(max(image.size)) // 8) for side in image.size)
    stream.seek(0)
    try:
        pixels = simplejpeg.decode_jpeg(
            stream.read(), "GRAY" if image.mode == "L" else "RGB", min_width=least_width, min_height=least_height
        )
    except ValueError:
        return None
    picture = Image.fromarray(pixels[:, :, 0] if image.mode == "L" else pixels)
    picture.info = image.info
    return picture


def _eighths(longest_px: int) -> int:
    """In how many eighths a picture is decoded: the most that need no scaling afterwards, else the fewest that do."""
    most = min(8, WEB_PX * 8 // longest_px)
    return most if most == 8 or most * longest_px >= WEB_LEAST_PX * 8 else most + 1


def _opened(stream: BinaryIO, media_type: str) -> ImageFile:
    """Read the header with the one decoder that ``media_type`` names."""
    decoder = _DECODERS.get(media_type)
    if decoder is None:
        raise UndecodableError(UndecodableReason.UNSUPPORTED, media_type)
    if media_type in _BOXED:
        _require_whole_boxes(stream)
    stream.seek(0)
    with _no_warnings():
        return decoder(stream)


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn whatever a decoder raises into our one error.

    Decoders of hostile bytes fail with nearly any exception (OSError, SyntaxError, KeyError,
    struct.error …), so all are caught here; want of memory is the machine's fault and passes.
    """
    try:
        yield
    except (UndecodableError, MemoryError):
        raise
    except Exception as error:
        lost_its_end = isinstance(error, EOFError) or "truncated" in str(error).lower()
        reason = UndecodableReason.TRUNCATED if lost_its_end else UndecodableReason.DAMAGED
        raise UndecodableError(reason, f"{type(error).__name__}: {error}") from error


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Keep a decoder's remarks on odd headers to ourselves.

    ``catch_warnings`` swaps a list that all threads share; without the lock two workers could
    restore each other's and leave warnings switched off for good.
    """
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _require_whole_boxes(stream: BinaryIO) -> None:
    """Refuse an ISO-BMFF file with a box that ends after the file does (ISO/IEC 14496-12, 4.2).

    libheif decodes such a file without complaint and paints what is missing grey.
    """
    length = stream.seek(0, os.SEEK_END)
    start = 0
    while start < length:
        stream.seek(start)
        header = stream.read(16)
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        size = size or length - start
        if size < 8 or start + size > length:
            raise UndecodableError(UndecodableReason.TRUNCATED, f"box at {start} of {size} bytes in {length}")
        start += size


def _orientation(image: Image.Image) -> int:
    """EXIF Orientation, 1 to 8; 1 where the file has none or one that cannot be read."""
    with _no_warnings():
        try:
            return int(image.getexif().get(_ORIENTATION_TAG, 1))
        except Exception:
            # A broken tag block does not make the picture unseeable: it is shown as stored.
            return 1


def _plain(image: Image.Image) -> Image.Image:
    """The picture as L, RGB, CMYK or LAB with eight bits a channel, transparency laid on white."""
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    if image.mode.startswith("I"):
        return _from_16_bits(image)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    plain = image.convert("L" if image.mode in ("1", "F") else "RGB")
    plain.info = image.info
    return plain


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Greyscale of 16 bits as L; Pillow's own conversion clips at 255 in some versions."""
    grey = np.clip(np.asarray(image).astype(np.int64), 0, 0xFFFF) >> 8
    plain = Image.fromarray(grey.astype(np.uint8))
    plain.info = image.info
    return plain


def _on_white(image: Image.Image) -> Image.Image:
    """Lay an RGBA picture on white paper, as a page would show it."""
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    paper.info = image.info
    return paper


def _fit(size: tuple[int, int], longest_px: int) -> tuple[int, int]:
    """``size`` scaled to a longest side of ``longest_px``; never larger than it was, never empty."""
    scale = min(1.0, longest_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fitted(image: Image.Image, longest_px: int) -> Image.Image:
    size = _fit(image.size, longest_px)
    # Whole steps are averaged, and only the rest is weighed: a third of the work, and no eye sees it.
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.0)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert from the embedded colour profile; without a usable one the numbers are taken for sRGB."""
    transform = None
    if "icc_profile" in image.info or image.mode == "LAB":
        transform = _transform(image.info.get("icc_profile"), image.mode)
    converted = transform.apply(image) if transform else image.convert("RGB")
    # Pillow writes a comment and some blocks from ``info`` unasked, so nothing may be left in it.
    converted.info = {}
    return converted


def _transform(icc: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How to come from ``icc`` to sRGB; None where nothing is to do or the profile is no help."""
    try:
        source = _LAB if mode == "LAB" else ImageCms.ImageCmsProfile(BytesIO(icc or b""))
        profile = source.profile
        if mode != "LAB" and _PROFILE_SPACES.get(profile.xcolor_space.strip()) != mode:
            return None
        if mode == "RGB" and "sRGB" in (profile.profile_description or ""):
            return None
        return ImageCms.ImageCmsTransform(source, _SRGB, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    except (OSError, ImageCms.PyCMSError):
        return None


def _jpeg(image: Image.Image) -> bytes:
    """The picture as a JPEG file with no block beside those needed to show it.

    Progressive coding makes it an eighth smaller and takes five times as long; a lower quality is as small.
    """
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
