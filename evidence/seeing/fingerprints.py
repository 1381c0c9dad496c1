"""Fingerprints of a picture: one of its exact pixels, one that near pictures share."""

from __future__ import annotations

import hashlib

import numpy as np
import pdqhash
from PIL import Image


def pixels(picture: Image.Image) -> str:
    """Lowercase hex sha256 over the size and the RGB values: blind to metadata, and to nothing else."""
    size = f"{picture.width}x{picture.height}:".encode()
    return hashlib.sha256(size + picture.convert("RGB").tobytes()).hexdigest()


def pdq(picture: Image.Image) -> tuple[tuple[str, ...], int]:
    """The PDQ hash as 64 hex digits, then those of the picture turned and mirrored, and the quality from 0 to 100.

    All eight come from one transform (hashing.pdf of ThreatExchange), the picture's own first.
    """
    variants, quality = pdqhash.compute_dihedral(np.asarray(picture.convert("RGB")))
    return tuple(np.packbits(bits.astype(np.uint8)).tobytes().hex() for bits in variants), int(quality)
