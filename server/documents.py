"""Frozen values that can be told as JSON: the read models of pages and of the public API.

Times become RFC 3339 in UTC, dates ISO 8601, ids and codes text; what is None stays null.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from server.times import iso


@dataclass(frozen=True)
class Document:
    """The parent of every read model."""

    def as_document(self) -> dict[str, Any]:
        """All fields as plain JSON values."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}


def plain(value: Any) -> Any:
    """A value as JSON knows it; raises TypeError for one that has no plain form."""
    if value is None or (isinstance(value, str | int | float | bool) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Document) and is_dataclass(value):
        return value.as_document()
    raise TypeError(f"{type(value).__name__} has no plain form")
