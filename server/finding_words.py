"""Findings in the language of whoever reads them.

A finding is stored as an English sentence for an inspector on the site. Here the sentence is recognised by its
pattern (``server.finding_phrases``), its values are taken out, and it is told again: to the inspector whole, to a
reviewer or the public the fact first and what the inspector was told apart. What is not recognised is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from evidence.findings import Outcome
from server import wording
from server.finding_measures import MEASURES, REASONS, Phrase
from server.finding_phrases import SENTENCES, SHARED
from server.site_picture import DIRECTIONS
from server.texts import N_, _, counted, language

_SPEAKERS = {
    "the photo file": N_("the photo file"),
    "the phone": N_("the phone"),
    "the pin": N_("the pin"),
    "the satellite time in the file": N_("the satellite time in the file"),
    "the phone's time set right by our clock": N_("the phone's time set right by our clock"),
}
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_SHORT_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_METRES = r"[\d,]+(?:\.\d+)? k?m"
_DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"
_PLACEHOLDER = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True, slots=True)
class Told:
    """What was found, and what the inspector was told to do about it (empty where nothing)."""

    fact: str
    advice: str = ""


def told(name: str, outcome: Outcome, measured: str | None, expected: str | None, message: str) -> str:
    """The whole sentence in the reader's language; in English it is the stored one."""
    if language() == "en":
        return message
    said = parted(name, outcome, measured, expected, message)
    return f"{said.fact} {said.advice}".rstrip()


def fact(name: str, outcome: Outcome, measured: str | None, expected: str | None, message: str) -> str:
    """What was found, without the advice to the inspector: for everybody who does not stand on the site."""
    return parted(name, outcome, measured, expected, message).fact


def parted(name: str, outcome: Outcome, measured: str | None, expected: str | None, message: str) -> Told:
    """The fact and the advice of a finding in the reader's language."""
    found = recognised((*SENTENCES.get(name, ()), *SHARED), message)
    if found is not None:
        phrase, values = found
        return Told(_capital(_(phrase.fact or phrase.pattern, **values)), _told_advice(phrase, values))
    if language() == "en":
        return Told(message)
    return Told(_by_values(name, outcome, measured, expected))


def measure(text: str | None) -> str | None:
    """What was measured or asked for, in the reader's language; as it is where it has no words."""
    return None if text is None else _replaced(MEASURES, text)


def recognised(phrases: Iterable[Phrase], text: str) -> tuple[Phrase, dict[str, str]] | None:
    """The phrase that a stored text is, with its values told in the reader's language; None for none of them."""
    for phrase in phrases:
        pattern, kinds = _compiled(phrase.pattern)
        match = pattern.fullmatch(text)
        if match:
            return phrase, {key: _KINDS[kinds[key]].tell(value) for key, value in match.groupdict().items()}
    return None


def _told_advice(phrase: Phrase, values: Mapping[str, str]) -> str:
    return _(phrase.advice, **values) if phrase.advice else ""


def _by_values(name: str, outcome: Outcome, measured: str | None, expected: str | None) -> str:
    """A sentence for a finding that has no words yet: the check, its outcome, and the values."""
    said = {"check": wording.check(name), "outcome": wording.OUTCOMES[outcome]}
    if measured and expected:
        values = {"measured": measure(measured), "expected": measure(expected)}
        return _("%(check)s: %(outcome)s. Measured: %(measured)s; asked: %(expected)s.", **said, **values)
    if measured:
        return _("%(check)s: %(outcome)s. Measured: %(measured)s.", **said, measured=measure(measured))
    return _("%(check)s: %(outcome)s.", **said)


def _replaced(phrases: Iterable[Phrase], text: str) -> str:
    found = recognised(phrases, text)
    return text if found is None else _(found[0].fact or found[0].pattern, **found[1])


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The expression of a pattern, and the kind of each of its values."""
    parts, kinds, at = [], {}, 0
    for hole in _PLACEHOLDER.finditer(pattern):
        key, kind = hole.groups()
        kinds[key] = kind
        parts += [re.escape(pattern[at : hole.start()]), f"(?P<{key}>{_KINDS[kind].expression})"]
        at = hole.end()
    return re.compile("".join([*parts, re.escape(pattern[at:])]), re.DOTALL), kinds


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value is written in a stored sentence, and how it is told."""

    expression: str
    tell: Callable[[str], str] = str


def _speaker(text: str) -> str:
    """Without a capital: which sentence it begins, if any, is for the phrase's own language."""
    return _(_SPEAKERS[text[:1].lower() + text[1:]])


def _radius(text: str) -> str:
    bare = text.removesuffix(" (assumed)")
    return text if bare == text else _("%(radius)s (assumed)", radius=bare)


def _span(text: str) -> str:
    number, unit = text.split(" ")
    if unit.startswith("day"):
        return counted("%(num)s day", "%(num)s days", int(number))
    return {
        "h": _("%(number)s h", number=number),
        "min": _("%(number)s min", number=number),
        "s": _("%(number)s s", number=number),
    }[unit]


def _day(text: str) -> str:
    try:
        # Not by the process's locale: the checks write English.
        number, month, year = text.split(" ")
        return wording.day(datetime(int(year), _MONTHS.index(month) + 1, int(number)).date())  # noqa: DTZ001 (a day)
    except ValueError:
        return text


_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def _weekdays(text: str) -> str:
    return ", ".join(_(name) for name in text.split(", "))


def _height(text: str) -> str:
    degrees, side = text.split("° ")
    if side.startswith("above"):
        return _("%(degrees)s° above the horizon", degrees=degrees)
    return _("%(degrees)s° below the horizon", degrees=degrees)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_KINDS: dict[str, _Kind] = {
    "metres": _Kind(_METRES),
    "radius": _Kind(rf"± {_METRES}(?: \(assumed\))?", _radius),
    "span": _Kind(r"-?\d+ (?:days?|h|min|s)", _span),
    "day": _Kind(_DAY, _day),
    "number": _Kind(r"[\d.,]+(?:e[+-]?\d+)?"),
    "percent": _Kind(r"\d+%"),
    "value": _Kind(r"-?\d+(?:\.\d+)?"),
    "height": _Kind(r"\d+° (?:above|below) the horizon", _height),
    "station": _Kind(r"-?\d+\+\d{3}"),
    "direction": _Kind("|".join(DIRECTIONS), _),
    "speaker": _Kind("|".join(f"[{s[0].upper()}{s[0]}]{re.escape(s[1:])}" for s in _SPEAKERS), _speaker),
    "weekday": _Kind("|".join(_WEEKDAYS), _),
    "weekdays": _Kind(rf"(?:{'|'.join(_SHORT_DAYS)})(?:, (?:{'|'.join(_SHORT_DAYS)}))*", _weekdays),
    "clock": _Kind(r"\d\d:\d\d"),
    "type": _Kind(r"\S+/[^\s,]+"),
    "text": _Kind(r".+"),
    "reason": _Kind(r".+", lambda text: _replaced(REASONS, text)),
    "measure": _Kind(r".+?", lambda text: measure(text) or ""),
}
