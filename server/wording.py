"""How values are said to people: money, shares, days, instants, and the words for every code.

Money is formatted from integer minor units with integer arithmetic; no float touches it. The
words are English; a later issue translates them, so every code has its sentence here and nowhere else.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

#: ISO 4217 currencies without, or with other than two, minor digits.
MINOR_DIGITS = {"KRW": 0, "JPY": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "PYG": 0, "RWF": 0}
MINOR_DIGITS |= {"BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3, "IQD": 3}
SYMBOLS = {"PHP": "₱", "THB": "฿", "KRW": "₩", "INR": "₹", "VND": "₫", "JPY": "¥", "EUR": "€", "GBP": "£"}
SYMBOLS |= {"IDR": "Rp ", "MYR": "RM ", "USD": "US$ "}

#: Thousands, where they are parted at all, are parted rightly: 1,250 and not 1,25 for what others write 1.25.
AMOUNT = re.compile(r"(?P<whole>\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.(?P<part>\d{1,3}))?", re.ASCII)
MINUS = "\N{MINUS SIGN}"

GRADES = {
    "A": "Attested: taken and signed on an enrolled device, and the file and the device agree on place and time.",
    "B": "Corroborated: the file and the device each state the place and the time, and they agree.",
    "C": "Single witness: only one machine states the place or the time.",
    "D": "Stated: the place or the time rests on a person's word.",
}
#: The same on a label, for who has never heard of grades.
GRADE_NAMES = {
    "A": "signed by a known phone",
    "B": "file and phone agree",
    "C": "one witness only",
    "D": "a person's word",
}
WITNESSES = {"file": "File", "device": "Device", "operator": "Person"}

CHECKS = {
    "file.sealed": "The file arrived as it left the device",
    "file.decodes": "The file is a whole picture",
    "file.resolution": "The picture has enough pixels",
    "file.untouched": "The picture was not edited",
    "place.inside_site": "Taken inside the site",
    "place.accuracy": "The position is exact enough",
    "place.claims_agree": "File and device name the same place",
    "place.station": "Taken at the required station",
    "place.not_redacted": "The position was not removed from the file",
    "place.repeated": "Positions vary as a moving phone's do",
    "time.in_schedule": "Taken within the schedule",
    "time.working_hours": "Taken during working hours",
    "time.not_future": "Not dated in the future",
    "time.fresh": "Sent soon after it was taken",
    "time.claims_agree": "File, satellites and device name the same time",
    "time.zone": "The time zone is known",
    "origin.first_use": "Used for the first time",
    "device.enrolled": "Signed by an enrolled device",
    "motion.plausible": "The way from the photo before is plausible",
    "light.sun": "Daylight fits place and time",
    "picture.screen": "Not a photo of a screen",
}
SOURCES = {
    "camera": "the field app's own camera",
    "phone_camera": "the phone's camera app",
    "gallery": "a file that was on the phone",
}
REFUSALS = {
    "file.sealed": "the file changed on its way",
    "file.decodes": "the file is not a whole picture",
    "file.resolution": "the picture has too few pixels",
    "file.untouched": "the picture was edited",
    "place.inside_site": "taken outside the site",
    "time.not_future": "dated in the future",
    "time.in_schedule": "taken outside the contract's time",
    "origin.first_use": "the same picture was used before",
    "device.enrolled": "the device's signature does not hold",
    "review": "refused by a reviewer, who looked at it",
}
STATES = {
    "received": "received",
    "verified": "verified",
    "needs_review": "needs review",
    "rejected": "rejected by the checks",
    "accepted": "accepted by a reviewer",
    "refused": "refused by a reviewer",
    "planned": "not started",
    "open": "under way",
    "submitted": "waiting for approval",
    "returned": "returned for more",
    "approved": "approved",
    "paid": "paid",
    "locked": "locked",
    "unlocked": "to be certified",
    "certified": "certified, to be paid",
    "passed_on": "paid and passed on",
    "pending": "waiting for a decision",
    "identification": "identified",
    "preparation": "in preparation",
    "implementation": "under construction",
    "completion": "being completed",
    "completed": "completed",
    "cancelled": "cancelled",
}
STAGES = {
    "before": "Before the works",
    "mobilisation": "Mobilisation",
    "during": "During the works",
    "completion": "Completion",
    "warranty": "Under warranty",
    "safety": "Safety",
}
DECIDED = {
    "accept": "accepted it",
    "refuse": "refused it",
    "approve": "approved it",
    "return": "returned it",
    "reject": "rejected it",
}
#: What comes to the desk of somebody with a role.
WAITS_FOR = {
    "inspector": "Open milestones appear here when photos were sent that can be put forward.",
    "contractor": "Open milestones appear here when photos were sent that can be put forward.",
    "supervisor": "Milestones that are put forward, photos that the checks could not settle, and appeals appear here.",
    "safety_officer": "Safety officers send photos and read; nothing comes here to be decided.",
    "paymaster": "Certificates appear here when a milestone is approved, to be certified and paid.",
    "administrator": "Disputes about payments appear here, to be settled.",
    "auditor": "Auditors read every project of their agencies, and the record; nothing comes here to be decided.",
}
OUTCOMES = {"pass": "holds", "warn": "question", "fail": "fails", "unknown": "not known"}
#: What somebody did, as the record tells it after their name.
ACTIONS = {
    "area.added": "added an area",
    "certificate.certified": "certified a payment",
    "certificate.disputed": "disputed a certificate",
    "certificate.paid": "recorded a payment",
    "certificate.passed_on": "stated that money was passed on",
    "certificate.settled": "settled a dispute",
    "certificate.unlocked": "unlocked a certificate",
    "device.enrolled": "enrolled a device",
    "device.revoked": "took a device off the list",
    "evidence.accepted": "accepted a photo",
    "evidence.appealed": "appealed for a photo",
    "evidence.lowered": "lowered a photo's verdict",
    "evidence.original_opened": "opened a photo's original",
    "evidence.published": "made a photo public",
    "evidence.received": "sent a photo",
    "evidence.refused": "refused a photo",
    "job.retried": "let a job run again",
    "milestone.approved": "approved a milestone",
    "milestone.open": "opened a milestone",
    "milestone.opened": "opened the next milestone",
    "milestone.paid": "paid for a milestone",
    "milestone.returned": "returned a milestone",
    "milestone.submitted": "put a milestone forward",
    "organisation.added": "added an organisation",
    "person.added": "added a person",
    "project.changed": "changed a project",
    "project.created": "created a project",
    "role.granted": "gave a role",
    "session.begun": "signed in",
    "session.ended": "signed out",
    "site.changed": "changed a site's shape",
    "submission.approved": "approved what was put forward",
    "submission.decision": "decided on what was put forward",
    "submission.made": "froze the photos put forward",
    "submission.rejected": "rejected what was put forward",
    "submission.returned": "returned what was put forward",
}


def money(minor: int, currency: str) -> str:
    """An amount of minor units with its currency: ``money(125000050, "PHP") == "₱1,250,000.50"``."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{MINUS if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{whole:,}{tail}"


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
    return "–" if value is None else f"{value.day} {value:%B %Y}"


def day_of(value: datetime | None, zone: str) -> str:
    """The day of an instant in the project's zone, where the hour would only be in the way."""
    return "day not known" if value is None else day(value.astimezone(ZoneInfo(zone)).date())


def instant(value: datetime | None, zone: str) -> str:
    """An instant as the clock of the project's zone showed it, with that zone's distance from UTC."""
    if value is None:
        return "not known"
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y, %H:%M} {_offset(local)}"


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


def state(code: str | Enum) -> str:
    """The words for a state of any record."""
    key = str(code.value) if isinstance(code, Enum) else code
    return STATES.get(key, key.replace("_", " "))


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
    return REFUSALS.get(name, f"“{check(name)}” does not hold")


def at_most(number: int, most: int) -> str:
    """A number that was counted no further than to ``most``: ``950``, ``1,000+``."""
    return f"{number:,}" if number <= most else f"{most:,}+"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 photo``, ``1,200 photos``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
