"""The clock, read in one place, so that everything below takes ``now`` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


def iso(instant: datetime | None) -> str | None:
    """RFC 3339 in UTC with a Z, or None."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
