"""Everything that a check can say has words for readers of other languages, and its advice stands apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from evidence.checks.registry import registered
from flask import Flask
from flask_babel import force_locale

import evidence.checks
from evidence.checks import names
from evidence.claims import CaptureSource, DeviceClaim, EnvelopeClaim, OperatorClaim, PlaceState, TimeClaim, ZoneState
from evidence.context import Requirement, Stage
from evidence.envelope import Standing
from evidence.findings import NOT_CHECKED, Finding, Outcome
from geo.corridor import Station
from server import finding_words, texts
from server.finding_measures import MEASURES, REASONS, Phrase
from server.finding_phrases import SENTENCES, SHARED
from tests.unit.evidence.checks.build import CAPTURED, FakeSite, context, photo, position, schedule, stated, use, wall

EVERYTHING = (*(phrase for each in SENTENCES.values() for phrase in each), *SHARED, *MEASURES, *REASONS)
CHECKS = Path(evidence.checks.__file__).parent
EXIF_REASON = "The position tags hold only zeros: the phone withheld the place."
ENVELOPE = EnvelopeClaim(evidence="e", device="d", nonce="n", app="a", source=CaptureSource.CAMERA)


def device(**changes: Any) -> DeviceClaim:
    return replace(DeviceClaim(position=position(), captured_at=CAPTURED), **changes)


def reasoned() -> DeviceClaim:
    return DeviceClaim(envelope=replace(ENVELOPE, no_position_reason="Under a roof."))


def requirement(**changes: Any) -> Requirement:
    return replace(Requirement("R1"), **changes)


def at(days: float) -> Any:
    """A file taken so many days after the ordinary moment."""
    return photo(time=stated(CAPTURED + timedelta(days=days)))


def station(chainage_m: float, offset_m: float = 0.0) -> FakeSite:
    return FakeSite(kind="corridor", station=Station(chainage_m, offset_m))


SITUATIONS: list[dict[str, Any]] = [
    {},
    {"without": ("site", "schedule", "requirement")},
    {"file": photo(position=None, time=None)},
    {"file": photo(position=None, time=None), "device": reasoned()},
    {"file": photo(position=None), "operator": OperatorClaim(position=position())},
    {"file": photo(position=None), "operator": OperatorClaim(position=position()), "site": FakeSite(90.0, 0.3)},
    {"file": photo(position=position(accuracy_m=None)), "site": FakeSite(9.0, 0.5)},
    {"file": photo(position=position(accuracy_m=70.0)), "site": FakeSite(-3.0, 0.5)},
    {"file": photo(position=position(accuracy_m=500.0))},
    {"file": photo(position=position(latitude=14.7)), "device": device()},
    {"file": photo(position=position(latitude=14.6005)), "device": device()},
    {"site": FakeSite(9.0)},
    {"site": FakeSite(43.0, 0.0)},
    {
        "site": FakeSite(by_latitude={14.7: (12_345.0, 0.0)}),
        "file": photo(position=position(latitude=14.7, accuracy_m=None)),
        "device": device(),
    },
    *({"site": site} for site in (station(120), station(120, 7), station(120, -7))),
    {"site": FakeSite(kind="corridor")},
    {"site": FakeSite(kind="corridor"), "file": photo(position=None)},
    *({"site": station(120), "requirement": requirement(station_m=float(m))} for m in (121, 20, 1220)),
    {"file": photo(place_state=PlaceState.REDACTED, place_reason=EXIF_REASON)},
    *({"file": photo(place_state=state)} for state in (PlaceState.NONE, PlaceState.REDACTED, PlaceState.UNUSABLE)),
    {"recent": ((14.6, 121.0),) * 9},
    {"recent": ((14.5, 121.0),)},
    *({"file": at(days)} for days in (-400, -60, -20, -4, -0.6, 0.001, 1, 40, 900, 4000)),
    {"file": at(-400), "stage": Stage.BEFORE},
    {"schedule": schedule(window_start=None)},
    {"schedule": schedule(window_end=None)},
    {"schedule": schedule(window_start=None, window_end=None)},
    {"schedule": schedule(contract_end=date(2026, 4, 1)), "received_at": CAPTURED + timedelta(days=3000)},
    {"schedule": schedule(contract_end=date(2020, 4, 1))},
    *({"file": at(days), "device": device()} for days in (-90, -0.02, 0.02, 90)),
    {"file": photo(gps_instant=CAPTURED - timedelta(hours=3)), "device": device()},
    {"device": device(envelope=replace(ENVELOPE, clock_offset_ms=-7_200_000))},
    {"file": photo(time=wall(datetime(2026, 5, 6, 10, 0)))},  # noqa: DTZ001 (a clock without a zone is the case)
    {"file": photo(time=wall(datetime(2026, 5, 6, 10, 0))), "without": ("schedule",)},  # noqa: DTZ001
    {"file": photo(time=TimeClaim(CAPTURED.replace(tzinfo=None), CAPTURED, ZoneState.GPS, "test"))},
    {"file": photo(time=None), "device": device()},
    {"file": photo(width=None, height=None)},
    {"file": photo(width=640, height=480)},
    {"file": photo(trailing_bytes=12_000)},
    *(
        {"file": photo(defect=word, defect_detail=why)}
        for word in ("truncated", "bomb", "damaged")
        for why in (None, "x")
    ),
    {"device": device(sha256="ab" * 32)},
    {"device": device(sha256="cd" * 32)},
    {"earlier": (use(),)},
    {"earlier": (use(project="P2"),)},
    {"earlier": (use(milestone="M2"),)},
    {"earlier": (use(stage="before"),)},
    {"earlier": (use(captured_at=datetime(2026, 5, 1, tzinfo=UTC)),)},
    *({"envelope": standing} for standing in Standing),
]


def findings() -> Iterator[Finding]:
    """What every check says in every situation, when it breaks, and when the copies could not be made."""
    for situation in SITUATIONS:
        made = context(**situation)
        yield from (check(made) for check in registered().values())
    undecodable = "The picture in the file is damaged and cannot be shown; take the photo again."
    yield Finding("file.decodes", Outcome.FAIL, undecodable, "cannot be decoded")
    broken = "This could not be checked; keep the photo, a person will look at it."
    yield from (Finding(name, Outcome.UNKNOWN, broken, measured=NOT_CHECKED) for name in names())


FINDINGS = sorted(set(findings()), key=lambda finding: (finding.check, finding.message))


def fragments(path: Path) -> Iterator[str]:
    """The parts of sentences that a module writes; what has no blank is a name and no sentence."""
    tree = ast.parse(path.read_text())
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            for part in node.value.strip(" .,;:()±").split(": "):
                if " " in part:
                    yield part


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: f"{finding.check} {finding.message[:60]}")
def test_every_sentence_is_recognised_with_its_values(finding: Finding) -> None:
    phrases = (*SENTENCES[finding.check], *SHARED)

    assert finding_words.recognised(phrases, finding.message)
    for text in (finding.measured, finding.expected):
        assert text is None or finding_words.recognised(MEASURES, text), text


@pytest.mark.parametrize("name", names())
def test_the_situations_reach_every_sentence_of_a_check(name: str) -> None:
    said = {found[0] for each in FINDINGS if each.check == name if (found := recognised(each))}

    assert set(SENTENCES[name]) <= said


def recognised(finding: Finding) -> tuple[Phrase, dict[str, str]] | None:
    return finding_words.recognised((*SENTENCES[finding.check], *SHARED), finding.message)


@pytest.mark.parametrize("path", sorted(CHECKS.glob("[!_r]*.py")), ids=lambda path: path.stem)
def test_what_a_check_writes_is_in_the_phrases(path: Path) -> None:
    written = [finding_words._compiled(phrase.pattern)[0].pattern for phrase in EVERYTHING]
    known = "\n".join([*(phrase.pattern for phrase in EVERYTHING), *written, *finding_words._SPEAKERS])

    assert [part for part in fragments(path) if part not in known] == []


def test_a_new_check_needs_its_phrases() -> None:
    assert set(SENTENCES) == set(names())


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: f"{finding.check} {finding.message[:60]}")
def test_in_english_the_stored_sentence_is_told(finding: Finding) -> None:
    assert told(finding) == finding.message


def told(finding: Finding) -> str:
    return finding_words.told(finding.check, finding.outcome, finding.measured, finding.expected, finding.message)


def parted(finding: Finding) -> finding_words.Told:
    return finding_words.parted(finding.check, finding.outcome, finding.measured, finding.expected, finding.message)


def test_the_advice_stands_apart_from_the_fact() -> None:
    (finding,) = (each for each in FINDINGS if "43 m outside" in each.message and each.outcome is Outcome.FAIL)

    assert parted(finding).fact == "Taken 43 m outside the site."
    assert parted(finding).advice == "Walk north-east to the site and retake."


@pytest.mark.parametrize(
    ("check", "fact"),
    [
        (
            "time.claims_agree",
            "Two statements of the time are 3 h apart. The earlier comes from the satellite time in the file, the "
            "later from the phone.",
        ),
        ("time.not_future", "The photo file is 40 days ahead of the server's clock."),
        (
            "place.inside_site",
            "The two contradict each other: the phone says 20 m inside the site, ± 8 m; the photo file says 12 km "
            "outside the site, ± 30 m (assumed).",
        ),
    ],
)
def test_who_said_something_stands_in_the_sentence_without_a_capital(check: str, fact: str) -> None:
    assert fact in {parted(each).fact for each in FINDINGS if each.check == check}


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: f"{finding.check} {finding.message[:60]}")
def test_no_fact_tells_anyone_to_do_something(finding: Finding) -> None:
    assert not {"retake", "walk", "wait", "send", "let"} & set(parted(finding).fact.lower().split())


def test_what_is_not_recognised_is_shown_as_it_is() -> None:
    unknown = Finding("light.sun", Outcome.WARN, "The sun stood below the horizon.", "-12°", "above 0°")

    assert parted(unknown) == finding_words.Told("The sun stood below the horizon.")


class _Foreign(NullTranslations):
    """A catalogue whose every sentence can be told from its English source."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return f"«{many}»"

    ugettext = gettext


@pytest.fixture
def foreign(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(texts, "catalogue", lambda tag: _Foreign())
    with app.test_request_context(), force_locale("fil"):
        yield


@pytest.mark.usefixtures("foreign")
def test_another_reader_is_told_the_fact_and_the_advice_with_the_values() -> None:
    finding = Finding(
        "place.inside_site", Outcome.FAIL, "43 m outside the site; walk north-east to the site and retake."
    )

    assert told(finding) == "«Taken 43 m outside the site.» «Walk «north-east» to the site and retake.»"


@pytest.mark.usefixtures("foreign")
def test_another_reader_is_told_a_check_without_words_by_its_values() -> None:
    said = told(Finding("light.sun", Outcome.WARN, "The sun stood below the horizon.", "-12°", "above 0°"))

    assert said == "«««Daylight fits place and time»: «question». Measured: -12°; asked: above 0°.»".replace(
        "«««", "««"
    )
