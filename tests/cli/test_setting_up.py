"""From nothing to a running installation: tables, organisations, areas, people and their roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.services import directory
from tests.cli.conftest import Saksi

PASSWORD = "a long enough password"


def test_an_installation_is_set_up_from_nothing(saksi_anew: Saksi) -> None:
    steps = [
        ["migrate"],
        ["organisations", "add", "works", "--name", "Provincial Works", "--kind", "agency"],
        ["areas", "add", "R6", "--name", "Western Visayas", "--level", "region"],
        ["areas", "add", "ILO", "--name", "Iloilo", "--level", "province", "--parent", "R6"],
        ["people", "add", "Ana@Works.example", "--name", "Ana", "--organisation", "works", "--password", PASSWORD],
        ["people", "grant", "ana@works.example", "administrator", "--agency", "works"],
        ["custody", "verify"],
    ]

    told = [saksi_anew(*step) for step in steps]

    assert [result.exit_code for result in told] == [0] * len(steps), [result.output for result in told]
    assert told[3].output == "Added province R6/ILO/\n"
    assert told[-1].output.startswith("The log is whole: 5 events. ")


def test_a_role_that_was_given_is_taken_away_and_cannot_be_taken_twice(saksi: Saksi) -> None:
    words = ["people", "take", "inspector@example.org", "inspector", "--project", "ROAD-1"]

    assert saksi(*words).output == "inspector@example.org is no longer inspector of ROAD-1.\n"
    again = saksi(*words)
    assert again.exit_code == 1
    assert "does not hold the role inspector there" in again.output


def test_migrating_again_does_nothing(saksi: Saksi) -> None:
    assert saksi("migrate").output == "The tables are the newest.\n"


@pytest.mark.parametrize("words", [["jobs"], ["serve"], ["custody", "verify"]])
def test_without_tables_a_command_says_what_to_run(saksi_anew: Saksi, words: list[str]) -> None:
    result = saksi_anew(*words)

    assert result.exit_code == 1
    assert "Run: saksi migrate" in result.output


def test_a_setting_that_cannot_be_used_is_named(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKSI_PORT", "eighty")

    assert "SAKSI_PORT must be a whole number" in saksi("jobs").output


def test_a_password_is_asked_for_twice_and_never_shown(saksi: Saksi) -> None:
    add = ["people", "add", "new@example.org", "--name", "New", "--organisation", "agency"]

    result = saksi(*add, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["organisations", "add", "agency", "--name", "x", "--kind", "agency"], "code agency already"),
        (["organisations", "add", "a b", "--name", "x", "--kind", "agency"], "Letters, digits"),
        (["organisations", "add", "x" * 65, "--name", "x", "--kind", "agency"], "at most 64"),
        (["organisations", "add", "x", "--name", " ", "--kind", "agency"], "A name of at most 200"),
        (["areas", "add", "R6", "--name", "x", "--level", "region"], "code R6 already"),
        (["areas", "add", "R7", "--name", "x", "--level", "region", "--parent", "R0"], "no area with the code R0"),
        (["areas", "add", "R7", "--name", "x", "--level", "x" * 41], "A level of at most 40"),
        (["areas", "add", "R7", "--name", "x", "--level", " "], "A level of at most 40"),
        (["areas", "add", "R7", "--name", "\udcff", "--level", "region"], "no text (UTF-8)"),
        (["areas", "add", "\udcff", "--name", "x", "--level", "region"], "Letters, digits"),
        (["people", "grant", "\udcff@b", "inspector", "--project", "ROAD-1"], "no text (UTF-8)"),
        (
            [
                *("people", "add", "a@b", "--name", "x", "--organisation", "agency", "--password", PASSWORD),
                *("--language", "en-" + "x" * 40),
            ],
            "A language is a tag",
        ),
        (["people", "add", "nobody", "--name", "x", "--organisation", "agency", "--password", PASSWORD], "no address"),
        (["people", "add", "a@b", "--name", "x", "--organisation", "gone", "--password", PASSWORD], "code gone"),
        (["people", "add", "a@b", "--name", "x", "--organisation", "agency", "--password", "short"], "at least 10"),
        (
            [
                "people",
                "add",
                "inspector@example.org",
                "--name",
                "x",
                "--organisation",
                "agency",
                "--password",
                PASSWORD,
            ],
            "address inspector@example.org already",
        ),
        (["people", "grant", "ghost@example.org", "inspector", "--project", "ROAD-1"], "no account"),
        (["people", "grant", "nobody@example.org", "inspector", "--project", "GONE"], "no project with the code GONE"),
        (["people", "grant", "nobody@example.org", "inspector", "--agency", "agency"], "held on a project"),
        (["people", "grant", "nobody@example.org", "auditor", "--project", "ROAD-1"], "held across an agency"),
        (["people", "grant", "nobody@example.org", "auditor", "--agency", "builder"], "recorded as contractor"),
        (["people", "grant", "nobody@example.org", "inspector"], "held on a project"),
        (["people", "grant", "inspector@example.org", "inspector", "--project", "ROAD-1"], "there already"),
        (
            ["people", "grant", "contractor@example.org", "supervisor", "--project", "ROAD-1"],
            "works for the contractor",
        ),
        (["people", "grant", "contractor@example.org", "paymaster", "--project", "ROAD-1"], "works for the contractor"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_a_sentence(saksi: Saksi, words: list[str], told: str) -> None:
    result = saksi(*words)

    assert result.exit_code == 1
    assert told in result.output


def test_areas_too_many_levels_down_are_refused(saksi: Saksi) -> None:
    codes = [f"{number}{'x' * 62}" for number in range(8)]
    told = [
        saksi("areas", "add", code, "--name", "x", "--level", "x", *(["--parent", above] if above else []))
        for above, code in zip([None, *codes], codes, strict=False)
    ]

    assert [result.exit_code for result in told] == [0] * 7 + [1]
    assert "more than 500 characters together" in told[-1].output


@pytest.mark.postgresql_only(reason="SQLite holds texts of every length")
def test_a_value_that_no_check_refused_is_still_told_in_a_sentence(
    saksi: Saksi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "LONGEST_LEVEL", 1000)

    result = saksi("areas", "add", "R7", "--name", "x", "--level", "x" * 41)

    assert result.exit_code == 1
    assert result.output == "Error: A value is longer or larger than its field can hold. Nothing was recorded.\n"


def test_an_export_into_no_folder_is_refused_in_a_sentence(saksi: Saksi) -> None:
    result = saksi("custody", "export", "/nonexistent/x")

    assert result.exit_code == 1
    assert "The file cannot be written" in result.output


def test_an_export_takes_the_place_of_an_earlier_one(saksi: Saksi, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("an earlier one\n" * 100)

    assert saksi("custody", "export", str(tmp_path / "log.jsonl")).exit_code == 0
    assert saksi("custody", "verify", str(tmp_path / "log.jsonl")).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [["migrate"], ["serve"], ["import"], ["people", "grant"], ["areas", "add"], ["custody", "verify"], ["jobs"]],
)
def test_every_command_shows_how_it_is_typed(words: list[str]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])

    assert result.exit_code == 0
    assert f"saksi {' '.join(words)}" in result.output.partition("Examples:")[2]
