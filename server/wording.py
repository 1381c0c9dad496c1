"""How values are said to people: money, shares, days, instants, and the words for every code.

Money is formatted from integer minor units with integer arithmetic; no float touches it. Every code has its
sentence here and nowhere else, and is told in the reader's language (``server.texts``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from babel.dates import format_date

from geo.corridor import format_station
from server.texts import N_, _, counted, language

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


class Words(Mapping[str, str]):
    """Codes with their sentences, each told in the language of whoever reads it."""

    def __init__(self, sentences: dict[str, str]) -> None:
        self._sentences = sentences

    def __getitem__(self, code: str) -> str:
        return _(self._sentences[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


GRADES = Words(
    {
        "A": N_(
            "Attested: taken and signed on an enrolled device, and the file and the device agree on place and time."
        ),
        "B": N_("Corroborated: the file and the device each state the place and the time, and they agree."),
        "C": N_("Single witness: only one machine states the place or the time."),
        "D": N_("Stated: the place or the time rests on a person's word."),
    }
)
#: The same on a label, for who has never heard of grades.
GRADE_NAMES = Words(
    {
        "A": N_("signed by a known phone"),
        "B": N_("file and phone agree"),
        "C": N_("one witness only"),
        "D": N_("a person's word"),
    }
)
WITNESSES = Words({"file": N_("File"), "device": N_("Device"), "operator": N_("Person")})

CHECKS = Words(
    {
        "file.sealed": N_("The file arrived as it left the device"),
        "file.decodes": N_("The file is a whole picture"),
        "file.resolution": N_("The picture has enough pixels"),
        "file.untouched": N_("The picture was not edited"),
        "place.inside_site": N_("Taken inside the site"),
        "place.accuracy": N_("The position is exact enough"),
        "place.claims_agree": N_("File and device name the same place"),
        "place.station": N_("Taken at the required station"),
        "place.not_redacted": N_("The position was not removed from the file"),
        "place.repeated": N_("Positions vary as a moving phone's do"),
        "time.in_schedule": N_("Taken within the schedule"),
        "time.working_hours": N_("Taken during working hours"),
        "time.not_future": N_("Not dated in the future"),
        "time.fresh": N_("Sent soon after it was taken"),
        "time.claims_agree": N_("File, satellites and device name the same time"),
        "time.zone": N_("The time zone is known"),
        "origin.first_use": N_("Used for the first time"),
        "device.enrolled": N_("Signed by an enrolled device"),
        "motion.plausible": N_("The way from the photo before is plausible"),
        "light.sun": N_("Daylight fits place and time"),
        "picture.screen": N_("Not a photo of a screen"),
    }
)
SOURCES = Words(
    {
        "camera": N_("the field app's own camera"),
        "phone_camera": N_("the phone's camera app"),
        "gallery": N_("a file that was on the phone"),
    }
)
REFUSALS = Words(
    {
        "file.sealed": N_("the file changed on its way"),
        "file.decodes": N_("the file is not a whole picture"),
        "file.resolution": N_("the picture has too few pixels"),
        "file.untouched": N_("the picture was edited"),
        "place.inside_site": N_("taken outside the site"),
        "time.not_future": N_("dated in the future"),
        "time.in_schedule": N_("taken outside the contract's time"),
        "origin.first_use": N_("the same picture was used before"),
        "device.enrolled": N_("the device's signature does not hold"),
        "review": N_("refused by a reviewer, who looked at it"),
    }
)
STATES = Words(
    {
        "received": N_("received"),
        "verified": N_("verified"),
        "needs_review": N_("needs review"),
        "rejected": N_("rejected by the checks"),
        "accepted": N_("accepted by a reviewer"),
        "refused": N_("refused by a reviewer"),
        "planned": N_("not started"),
        "open": N_("under way"),
        "submitted": N_("waiting for approval"),
        "returned": N_("returned for more"),
        "approved": N_("approved"),
        "paid": N_("paid"),
        "locked": N_("locked"),
        "unlocked": N_("to be certified"),
        "certified": N_("certified, to be paid"),
        "passed_on": N_("paid and passed on"),
        "pending": N_("waiting for a decision"),
        "identification": N_("identified"),
        "preparation": N_("in preparation"),
        "implementation": N_("under construction"),
        "completion": N_("being completed"),
        "completed": N_("completed"),
        "cancelled": N_("cancelled"),
    }
)
STAGES = Words(
    {
        "before": N_("Before the works"),
        "mobilisation": N_("Mobilisation"),
        "during": N_("During the works"),
        "completion": N_("Completion"),
        "warranty": N_("Under warranty"),
        "safety": N_("Safety"),
    }
)
#: OC4IDS project sectors (https://standard.open-contracting.org/infrastructure/), and others that agencies use.
SECTORS = Words(
    {
        "education": N_("Education"),
        "health": N_("Health"),
        "energy": N_("Energy"),
        "communications": N_("Communications"),
        "water": N_("Water"),
        "water_and_waste": N_("Water and waste"),
        "governance": N_("Governance"),
        "economy": N_("Economy"),
        "culture_sports_and_recreation": N_("Culture, sports and recreation"),
        "transport": N_("Transport"),
        "social_housing": N_("Social housing"),
        "natural_resources": N_("Natural resources"),
        "flood_control": N_("Flood control"),
        "agriculture": N_("Agriculture"),
    }
)
DECIDED = Words(
    {
        "accept": N_("accepted it"),
        "refuse": N_("refused it"),
        "approve": N_("approved it"),
        "return": N_("returned it"),
        "reject": N_("rejected it"),
    }
)
#: What comes to the desk of somebody with a role.
WAITS_FOR = Words(
    {
        "inspector": N_("Open milestones appear here when photos were sent that can be put forward."),
        "contractor": N_("Open milestones appear here when photos were sent that can be put forward."),
        "supervisor": N_(
            "Milestones that are put forward, photos that the checks could not settle, and appeals appear here."
        ),
        "safety_officer": N_("Safety officers send photos and read; nothing comes here to be decided."),
        "paymaster": N_("Certificates appear here when a milestone is approved, to be certified and paid."),
        "administrator": N_("Disputes about payments appear here, to be settled."),
        "auditor": N_(
            "Auditors read every project of their agencies, and the record; nothing comes here to be decided."
        ),
    }
)
OUTCOMES = Words({"pass": N_("holds"), "warn": N_("question"), "fail": N_("fails"), "unknown": N_("not known")})
ROLES = Words(
    {
        "inspector": N_("inspector"),
        "contractor": N_("contractor"),
        "supervisor": N_("supervisor"),
        "safety_officer": N_("safety officer"),
        "paymaster": N_("paymaster"),
        "administrator": N_("administrator"),
        "auditor": N_("auditor"),
    }
)
ORGANISATIONS = Words(
    {
        "agency": N_("agency"),
        "contractor": N_("contractor"),
        "subcontractor": N_("subcontractor"),
        "oversight": N_("oversight body"),
    }
)
#: Where a certificate stands, inside a sentence about it.
CERTIFICATE = Words(
    {
        "locked": N_("locked"),
        "unlocked": N_("unlocked"),
        "certified": N_("certified"),
        "paid": N_("paid"),
        "passed_on": N_("passed on"),
    }
)
#: What somebody is asked to do with a thing that waits, on its row and beside the count of its kind.
WAITING = Words(
    {
        "appeal": N_("Appeals"),
        "decide": N_("Milestones to decide on"),
        "photos": N_("Photos to look at"),
        "dispute": N_("Disputes to settle"),
        "certify": N_("Certificates to certify"),
        "pay": N_("Certificates to pay"),
        "present": N_("Milestones to put forward"),
    }
)
WAITING_AGES = Words({"overdue": N_("Overdue"), "7": N_("7 days or longer"), "30": N_("30 days or longer")})
#: What somebody did, as the record tells it after their name.
ACTIONS = Words(
    {
        "area.added": N_("added an area"),
        "certificate.certified": N_("certified a payment"),
        "certificate.disputed": N_("disputed a certificate"),
        "certificate.paid": N_("recorded a payment"),
        "certificate.locked": N_("locked a certificate again"),
        "certificate.passed_on": N_("stated that money was passed on"),
        "certificate.settled": N_("settled a dispute"),
        "certificate.unlocked": N_("unlocked a certificate"),
        "device.enrolled": N_("enrolled a device"),
        "device.revoked": N_("took a device off the list"),
        "evidence.accepted": N_("accepted a photo"),
        "evidence.appealed": N_("appealed for a photo"),
        "evidence.lowered": N_("lowered a photo's verdict"),
        "evidence.original_opened": N_("opened a photo's original"),
        "evidence.published": N_("made a photo public"),
        "evidence.received": N_("sent a photo"),
        "evidence.refused": N_("refused a photo"),
        "evidence.withdrawn": N_("withdrew a photo from the public"),
        "job.retried": N_("let a job run again"),
        "milestone.approved": N_("approved a milestone"),
        "milestone.open": N_("opened a milestone"),
        "milestone.opened": N_("opened the next milestone"),
        "milestone.paid": N_("paid for a milestone"),
        "milestone.returned": N_("returned a milestone"),
        "milestone.submitted": N_("put a milestone forward"),
        "organisation.added": N_("added an organisation"),
        "person.added": N_("added a person"),
        "person.changed": N_("changed a person's record"),
        "person.code_given": N_("gave a first sign-in code"),
        "person.disabled": N_("shut an account"),
        "person.enabled": N_("opened an account again"),
        "person.password_chosen": N_("chose a password"),
        "project.changed": N_("changed a project"),
        "project.created": N_("created a project"),
        "role.granted": N_("gave a role"),
        "role.taken": N_("took a role away"),
        "session.begun": N_("signed in"),
        "session.ended": N_("signed out"),
        "site.changed": N_("changed a site's shape"),
        "site.difference_explained": N_("gave a reason for coordinates that differ"),
        "site.source_recorded": N_("recorded what a source says of a site"),
        "submission.approved": N_("approved what was put forward"),
        "submission.decision": N_("decided on what was put forward"),
        "submission.made": N_("froze the photos put forward"),
        "submission.rejected": N_("rejected what was put forward"),
        "submission.returned": N_("returned what was put forward"),
        "submission.taken_back": N_("took back a decision on what was put forward"),
    }
)


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


def plain_amount(minor: int, currency: str) -> str:
    """An amount for a column of a file: no symbol, no parted thousands: ``plain_amount(125000050, "PHP")``."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")


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
    return _("%(number)s s", number=f"{seconds:.0f}")


def length(value: float) -> str:
    """A length along a line to the metre, as it is billed: ``1,000 m``."""
    return f"{value:,.0f} m"


def station(chainage_m: float) -> str:
    """A station as surveyors write it: ``0+250``."""
    return format_station(chainage_m)


def square_metres(value: float) -> str:
    """An area as it would be said: ``430 m²``, ``1.25 ha``."""
    size = abs(value)
    # What is said as nothing is not below nothing.
    sign = MINUS if value < 0 and round(size) else ""
    return f"{sign}{size:,.0f} m²" if size < 10_000 else f"{sign}{size / 10_000:,.2f} ha"


def month(value: date) -> str:
    """A month with its year, short enough to stand in a row of them: ``Mar 2026``."""
    tag = language()
    written = str(format_date(value, "MMM", locale=tag))
    return f"{written} {value.year + (THAI_YEARS if tag == 'th' else 0)}"


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


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 photo``, ``1,200 photos``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def number(value: int) -> str:
    """A whole number with its thousands parted: ``1,200``."""
    return f"{value:,}"
