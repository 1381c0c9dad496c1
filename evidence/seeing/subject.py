"""What a measure is given to look at."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from evidence.provenance import NOBODY, Trust


@dataclass(frozen=True, slots=True)
class Subject:
    """One picture: ``picture`` upright, in sRGB and scaled as a web copy; ``original`` the file it came from.

    ``trust`` says whose Content Credentials are believed.
    """

    picture: Image.Image
    original: bytes
    media_type: str
    trust: Trust = NOBODY
