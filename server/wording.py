"""How values are said to people: money, shares, days, instants, and the words for every code.

Money is formatted from integer minor units with integer arithmetic; no float touches it. Every code has its
sentence here and nowhere else, and is told in the reader's language (``server.texts``).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from babel.dates import format_date

from geo.corridor import format_station
from server.texts import _, counted, language
from server.vocabulary import (
    ACTIONS,
    CERTIFICATE,
    CHECKS,
    DECIDED,
    FACTS,
    GRADE_NAMES,
    GRADES,
    ORGANISATIONS,
    OUTCOMES,
    REFUSALS,
    ROLES,
    SECOND_LOOK_ANSWERS,
    SECOND_LOOK_STATES,
    SECOND_LOOKS,
    SECTORS,
    SOURCES,
    STAGES,
    STATES,
    WAITING,
    WAITING_AGES,
    WAITS_FOR,
    WITNESSES,
)

__all__ = [
    "ACTIONS",
    "CERTIFICATE",
    "CHECKS",
    "DECIDED",
    "FACTS",
    "GRADES",
    "GRADE_NAMES",
    "MINOR_DIGITS",
    "MINUS",
    "ORGANISATIONS",
    "OUTCOMES",
    "REFUSALS",
    "ROLES",
    "SECOND_LOOKS",
    "SECOND_LOOK_ANSWERS",
    "SECOND_LOOK_STATES",
    "SECTORS",
    "SOURCES",
    "STAGES",
    "STATES",
    "SYMBOLS",
    "WAITING",
    "WAITING_AGES",
    "WAITS_FOR",
    "WITNESSES",
    "about",
    "action",
    "at_most",
    "capture_source",
    "certificate",
    "check",
    "day",
    "day_of",
    "fact",
    "instant",
    "length",
    "metres",
    "minor_units",
    "money",
    "month",
    "month_named",
    "number",
    "period",
    "plain_amount",
    "plain_day",
    "position",
    "refusal",
    "sector",
    "share",
    "span",
    "square_metres",
    "stage",
    "state",
    "station",
]

#: ISO 4217 currencies without, or with other than two, minor digits.
MINOR_DIGITS = {"KRW": 0, "JPY": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "PYG": 0, "RWF": 0}
MINOR_DIGITS |= {"BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3, "IQD": 3}
SYMBOLS = {"PHP": "₱", "THB": "฿", "KRW": "₩", "INR": "₹", "VND": "₫", "JPY": "¥", "EUR": "€", "GBP": "£"}
SYMBOLS |= {"IDR": "Rp ", "MYR": "RM ", "USD": "US$ "}

#: Thousands, where they are parted at all, are parted rightly: 1,250 and not 1,25 for what others write 1.25.
AMOUNT = re.compile(r"(?P<whole>\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.(?P<part>\d{1,3}))?", re.ASCII)
MINUS = "\N{MINUS SIGN}"

#: How a day is written where babel's own pattern could be misread or is not what people write.
DAY_PATTERNS = {"en": "d MMMM y", "fil": "MMMM d, y", "th": "d MMMM"}
#: Thailand counts the years from the Buddha's death.
THAI_YEARS = 543


def money(minor: int, currency: str) -> str:
    """An amount of minor units with its currency: ``money(125000050, "PHP") == "₱1,250,000.50"``."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{MINUS if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{whole:,}{tail}"


def plain_amount(minor: int, currency: str) -> str:
    """An amount as programs read it: ``plain_amount(125000050, "PHP") == "1250000.50"``."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{'-' if minor < 0 else ''}{whole}{tail}"


def minor_units(text: str, currency: str) -> int | None:
    """The minor units of an amount as a person types it; None for what is no such amount.

    ``minor_units("₱1,250,000.50", "PHP") == 125000050``. Commas and blanks may part the thousands; more
    digits after the point than the currency has are refused, never rounded.
    """
    digits = MINOR_DIGITS.get(currency, 2)
    bare = text.strip().removeprefix(SYMBOLS.get(currency, currency).strip())
    typed = AMOUNT.fullmatch(bare.replace(" ", "").replace("\N{NO-BREAK SPACE}", ""))
    if typed is None or len(typed["part"] or "") > digits:
        return None
    return int(typed["whole"].replace(",", "") + (typed["part"] or "").ljust(digits, "0"))


def plain_day(value: datetime | None, zone: str) -> date | None:
    """The day of an instant in the project's zone, for a column of a file."""
    return None if value is None else value.astimezone(ZoneInfo(zone)).date()


def share(basis_points: int) -> str:
    """Basis points as per cent, without needless digits: ``share(1250) == "12.5 %"``."""
    whole, part = divmod(abs(basis_points), 100)
    tail = f".{part:02d}".rstrip("0") if part else ""
    return f"{MINUS if basis_points < 0 else ''}{whole}{tail} %"


def about(basis_points: int) -> str:
    """Basis points to the nearest whole per cent, a half up: for pictures, never for money."""
    return f"{(basis_points + 50) // 100} %"


def day(value: date | None) -> str:
    """A day that nobody can misread: ``7 March 2026``; a dash where it is not known."""
    if value is None:
        return "–"
    tag = language()
    written = str(format_date(value, DAY_PATTERNS.get(tag, DAY_PATTERNS["en"]), locale=tag))
    return f"{written} {value.year + THAI_YEARS}" if tag == "th" else written


def month(value: date, *, short: bool = False) -> str:
    """A month with its year: ``March 2026``, ``Mar 2026``."""
    tag = language()
    written = str(format_date(value, "MMM" if short else "MMMM", locale=tag))
    return f"{written} {value.year + THAI_YEARS if tag == 'th' else value.year}"


def month_named(text: str) -> str:
    """A month that an address names: ``2026-03``."""
    return month(date.fromisoformat(f"{text}-01"))


def period(text: str) -> str:
    """All time, a year or a month, as an address names it: ``all``, ``2026``, ``2026-03``."""
    if text == "all":
        return _("All time")
    if "-" in text:
        return month_named(text)
    return str(int(text) + THAI_YEARS if language() == "th" else text)


def fact(name: str) -> str:
    """What is counted: a fact by its name, or a check with its outcome."""
    if name in FACTS:
        return FACTS[name]
    code, _equals, outcome = name.partition("=")
    return _("%(check)s: %(outcome)s", check=check(code), outcome=OUTCOMES[outcome])


def station(chainage_m: float) -> str:
    """A place along a road: ``0+250``."""
    return format_station(chainage_m)


def day_of(value: datetime | None, zone: str) -> str:
    """The day of an instant in the project's zone, where the hour would only be in the way."""
    return _("day not known") if value is None else day(value.astimezone(ZoneInfo(zone)).date())


def instant(value: datetime | None, zone: str) -> str:
    """An instant as the clock of the project's zone showed it, with that zone's distance from UTC."""
    if value is None:
        return _("not known")
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {_offset(local)}"


def _offset(local: datetime) -> str:
    """``UTC+8``, ``UTC+5:30``: an abbreviation such as PST is used by several zones."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else MINUS}{hours}" + (f":{rest:02d}" if rest else "")


def position(latitude: float, longitude: float) -> str:
    """A position to the fifth decimal (about a metre), with its hemispheres."""
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.5f}° {north}, {abs(longitude):.5f}° {east}"


def metres(value: float) -> str:
    """A length rounded as it would be said: ``43 m``, ``1.2 km``."""
    return f"{value:.0f} m" if value < 1000 else f"{value / 1000:.1f} km"


def span(seconds: float) -> str:
    """A length of time as it would be said: ``3 hours``, ``12 minutes``, ``40 s``."""
    if seconds >= 2 * 86_400:
        return counted("%(num)s day", "%(num)s days", round(seconds / 86_400))
    if seconds >= 2 * 3600:
        return counted("%(num)s hour", "%(num)s hours", round(seconds / 3600))
    if seconds >= 60:
        return counted("%(num)s minute", "%(num)s minutes", round(seconds / 60))
    return _("%(number)s s", number=round(seconds))


def length(value: float) -> str:
    """A length along a line to the metre, as it is billed: ``1,000 m``."""
    return f"{value:,.0f} m"


def square_metres(value: float) -> str:
    """An area as it would be said: ``430 m²``, ``1.25 ha``."""
    size = abs(value)
    # What is said as nothing is not below nothing.
    sign = MINUS if value < 0 and round(size) else ""
    return f"{sign}{size:,.0f} m²" if size < 10_000 else f"{sign}{size / 10_000:,.2f} ha"


def state(code: str | Enum) -> str:
    """The words for a state of any record."""
    key = str(code.value) if isinstance(code, Enum) else code
    return STATES.get(key, key.replace("_", " "))


def certificate(code: str | Enum) -> str:
    """Where a certificate stands, as a word of a sentence."""
    return CERTIFICATE[str(code.value) if isinstance(code, Enum) else code]


def sector(key: str) -> str:
    """The words for a sector; one that is not in the list is said as the agency wrote it."""
    return SECTORS.get(key) or key.replace("_", " ").capitalize()


def stage(code: str | Enum) -> str:
    """The words for a stage of the works."""
    key = str(code.value) if isinstance(code, Enum) else code
    return STAGES.get(key, key)


def check(name: str) -> str:
    """What a check asks, in words; its own name where it has none yet."""
    return CHECKS.get(name, name)


def capture_source(name: str) -> str:
    """How the phone came by a photo, in words."""
    return SOURCES[name]


def action(name: str) -> str:
    """What somebody did, in words; the action's own name where it has none yet."""
    return ACTIONS.get(name, name)


def refusal(name: str) -> str:
    """Why photos that fail a check are refused, in words."""
    return REFUSALS.get(name) or _("“%(check)s” does not hold", check=check(name))


def at_most(number: int, most: int) -> str:
    """A number that was counted no further than to ``most``: ``950``, ``1,000+``."""
    return f"{number:,}" if number <= most else f"{most:,}+"


def number(value: int) -> str:
    """A whole number with its thousands parted: ``1,200``."""
    return f"{value:,}"
