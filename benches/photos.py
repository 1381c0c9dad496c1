"""Photos for the upload benches: 12 megapixels, about 1.4 MB, with a phone's EXIF, each one different.

The picture is drawn once; the copies differ in one EXIF text of fixed length, so that making a
thousand of them costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.programme import ON_SITE

WIDTH, HEIGHT = 4000, 3000
QUALITY = 64
MARK = b"photo-number-00000000"


def photos(count: int, *, first: int = 0) -> Iterator[bytes]:
    """So many different photos, taken an hour ago in the middle of the test programme's road."""
    template = _template()
    for number in range(first, first + count):
        yield template.replace(MARK, MARK[:-8] + f"{number:08d}".encode(), 1)


@cache
def _template() -> bytes:
    out = BytesIO()
    _picture().save(out, "JPEG", quality=QUALITY, exif=_exif())
    return out.getvalue()


def _picture() -> Image.Image:
    """Slopes with grain: compresses to what a phone's photo of a road does."""
    grain = np.random.default_rng(7).normal(0, 9, (HEIGHT // 2, WIDTH // 2, 3)).repeat(2, axis=0).repeat(2, axis=1)
    slopes = np.linspace(40, 200, HEIGHT)[:, None, None] + 25 * np.sin(np.linspace(0, 30, WIDTH))[None, :, None]
    return Image.fromarray(np.clip(slopes + grain, 0, 255).astype(np.uint8))


def _exif() -> Image.Exif:
    taken = datetime.now(UTC) - timedelta(hours=1)
    exif = Image.Exif()
    exif.update({0x010F: "Saksi", 0x0110: "Bench phone", 0x0112: 1, 0x0131: "camera 1.0"})
    details = exif.get_ifd(0x8769)
    details.update({0x9003: taken.strftime("%Y:%m:%d %H:%M:%S"), 0x9011: "+00:00", 0x829A: 0.004, 0x829D: 1.8})
    details[0xA420] = MARK.decode()
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: _degrees(ON_SITE[0]), 3: "E", 4: _degrees(ON_SITE[1]), 0x1F: 4.7})
    return exif


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    return IFDRational(round(value * 1_000_000), 1_000_000), IFDRational(0, 1), IFDRational(0, 1)
