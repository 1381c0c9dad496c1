"""Pages of a long list, by cursor: the place after the last item shown, not a number of items.

A cursor is opaque to clients. One that was not made here is a field error, never a fault.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from server.problems import FieldError, Problem
from server.texts import _

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


def instant(part: str) -> datetime:
    """The instant that is a part of a place, in UTC.

    Raises:
        Problem: ``invalid``, for one that this list did not give out.
    """
    try:
        stated = datetime.fromisoformat(part)
        if stated.tzinfo is not None:
            return stated.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise broken_cursor()


def identity(part: str) -> UUID:
    """The id that is a part of a place.

    Raises:
        Problem: ``invalid``, for one that this list did not give out.
    """
    try:
        return UUID(part)
    except ValueError:
        raise broken_cursor() from None


def _may_be_a_place(part: object) -> bool:
    """Times, ids and codes are printable; a lone surrogate or a NUL is nothing that a database takes."""
    return isinstance(part, str) and part.isprintable()


def broken_cursor() -> Problem:
    """The refusal of a cursor that does not come from this list."""
    return Problem(
        "invalid",
        _("Start again at the first page."),
        errors=[FieldError("#/cursor", _("This cursor was not given out by this list."))],
    )


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """One numbered part of a long list, for pages that say how much there is: ``first`` to ``last`` of ``total``."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def first(self) -> int:
        """The place of the first item shown, from 1; 0 where there is none."""
        return min((self.number - 1) * self.size + 1, self.total)

    @property
    def last(self) -> int:
        """The place of the last item shown."""
        return min(self.number * self.size, self.total)

    @property
    def previous(self) -> int | None:
        """The number of the part before, None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the part after, None on the last."""
        return self.number + 1 if self.last < self.total else None


def held(number: int, size: int, total: int) -> int:
    """``number`` brought back to the parts that there are: what was beyond the end is the last one."""
    return min(max(number, 1), max(-(-total // size), 1))


def part_of(items: Sequence[Item], number: int, size: int) -> Part[Item]:
    """One part of a list that is at hand."""
    number = held(number, size, len(items))
    return Part(items[(number - 1) * size : number * size], number, size, len(items))
