"""``saksi import``: a preview to read, a question, and all or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.models import CustodyEvent
from server.problems import Problem
from server.services import projects
from tests.cli.conftest import Saksi
from tests.custody_log import of_record
from tests.services.projects.build import ROAD_LINE, document, with_section
from tests.services.projects.test_milestone_table import TABLE

ADMINISTRATOR = "administrator@example.org"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write a document to a file and answer its path."""

    def write(told: Any, name: str = "project.json") -> str:
        path = tmp_path / name
        path.write_text(told if isinstance(told, str) else json.dumps(told))
        return str(path)

    return write


def is_imported() -> bool:
    try:
        return projects.by_code("NEW-1").code == "NEW-1"
    except Problem:
        return False


def test_shows_the_changes_asks_and_applies(saksi: Saksi, written: Any) -> None:
    result = saksi("import", written(document()), "--as", ADMINISTRATOR, typed="y\n")

    assert result.exit_code == 0, result.output
    assert "Creates NEW-1" in result.output
    assert "Farm road to the market" in result.output
    assert "NEW-1 was imported." in result.output
    assert is_imported()


def test_the_custody_log_names_the_person_it_was_done_as(saksi: Saksi, written: Any, actor: Any) -> None:
    saksi("import", written(document()), "--as", ADMINISTRATOR, "--yes")

    events: list[CustodyEvent] = of_record("project", "NEW-1")
    assert {event.actor_id for event in events} == {actor("administrator").person_id}


def test_no_is_an_answer(saksi: Saksi, written: Any) -> None:
    result = saksi("import", written(document()), "--as", ADMINISTRATOR, typed="n\n")

    assert result.exit_code == 1
    assert not is_imported()


def test_a_dry_run_shows_and_writes_nothing(saksi: Saksi, written: Any) -> None:
    result = saksi("import", written(document()), "--as", ADMINISTRATOR, "--dry-run")

    assert result.exit_code == 0
    assert "Creates NEW-1" in result.output
    assert not is_imported()


def test_the_same_again_says_so_and_asks_nothing(saksi: Saksi, written: Any) -> None:
    saksi("import", written(document()), "--as", ADMINISTRATOR, "--yes")

    result = saksi("import", written(document()), "--as", ADMINISTRATOR)

    assert (result.exit_code, result.output) == (0, "NEW-1 is the same already; nothing changes.\n")


def test_every_fault_is_shown_and_nothing_is_written(saksi: Saksi, written: Any) -> None:
    told = document(agency="nobody", time_zone="Mars")

    result = saksi("import", written(told), "--as", ADMINISTRATOR, "--yes")

    assert result.exit_code == 1
    assert "#/agency" in result.output
    assert "#/time_zone" in result.output
    assert "2 fault(s); nothing was imported." in result.output
    assert not is_imported()


def test_takes_the_site_and_the_milestones_from_files(saksi: Saksi, written: Any) -> None:
    told = with_section("site", geometry=...)
    del told["milestones"]
    files = ["--site", written(ROAD_LINE, "road.geojson"), "--milestones", written(TABLE, "plan.csv")]

    result = saksi("import", written(told), *files, "--as", ADMINISTRATOR, "--yes")

    assert result.exit_code == 0, result.output
    assert [each.code for each in projects.milestones(projects.by_code("NEW-1").id)] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("told", "words"),
    [("{", "is not JSON"), ("[" * 100_000, "is not JSON"), ("[]", "does not state the project's code"), ("{}", "code")],
)
def test_what_is_no_document_is_refused_plainly(saksi: Saksi, written: Any, told: str, words: str) -> None:
    result = saksi("import", written(told), "--as", ADMINISTRATOR)

    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("inspector@example.org", "Only an administrator of the agency imports its projects."),
        ("ghost@example.org", "There is no account with the address ghost@example.org"),
    ],
)
def test_only_an_administrator_imports(saksi: Saksi, written: Any, email: str, words: str) -> None:
    result = saksi("import", written(document()), "--as", email, "--yes")

    assert result.exit_code == 1
    assert words in result.output
