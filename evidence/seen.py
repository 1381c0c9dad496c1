"""What was measured in a photo's pixels, once, by the worker: the values that the pixel checks weigh.

Everything here follows from the file alone, so it is kept beside the original and measured once per file,
however often that file is sent. A value that could not be measured is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from evidence.provenance import Credentials


@dataclass(frozen=True, slots=True)
class Seen:
    """The measures of one picture, taken of it upright and scaled as its web copy is, and what vouches for the file.

    Attributes:
        pixels: lowercase hex sha256 of the size and the RGB values; the same for files that differ in metadata alone.
        pdq: the PDQ hash as 64 hex digits (github.com/facebook/ThreatExchange, hashing/hashing.pdf).
        pdq_quality: 0 to 100, how much there is to see; below 50 the hash says little.
        credentials: what the Content Credentials in the file came to; None where nobody looked.
    """

    pixels: str | None = None
    pdq: str | None = None
    pdq_quality: int | None = None
    credentials: Credentials | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @staticmethod
    def told(document: Mapping[str, Any]) -> Seen:
        """Read what ``document`` gave, also where it was written before some measure existed."""
        known = {each.name for each in fields(Seen)}
        kept = {name: value for name, value in document.items() if name in known}
        if kept.get("credentials") is not None:
            kept["credentials"] = Credentials.told(kept["credentials"])
        return Seen(**kept)
