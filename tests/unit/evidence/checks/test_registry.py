"""The registry finds every check by its file and loses no photo to one that breaks."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import NoReturn

import pytest

from evidence import checks, registry
from evidence.context import Context
from evidence.findings import NOT_CHECKED, Outcome

from .build import context


def module(name: str, **contents: object) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(contents)
    return made


def broken(_: Context) -> NoReturn:
    raise AssertionError("SecretClassName at 0x7f")


def test_every_check_of_the_tables_is_found_in_sorted_order() -> None:
    assert checks.names() == (
        "device.enrolled",
        "file.decodes",
        "file.resolution",
        "file.sealed",
        "file.untouched",
        "light.sun",
        "motion.plausible",
        "origin.first_use",
        "place.accuracy",
        "place.claims_agree",
        "place.inside_site",
        "place.not_redacted",
        "place.repeated",
        "place.station",
        "time.claims_agree",
        "time.fresh",
        "time.in_schedule",
        "time.not_future",
        "time.working_hours",
        "time.zone",
    )


def test_every_check_answers_under_its_own_name() -> None:
    assert tuple(finding.check for finding in checks.run_all(context())) == checks.names()


def test_an_ordinary_photo_neither_fails_nor_warns_but_for_its_missing_fingerprint_and_signature() -> None:
    findings = checks.run_all(context())

    noted = [finding.check for finding in findings if finding.outcome in (Outcome.WARN, Outcome.FAIL)]
    assert noted == ["device.enrolled", "file.sealed"]


def test_messages_are_sentences_for_people() -> None:
    findings = [*checks.run_all(context()), *checks.run_all(context(without=("site", "schedule")))]

    assert all(finding.message[0].isupper() or finding.message[0].isdigit() for finding in findings)
    assert all(finding.message.endswith(".") for finding in findings)


def test_a_check_that_breaks_becomes_an_unknown_and_leaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        finding = registry.run_one("place.broken", broken, context())

    assert (finding.check, finding.outcome, finding.measured) == ("place.broken", Outcome.UNKNOWN, NOT_CHECKED)
    assert "Secret" not in finding.message
    assert "Error" not in finding.message
    assert "place.broken raised on evidence new" in caplog.text


def test_one_broken_check_does_not_silence_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    real = checks.REGISTRY.checks
    monkeypatch.setattr(checks.REGISTRY, "checks", {**real, "place.inside_site": broken})

    outcomes = {finding.check: finding.outcome for finding in checks.run_all(context())}

    assert outcomes["place.inside_site"] is Outcome.UNKNOWN
    assert outcomes["time.in_schedule"] is Outcome.PASS
    assert len(outcomes) == len(real)


def test_two_checks_of_one_name_are_refused() -> None:
    twin = {"NAME": "a.b", "check": broken}

    with pytest.raises(registry.RegistryError, match=r"a\.b exists already"):
        registry.collect([module("one", **twin), module("two", **twin)])


@pytest.mark.parametrize("contents", [{"NAME": "a.b"}, {"check": broken}, {"NAME": 7, "check": broken}])
def test_a_module_without_a_name_and_a_check_is_refused(contents: dict[str, object]) -> None:
    with pytest.raises(registry.RegistryError, match="needs a NAME"):
        registry.collect([module("half", **contents)])
