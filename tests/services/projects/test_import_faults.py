"""Every fault of an import is named, by field or by row and column, and all of them at once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.db import reading, writing
from server.models import CustodyEvent, Evidence, Original, Person, Project, Requirement
from server.models.evidence import EvidenceState
from server.problems import Problem
from server.services import projects
from tests.services.projects.build import (
    ROAD_LINE,
    SCHOOL_OUTLINE,
    document,
    with_milestone,
    with_section,
)
from tests.services.projects.conftest import NOW, Imports, Previews


def requirement(**changed: Any) -> dict[str, Any]:
    """The sound document with fields of its very first requirement replaced."""
    told = document()
    told["milestones"][0]["requirements"][0] |= changed
    return told


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (document(title=...), "#/title", "Missing data"),
    (document(title=7), "#/title", "Not a valid string"),
    (document(title="x" * 301), "#/title", "Length must be"),
    (document(title="a\0b"), "#/title", "Control characters"),
    (document(purpose="\ud800"), "#/purpose", "Control characters"),
    (document(colour="red"), "#/colour", "Unknown field"),
    (document(code="NEW 1"), "#/code", "Letters, digits"),
    (document(code="NEW-2"), "#/code", "sent as project NEW-1"),
    (document(agency="nobody"), "#/agency", "no organisation with the code nobody"),
    (document(area="R99"), "#/area", "no area with the code R99"),
    (document(policy="xx"), "#/policy", "There is no such policy; there are default, kr, ph, th"),
    (document(time_zone="Asia/Atlantis"), "#/time_zone", "No such time zone"),
    (document(time_zone="localtime"), "#/time_zone", "No such time zone"),
    (document(time_zone="Factory"), "#/time_zone", "No such time zone"),
    (document(status="finished"), "#/status", "Must be one of"),
    (document(ends_on="2026-01-04"), "#/ends_on", "before starts_on, 2026-01-05"),
    (document(ends_on="31.12.2026"), "#/ends_on", "Not a day"),
    (document(ends_on="9999-12-31"), "#/ends_on", "Only days from 1900-01-01 to 2199-12-31 are taken."),
    (document(starts_on="0001-01-01"), "#/starts_on", "Only days from 1900-01-01"),
    (with_section("contract", ends_on="2200-01-01"), "#/contract/ends_on", "Only days from 1900-01-01"),
    (with_milestone(0, starts_on="1899-12-31"), "#/milestones/0/starts_on", "Only days from 1900-01-01"),
    (document(working_days=[]), "#/working_days", "At least one"),
    (document(working_days=[8]), "#/working_days/0", "Must be"),
    (document(work_starts="25:00"), "#/work_starts", "time of day"),
    (document(work_ends="05:59"), "#/work_ends", "not later than work_starts"),
    (document(published="yes"), "#/published", "Not a valid boolean"),
    (document(budget={"amount_minor": 12.5, "currency": "PHP"}), "#/budget/amount_minor", "Not a whole number"),
    (document(budget={"amount_minor": True, "currency": "PHP"}), "#/budget/amount_minor", "Not a whole number"),
    (document(budget={"amount_minor": -1, "currency": "PHP"}), "#/budget/amount_minor", "Must be greater"),
    (document(budget={"amount_minor": 10**17, "currency": "PHP"}), "#/budget/amount_minor", "less than or equal"),
    (document(budget={"amount_minor": 1, "currency": "peso"}), "#/budget/currency", "ISO 4217"),
    (document(contract=None), "#/contract", "may not be null"),
    (with_section("contract", supplier="agency"), "#/contract/supplier", "recorded as agency, not as contractor"),
    (with_section("contract", supplier="sub"), "#/contract/supplier", "recorded as subcontractor"),
    (with_section("contract", ends_on="2026-01-03"), "#/contract/ends_on", "before effective_on"),
    (with_section("contract", advance_minor=100_001), "#/contract/advance_minor", "more than the contract's value"),
    (with_section("contract", advance_minor=13_501), "#/contract/advance_minor", "15 % of the contract's value"),
    (with_section("contract", retention_bp=10_001), "#/contract/retention_bp", "less than or equal to 10000"),
    (with_section("contract", value_minor=90_001), "#/milestones", "sum to ₱1,000.00; the contract with its"),
    (with_milestone(0, weight_bp=1999), "#/milestones", "The weights sum to 9999"),
    (with_milestone(0, amount_minor=19_999), "#/milestones", "The amounts sum to ₱999.99"),
    (with_milestone(0, ends_on="2026-01-04"), "#/milestones/0/ends_on", "before starts_on"),
    (with_milestone(1, code="A1", predecessor=None), "#/milestones/1/code", "A1 stands there twice"),
    (with_milestone(1, predecessor="A2"), "#/milestones/1/predecessor", "No milestone before this one has the code A2"),
    (with_milestone(0, predecessor="A2"), "#/milestones/0/predecessor", "No milestone before this one"),
    (with_milestone(1, predecessor="A7"), "#/milestones/1/predecessor", "No milestone before this one has the code A7"),
    (requirement(code="cleared"), "#/milestones/0/requirements/1/code", "cleared stands there twice"),
    (requirement(stage="after"), "#/milestones/0/requirements/0/stage", "Must be one of"),
    (requirement(photos=0), "#/milestones/0/requirements/0/photos", "Must be greater"),
    (requirement(station_m=1200), "#/milestones/0/requirements/0/station_m", "runs from 0+000 to 1+106"),
    (requirement(station_m="500"), "#/milestones/0/requirements/0/station_m", "Not a number"),
    (with_section("site", geometry=...), "#/site/geometry", "The geometry is missing"),
    (with_section("site", geometry=SCHOOL_OUTLINE), "#/site/type", "an area, which is a polygon"),
    (with_section("site", type=..., geometry=SCHOOL_OUTLINE), "#/site/width_m", "Only a corridor has a width"),
    (with_section("site", width_m=...), "#/site/width_m", "A corridor needs its width"),
    (with_section("site", width_m=0), "#/site/width_m", "Must be greater"),
    (with_section("site", source=...), "#/site/source", "Missing data"),
    (with_section("site", geometry={"type": "Circle"}), "#/site/geometry", ""),
    (
        with_section("site", geometry=ROAD_LINE | {"coordinates": [[10.0, 123.0], [10.01, 123.0]]}),
        "#/site/geometry",
        "swapped",
    ),
]


@pytest.mark.parametrize(("told", "pointer", "words"), FAULTS, ids=[f"{p}-{w[:24]}" for _, p, w in FAULTS])
def test_a_fault_is_named_at_its_field(looks: Previews, told: dict[str, Any], pointer: str, words: str) -> None:
    faults = looks(told).faults

    assert [f for f in faults if f.pointer.startswith(pointer) and words in f.detail], faults


def test_a_document_with_faults_is_refused_with_all_of_them_and_nothing_is_written(imports: Imports) -> None:
    told = document(time_zone="Mars", agency="nobody", ends_on="2025-01-01")
    told["milestones"][0]["weight_bp"] = 1
    told["milestones"][1]["title"] = ""
    del told["site"]["source"]
    events = reading().scalar(sa.select(sa.func.count()).select_from(CustodyEvent))

    with pytest.raises(Problem) as refused:
        imports(told)

    assert refused.value.name == "import-refused"
    assert {error.pointer for error in refused.value.errors} == {
        "#/time_zone",
        "#/agency",
        "#/ends_on",
        "#/milestones",
        "#/milestones/1/title",
        "#/site/source",
    }
    assert reading().scalar(sa.select(Project).where(Project.code == "NEW-1")) is None
    assert reading().scalar(sa.select(sa.func.count()).select_from(CustodyEvent)) == events


@pytest.mark.parametrize("told", [None, [], "text", 5, [document()]])
def test_what_is_no_object_is_refused(looks: Previews, told: Any) -> None:
    assert [fault.detail for fault in looks(told).faults] == ["The document is not a JSON object."]


@pytest.mark.parametrize(
    ("section", "value"),
    [("milestones", {}), ("milestones", [None, 3]), ("site", []), ("contract", "none"), ("budget", 7), ("code", [])],
)
def test_a_section_of_another_type_is_a_fault_and_no_crash(looks: Previews, section: str, value: Any) -> None:
    faults = looks(document(**{section: value})).faults

    assert any(fault.pointer.startswith(f"#/{section}") for fault in faults)


def test_an_advance_up_to_the_policys_share_is_taken(looks: Previews) -> None:
    assert looks(with_section("contract", advance_minor=13_500)).faults == []


def test_another_policy_sets_another_limit_to_the_advance(looks: Previews) -> None:
    told = with_section("contract", advance_minor=45_000) | {"policy": "default"}

    assert looks(told).faults == []


def test_a_contract_with_its_advance_on_record_may_be_sent_again(imports: Imports, previews: Previews) -> None:
    imports(with_section("contract", advance_minor=45_000) | {"policy": "default"})
    told = with_section("contract", advance_minor=45_000)

    assert previews(told).faults == []


def test_milestones_need_no_contract(imports: Imports) -> None:
    imports(document(contract=...))

    assert len(projects.milestones(projects.by_code("NEW-1").id)) == 2


class TestWhatPhotosAreTiedTo:
    def test_a_requirement_with_photos_cannot_be_taken_away(self, imports: Imports, previews: Previews) -> None:
        imports(document())
        _photo_for("before")
        told = document()
        del told["milestones"][0]["requirements"][0]

        assert [(fault.pointer, fault.detail) for fault in previews(told).faults] == [
            ("#/milestones/0/requirements", "before cannot be taken away: photos were taken for it.")
        ]

    def test_a_milestone_with_photos_cannot_be_taken_away(self, imports: Imports, previews: Previews) -> None:
        imports(document())
        _photo_for("before")
        told = with_milestone(1, weight_bp=10_000, amount_minor=100_000, predecessor=None)
        del told["milestones"][0]

        (fault,) = previews(told).faults
        assert fault.detail == "A1 cannot be taken away: photos, submissions or disputes are tied to it."

    def test_an_open_milestone_with_photos_may_still_be_corrected(self, imports: Imports) -> None:
        imports(document())
        _photo_for("before")

        imports(with_milestone(0, title="Ground cleared and staked"))

        assert projects.milestones(projects.by_code("NEW-1").id)[0].title == "Ground cleared and staked"


def _photo_for(code: str) -> None:
    project = projects.by_code("NEW-1")
    found = reading().scalars(sa.select(Requirement).where(Requirement.code == code)).one()
    person = reading().scalars(sa.select(Person).limit(1)).one()
    with writing() as session:
        session.add(Original(sha256="e" * 64, size=1, media_type="image/jpeg", storage_key="k", kept_at=NOW))
        session.flush()
        photo = Evidence(id=project.id, project_id=project.id, requirement_id=found.id, milestone_id=found.milestone_id)
        photo.uploader_id, photo.sha256, photo.claim_digest, photo.claims = person.id, "e" * 64, "c" * 64, {}
        photo.stage, photo.policy, photo.grade, photo.received_at = found.stage, "ph-1", "C", NOW
        photo.verdict = photo.state = EvidenceState.VERIFIED
        session.add(photo)
