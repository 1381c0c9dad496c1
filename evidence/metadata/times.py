"""When the file says it was made, and how far its zone is known.

``DateTimeOriginal`` has no zone. Its own offset tag states one; satellite time implies one;
otherwise it stays unknown until a site lends its zone. ``OffsetTime`` belongs to the time of
the last edit and is never used, and a missing offset is not UTC.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from evidence.claims import TimeClaim, ZoneState
from evidence.metadata.exif import ExifTags
from evidence.metadata.values import number, numbers, text

_WALL = re.compile(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?(?:\.(\d{1,9}))?(.*)", re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\Z")
# A time of day may follow, against the standard; the time tag is the one to ask for it.
_DATE = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)(?!\d)")

# Time, fraction and offset of the shutter's moment; of the moment of digitising for scanners and
# for the phones that write only that (Exif 3.0, tables 7 and 8).
_TIME_TAGS = ((0x9003, 0x9291, 0x9011, "DateTimeOriginal"), (0x9004, 0x9292, 0x9012, "DateTimeDigitized"))
_GPS_TIME, _GPS_DATE = 0x07, 0x1D

#: A camera's clock may differ from satellite time by this much and still tell its zone.
ZONE_TOLERANCE = timedelta(seconds=90)
_YEARS = range(1800, 9000)
# Every offset in use is a whole or half hour, or one of these quarters (IANA tz database).
_QUARTERS = {timedelta(minutes=m) for m in (5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45, 13 * 60 + 45)}
_HALF_HOUR = timedelta(minutes=30)
# No inhabited place keeps a time further than this from that of its longitude.
_ZONE_SPREAD_H = 4.0


def parse_wall(value: str) -> tuple[datetime, float, str] | None:
    """Read ``YYYY:MM:DD HH:MM:SS[.fff]`` and the ISO 8601 form of it.

    Returns:
        The wall time, its rounding in seconds and what followed it (an offset, or nothing);
        None for what is no time, such as ``0000:00:00 00:00:00``.
    """
    match = _WALL.match(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        # A clock on the wall has no zone, so neither has this.
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    if year not in _YEARS:
        return None
    fraction, rounding = _fraction(match[7] or "")
    return wall + fraction, rounding if match[6] else 60.0, match[8].strip()


def parse_offset(value: str) -> timedelta | None:
    """Read ``+08:00`` or ``Z``; None for anything else or beyond 14 hours."""
    if value == "Z":
        return timedelta(0)
    match = _OFFSET.match(value)
    if match is None or int(match[3]) >= 60:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return None if offset > timedelta(hours=14) else -offset if match[1] == "-" else offset


def _fraction(digits: str) -> tuple[timedelta, float]:
    """Read the digits behind the decimal point as a duration and its rounding in seconds."""
    if not digits.isascii() or not digits.isdigit():
        return timedelta(0), 1.0
    return timedelta(microseconds=int(digits[:6].ljust(6, "0"))), 10.0 ** -min(len(digits), 6)


def gps_instant(tags: ExifTags) -> datetime | None:
    """Give the satellite time (aware, UTC), or None where date or time of day is missing or broken."""
    day = _DATE.match(text(tags.gps.get(_GPS_DATE)))
    clock = numbers(tags.gps.get(_GPS_TIME))
    if day is None or len(clock) != 3:
        return None
    hour, minute, second = (-1.0 if part is None else part for part in clock)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61):
        return None
    try:
        midnight = datetime(int(day[1]), int(day[2]), int(day[3]), tzinfo=UTC)
    except ValueError:
        return None
    if midnight.year not in _YEARS:
        return None
    return midnight + timedelta(hours=hour, minutes=minute, seconds=second)


def exif_time(tags: ExifTags, satellite: datetime | None, longitude_deg: float | None) -> TimeClaim | None:
    """Give the capture time that the Exif tags state, with the zone they state or imply."""
    for time_tag, fraction_tag, offset_tag, name in _TIME_TAGS:
        raw = tags.photo.get(time_tag) or tags.image.get(time_tag)
        parsed = parse_wall(text(raw)) if raw else None
        if parsed is not None:
            wall, rounding, _ = parsed
            if wall.microsecond == 0:
                fraction, rounding = _fraction(_digits(tags.photo.get(fraction_tag)))
                wall += fraction
            offset = parse_offset(text(tags.photo.get(offset_tag)))
            source = f"{tags.source}:{name}"
            return zoned(wall, offset, source, rounding, satellite=satellite, longitude_deg=longitude_deg)
    return None


def _digits(value: object) -> str:
    """Give a fraction's digits, which some readers turn into a number."""
    plain = text(value)
    found = number(value)
    return plain or ("" if found is None else str(int(found)))


def zoned(
    wall: datetime,
    offset: timedelta | None,
    source: str,
    uncertainty_s: float,
    *,
    satellite: datetime | None = None,
    longitude_deg: float | None = None,
) -> TimeClaim:
    """Make a claim of a wall time: its zone stated, else implied by satellite time, else unknown."""
    if offset is not None:
        return TimeClaim(wall, _instant(wall, offset), ZoneState.STATED, source, uncertainty_s)
    implied = None if satellite is None else implied_offset(wall, satellite, longitude_deg)
    if satellite is None or implied is None:
        return TimeClaim(wall, None, ZoneState.UNKNOWN, source, uncertainty_s)
    instant = _instant(wall, implied)
    drift_s = abs((instant - satellite).total_seconds())
    return TimeClaim(wall, instant, ZoneState.GPS, source, uncertainty_s + drift_s)


def implied_offset(wall: datetime, satellite: datetime, longitude_deg: float | None) -> timedelta | None:
    """Give the zone offset at which the wall clock agrees with satellite time to `ZONE_TOLERANCE`.

    None where no offset in use fits, or where the one that fits belongs to another part of the
    world than the longitude: some devices write local time as satellite time, and a cached fix
    can be any time old.
    """
    difference = wall - satellite.replace(tzinfo=None)
    candidates = {_HALF_HOUR * round(difference / _HALF_HOUR)} | _QUARTERS
    best = min(candidates, key=lambda offset: abs(difference - offset))
    if abs(difference - best) > ZONE_TOLERANCE or not timedelta(hours=-12) <= best <= timedelta(hours=14):
        return None
    if longitude_deg is not None:
        apart_h = (best / timedelta(hours=1) - longitude_deg / 15 + 12) % 24 - 12
        if abs(apart_h) > _ZONE_SPREAD_H:
            return None
    return best


def in_zone(time: TimeClaim, zone: ZoneInfo) -> TimeClaim:
    """Lend a site's zone to a time that has none; a time with an instant is returned as it is.

    Where the clocks were put back and the wall time happened twice, the earlier one is taken and
    the uncertainty covers both.
    """
    if time.instant is not None:
        return time
    first = time.wall.replace(tzinfo=zone, fold=0)
    second = time.wall.replace(tzinfo=zone, fold=1)
    spread_s = abs((second.astimezone(UTC) - first.astimezone(UTC)).total_seconds())
    return replace(
        time, instant=first.astimezone(UTC), zone=ZoneState.ASSUMED, uncertainty_s=time.uncertainty_s + spread_s
    )


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return wall.replace(tzinfo=timezone(offset)).astimezone(UTC)
