"""What was measured in a photo's pixels, once, by the worker: the values that the pixel checks weigh.

Everything here follows from the file alone, so it is kept beside the original and measured once per file,
however often that file is sent. A value that could not be measured is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """The measures of one picture, taken of it upright and scaled as its web copy is.

    Attributes:
        pixels: lowercase hex sha256 of the size and the RGB values; the same for files that differ in metadata alone.
        pdq: the PDQ hash as 64 hex digits (github.com/facebook/ThreatExchange, hashing/hashing.pdf).
        pdq_turned: the hashes of the picture turned and mirrored in the seven other ways of a square.
        pdq_quality: 0 to 100, how much there is to see; below 50 the hash says little.
    """

    pixels: str | None = None
    pdq: str | None = None
    pdq_turned: tuple[str, ...] = ()
    pdq_quality: int | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @staticmethod
    def told(document: Mapping[str, Any]) -> Seen:
        """Read what ``document`` gave, also where it was written before some measure existed."""
        known = {each.name for each in fields(Seen)}
        # JSON knows no tuples.
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
        }
        return Seen(**{name: value for name, value in values.items() if name in known})
