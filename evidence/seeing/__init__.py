"""The measures taken of a picture's pixels, one module each; here they are put together.

A measure never judges and never raises for an odd picture: where it has nothing to go by it is None.
"""

from __future__ import annotations

from evidence.seeing import credentials, fingerprints
from evidence.seeing.subject import Subject
from evidence.seen import Seen

__all__ = ["Subject", "look"]


def look(subject: Subject) -> Seen:
    """Take every measure of one picture."""
    pdq, quality = fingerprints.pdq(subject.picture)
    return Seen(
        pixels=fingerprints.pixels(subject.picture),
        pdq=pdq,
        pdq_quality=quality,
        credentials=credentials.read(subject.original, subject.media_type, subject.trust),
    )
