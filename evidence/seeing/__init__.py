"""The measures taken of a picture's pixels, one module each; here they are put together.

A measure never judges and never raises for an odd picture: where it has nothing to go by it is None.
"""

from __future__ import annotations

from evidence.seeing import credentials, fingerprints, screen, sharpness, thumbnail
from evidence.seeing.subject import Subject
from evidence.seen import Seen

__all__ = ["Subject", "look"]


def look(subject: Subject) -> Seen:
    """Take every measure of one picture."""
    (pdq, *turned), quality = fingerprints.pdq(subject.picture)
    return Seen(
        pixels=fingerprints.pixels(subject.picture),
        pdq=pdq,
        pdq_turned=tuple(turned),
        pdq_quality=quality,
        blur=sharpness.blur(subject.picture),
        light=sharpness.light(subject.picture),
        thumbnail_unlike=thumbnail.unlike(subject),
        screen=screen.pattern_db(subject.picture),
        credentials=credentials.read(subject.original, subject.media_type, subject.trust),
    )
