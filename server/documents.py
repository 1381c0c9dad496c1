"""Frozen values that can be told as JSON: the read models of pages and of the API, and the claims.

Instants become RFC 3339 in UTC, wall times and dates ISO 8601, ids and codes text; what is None stays null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any
from uuid import UUID

from server.times import iso


@dataclass(frozen=True)
class Document:
    """The parent of every read model."""

    def as_document(self) -> dict[str, Any]:
        """All fields as plain JSON values."""
        return _members(self)


def plain(value: Any) -> Any:
    """A value as JSON knows it; raises TypeError for one that has no plain form."""
    for kinds, told in _FORMS:
        if isinstance(value, kinds):
            return told(value)
    if is_dataclass(value):
        return _members(value)
    raise TypeError(f"{type(value).__name__} has no plain form")


def _members(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def _time(value: datetime) -> str | None:
    """A wall time has no zone to be turned from, and stays what the clock showed."""
    return value.isoformat() if value.tzinfo is None else iso(value)


#: The first that fits holds: a datetime is a date as well, and a code of a StrEnum is text.
_FORMS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Enum, lambda code: code.value),
    ((str, int, float, NoneType), lambda value: value),
    (datetime, _time),
    (date, date.isoformat),
    (UUID, str),
    (dict, lambda members: {key: plain(each) for key, each in members.items()}),
    ((list, tuple), lambda items: [plain(each) for each in items]),
    (Document, lambda document: document.as_document()),
)
