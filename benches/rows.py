"""What a bench tells: one line a figure, and the percentiles it is made of."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def row(
    name: str,
    value: float | None,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    goal: str | None = None,
    met: bool | None = None,
    note: str | None = None,
) -> Row:
    """One figure beside its peer; ``note`` says what a reader must know, such as why a peer is missing."""
    told: Row = {
        "name": name,
        "value": _short(value),
        "unit": unit,
        "reference": _short(reference),
        "ratio": _short(ratio),
        "goal": goal,
        "met": met,
    }
    return told | ({"note": note} if note else {})


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie, the nearest one that was measured."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(values: Sequence[float]) -> str:
    """Three percentiles in words, for a note."""
    p50, p95, p99 = (percentile(values, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}"


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return float(statistics.median(values))


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
