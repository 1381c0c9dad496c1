"""What a measure is given to look at."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Subject:
    """One picture: ``picture`` upright, in sRGB and scaled as a web copy; ``original`` the file it came from."""

    picture: Image.Image
    original: bytes
    media_type: str
