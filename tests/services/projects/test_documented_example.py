"""The example of docs/importing.md is imported as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from server.models.people import OrganisationKind
from server.services import directory
from server.services.importing import milestone_table
from tests.services.projects.conftest import NOW, Imports, Previews

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "importing.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_documented_project_and_table_are_sound_and_say_the_same(imports: Imports, previews: Previews) -> None:
    told: dict[str, Any] = json.loads(block("json"))
    told |= {"agency": "agency", "area": "R6"}
    directory.add_organisation("hillside", "Hillside Builders", OrganisationKind.CONTRACTOR, now=NOW)

    imports(told)
    told["milestones"][0]["must_exist"] = "Cleared and rolled"
    imports(told)
    del told["milestones"]

    again = previews(told, code=told["code"], milestones_file=block("csv"))
    assert (again.changes, again.faults) == ([], [])


def test_the_documented_header_names_every_column() -> None:
    assert tuple(block("csv").splitlines()[0].split(",")) == milestone_table.COLUMNS
