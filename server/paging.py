"""Pages of a long list, by cursor: the place after the last item shown, not a number of items.

A cursor is opaque to clients. One that was not made here is a field error, never a fault.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from server.problems import FieldError, Problem

Item = TypeVar("Item")
DEFAULT_LIMIT = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and the cursor of the next page, None on the last."""

    items: Sequence[Item]
    next: str | None


def encode(*place: str) -> str:
    """The cursor of the place after an item."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode(cursor: str, *, parts: int) -> list[str]:
    """The place that ``cursor`` names, as so many texts.

    Raises:
        Problem: ``invalid``, for a cursor that this list did not give out.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise broken_cursor() from None
    if not isinstance(place, list) or len(place) != parts or not all(_may_be_a_place(part) for part in place):
        raise broken_cursor()
    return place


def _may_be_a_place(part: object) -> bool:
    """Times, ids and codes are printable; a lone surrogate or a NUL is nothing that a database takes."""
    return isinstance(part, str) and part.isprintable()


def broken_cursor() -> Problem:
    """The refusal of a cursor that does not come from this list."""
    return Problem(
        "invalid",
        "Start again at the first page.",
        errors=[FieldError("#/cursor", "This cursor was not given out by this list.")],
    )
