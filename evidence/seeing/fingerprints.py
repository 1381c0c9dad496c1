"""Fingerprints of a picture: one of its exact pixels, one that near pictures share."""

from __future__ import annotations

import hashlib

import numpy as np
import pdqhash
from PIL import Image

_FIELDS = 64, 64


def pixels(picture: Image.Image) -> str:
    """Lowercase hex sha256 over the size and the RGB values: blind to metadata, and to nothing else."""
    size = f"{picture.width}x{picture.height}:".encode()
    return hashlib.sha256(size + picture.convert("RGB").tobytes()).hexdigest()


def pdq(picture: Image.Image) -> tuple[tuple[str, ...], int]:
    """The PDQ hash as 64 hex digits, then those of the picture turned and mirrored, and the quality from 0 to 100.

    All eight come from one transform (hashing.pdf of ThreatExchange), the picture's own first. It is taken of the
    picture's averages over 64 by 64 fields: PDQ's own filter samples at places that move with the size, so that a
    smaller or a mirrored copy would be further away than it is (decision 0021).
    """
    fields = picture.convert("RGB").resize(_FIELDS, Image.Resampling.BOX)
    variants, quality = pdqhash.compute_dihedral(np.asarray(fields))
    return tuple(np.packbits(bits.astype(np.uint8)).tobytes().hex() for bits in variants), int(quality)
