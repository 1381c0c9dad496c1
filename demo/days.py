"""The days of the programme, which are counted from the day on which it is loaded.

``day -12`` is the twelfth day before that day, so that the photos of a demonstration are always
as fresh as those of real work. Nothing else about the programme follows from the clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: A photo is at least this old when it is sent.
LEAST_AGE = timedelta(minutes=5)
SUNDAY = 7

_WHOLE = re.compile(r"day ([+-]?\d+)")
_IN_CELL = re.compile(r"(?m)(?:^|(?<=,))day ([+-]?\d+)(?=,|\r?$)")


def dated(value: Any, today: date) -> Any:
    """``value`` (plain JSON) with every text such as ``day -12`` replaced by its ISO date."""
    if isinstance(value, dict):
        return {name: dated(each, today) for name, each in value.items()}
    if isinstance(value, list):
        return [dated(each, today) for each in value]
    found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return _iso(found, today) if found else value


def dated_table(text: str, today: date) -> str:
    """A CSV table without quotes, with every cell such as ``day -12`` replaced by its ISO date."""
    return _IN_CELL.sub(lambda found: _iso(found, today), text)


def taken(anchor: datetime, zone: ZoneInfo, day: int, clock: time) -> datetime:
    """When a photo was taken: on a day relative to ``anchor``'s, by the zone's clock, never after ``anchor``.

    What falls on a Sunday is taken on the Saturday before, as nobody works on Sundays here.
    """
    on = anchor.astimezone(zone).date() + timedelta(days=day)
    if on.isoweekday() == SUNDAY and day < 0:
        on -= timedelta(days=1)
    return min(datetime.combine(on, clock, zone), (anchor - LEAST_AGE).astimezone(zone))


def _iso(found: re.Match[str], today: date) -> str:
    return (today + timedelta(days=int(found[1]))).isoformat()
