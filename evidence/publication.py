"""What is done with a web copy before the public may see it: faces looked for, areas hidden, made small again.

This runs in the darkroom, on copies that the darkroom itself made. Which areas are hidden is said from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from evidence import imaging
from evidence.imaging import Copies, Print
from evidence.redaction import Box, Face, redacted
from evidence.seeing import faces

_JPEG = "image/jpeg"


def faces_in(copy: bytes) -> tuple[Face, ...]:
    """All that may be a face in a web copy.

    Raises:
        UndecodableError: it is no whole JPEG.
    """
    return faces.find(_print(copy).picture)


def redact(copy: bytes, boxes: Sequence[Box]) -> Copies:
    """The web copy and the thumbnail that the public may see, with these areas made unreadable.

    Raises:
        UndecodableError: it is no whole JPEG.
    """
    whole = _print(copy)
    return imaging.copies_of(Print(redacted(whole.picture, boxes), whole.width, whole.height))


def _print(copy: bytes) -> Print:
    return imaging.printed(BytesIO(copy), _JPEG)
