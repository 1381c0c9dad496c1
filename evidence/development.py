"""Developing a photo: decoded once, it gives its copies and all that is measured in its pixels.

This runs in the darkroom. Each measure is a module of ``evidence.seeing``; which of them mean anything
is for the pixel checks to say.
"""

from __future__ import annotations

from typing import BinaryIO

from evidence import imaging, seeing
from evidence.developed import Developed
from evidence.imaging import MAX_PIXELS
from evidence.provenance import NOBODY, Trust


def develop(stream: BinaryIO, media_type: str, *, max_pixels: int = MAX_PIXELS, trust: Trust = NOBODY) -> Developed:
    """Make the copies and take every measure, from one decode.

    Args: as `evidence.imaging.copies`; ``trust`` says whose Content Credentials are believed.

    Raises:
        UndecodableError: as there.
    """
    print_ = imaging.printed(stream, media_type, max_pixels=max_pixels)
    stream.seek(0)
    seen = seeing.look(seeing.Subject(print_.picture, stream.read(), media_type, trust))
    return Developed(imaging.copies_of(print_), seen)
