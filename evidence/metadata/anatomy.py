"""What each file format's walk finds: size in pixels, wholeness, and where the metadata lie.

The formats' own modules walk marks, chunks and boxes; no pixel is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass

TRUNCATED = "truncated"
DAMAGED = "damaged"
BOMB = "bomb"

#: A picture larger than this is not opened: the largest phone sensor has 200 megapixels.
MAX_PIXELS = 200_000_000
#: JPEG cannot say more than 65,535; libjpeg refuses beyond 65,500.
MAX_SIDE = 65_500


@dataclass(slots=True)
class Anatomy:
    """Findings of one walk, filled in as it goes, so that a damaged file still tells what it can.

    ``exif`` is a TIFF block (it starts ``II`` or ``MM``), ``xmp`` an XML packet. ``whole_file_is_exif``
    marks a TIFF, whose tags lie in the file itself.
    """

    width: int | None = None
    height: int | None = None
    defect: str | None = None
    detail: str | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    whole_file_is_exif: bool = False
    trailing_bytes: int = 0

    def fail(self, defect: str, detail: str) -> None:
        """Record a defect; the first one found is the one reported."""
        if self.defect is None:
            self.defect, self.detail = defect, detail

    def conclude(self) -> None:
        """Judge the picture size: a bomb outranks every other defect, a missing size is one."""
        width, height = self.width or 0, self.height or 0
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            self.defect, self.detail = BOMB, f"{width} x {height} pixels are claimed"
        elif not width or not height:
            self.fail(DAMAGED, "no picture size is stated")


def tiff_block(payload: bytes) -> bytes | None:
    """Strip the ``Exif`` prefixes that containers put before a TIFF block; None where there is none."""
    for _ in range(2):
        # Some phones write the prefix twice.
        if payload[:6] in (b"Exif\0\0", b"Exif\0\xff"):
            payload = payload[6:]
    return payload if payload[:2] in (b"II", b"MM") else None
