"""What comes of developing a photo, apart from the libraries that develop it: whoever serves need not load those."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.imaging import Copies
from evidence.seen import Seen


@dataclass(frozen=True, slots=True)
class Developed:
    """The copies of a photo, and what was seen while they were made."""

    copies: Copies
    seen: Seen
