"""Undoing the changes of a document one event after another."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from server.documents import plain
from server.services.importing import difference
from server.services.setting_up_history import undo


def milestone(code: str, starts_on: str, **other: Any) -> dict[str, Any]:
    return {"code": code, "title": code, "starts_on": starts_on, "requirements": []} | other


BEFORE: dict[str, Any] = {
    "code": "P",
    "title": "Two classrooms",
    "ends_on": None,
    "budget": {"amount_minor": 1, "currency": "PHP"},
    "contract": {"value_minor": 5, "variations": [{"number": 1, "amount_minor": 2}]},
    "milestones": [
        milestone("M1", "2026-01-01", requirements=[{"code": "a", "photos": 1}, {"code": "b", "photos": 2}]),
        milestone("M2", "2026-02-01"),
        milestone("M3", "2026-03-01"),
    ],
}


def changed() -> dict[str, Any]:
    return copy.deepcopy(BEFORE)


def single_fields() -> dict[str, Any]:
    after = changed()
    after |= {"title": "Three", "ends_on": "2026-12-01"}
    after["budget"]["amount_minor"] = 9
    after["contract"]["variations"][0]["amount_minor"] = -4
    return after


def added() -> dict[str, Any]:
    after = changed()
    after["milestones"].insert(1, milestone("M9", "2026-01-15"))
    after["milestones"][0]["requirements"].append({"code": "c", "photos": 3})
    after["contract"]["variations"].append({"number": 2, "amount_minor": 7})
    return after


def taken_away() -> dict[str, Any]:
    after = changed()
    del after["milestones"][1]
    after["contract"]["variations"] = []
    after["milestones"][1]["title"] = "Other"
    return after


def moved() -> dict[str, Any]:
    after = changed()
    after["milestones"] = [after["milestones"][2], after["milestones"][0], after["milestones"][1]]
    after["milestones"][0]["title"] = "Other"
    return after


@pytest.mark.parametrize("after", [single_fields(), added(), taken_away(), moved()])
def test_what_was_changed_is_as_before(after: dict[str, Any]) -> None:
    told = [plain(each) for each in difference.changes(BEFORE, after)]
    assert told

    undo(after, told)

    assert after == BEFORE


def test_the_shape_of_a_site_is_left_alone() -> None:
    document = {"title": "T", "site": {"width_m": 3}}

    undo(document, [{"pointer": "#/site/width_m", "before": 2, "after": 3}])

    assert document == {"title": "T", "site": {"width_m": 3}}


def test_a_pointer_that_leads_nowhere_changes_nothing() -> None:
    document: dict[str, Any] = {"milestones": []}

    undo(document, [{"pointer": "#/milestones/4/title", "before": "a", "after": "b"}])

    assert document == {"milestones": []}
