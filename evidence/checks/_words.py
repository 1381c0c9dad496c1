"""How the checks say distances, spans, days and claims in plain words.

English only, rounded to what helps a person on site; nothing here decides anything.
"""

from __future__ import annotations

from datetime import date

from evidence.findings import ClaimName

#: What a person calls each claim.
SPEAKER = {ClaimName.FILE: "the photo file", ClaimName.DEVICE: "the phone", ClaimName.OPERATOR: "the pin"}

# Not strftime: its names follow the process's locale, and it costs ten times as much.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# Length of a unit in seconds, its name, and the least span that is said in it.
_SPANS = ((86_400.0, "day", 48 * 3600.0), (3600.0, "h", 7200.0), (60.0, "min", 120.0))


def metres(distance_m: float) -> str:
    """A distance in metres as "43 m", "1.2 km" or "12 km"."""
    if distance_m < 999.5:
        return f"{distance_m:.0f} m"
    return f"{distance_m / 1000:.1f} km" if distance_m < 9_950 else f"{distance_m / 1000:,.0f} km"


def span(seconds: float) -> str:
    """A length of time in seconds as "45 s", "12 min", "30 h" or "12 days"."""
    for unit_s, unit, least_s in _SPANS:
        if seconds >= least_s:
            return f"{seconds / unit_s:.0f} {unit}{'s' if unit == 'day' else ''}"
    return f"{seconds:.0f} s"


def day(moment: date) -> str:
    """A day as "3 May 2026"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def sentence(text: str) -> str:
    """The same words with a capital first letter."""
    return text[:1].upper() + text[1:]
