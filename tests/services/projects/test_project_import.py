"""Importing a project: what is written, what stays, and that the same again changes nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from server.access import Actor
from server.db import reading, writing
from server.documents import plain
from server.models import (
    Certificate,
    Contract,
    CustodyEvent,
    Milestone,
    Project,
    Requirement,
    Site,
    SiteCell,
    Submission,
    SubmissionParty,
)
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.submissions import Part, SubmissionState
from server.problems import Problem
from server.services import custody, project_import, projects, site_lookup
from server.services.importing import on_record
from tests.custody_log import of_record
from tests.services.projects.build import SCHOOL_OUTLINE, document, parts, with_milestone, with_section
from tests.services.projects.conftest import NOW, Imports, Previews


def test_creates_a_project_with_everything_that_belongs_to_it(imports: Imports) -> None:
    imports(document())

    project = projects.by_code("NEW-1")
    assert (project.title, project.budget_minor, project.currency) == ("Farm road to the market", 110_000, "PHP")
    assert (project.agency.code, project.area.code, project.published_at) == ("agency", "R6", NOW)
    contract = _contract()
    assert (contract.supplier.code, contract.value_minor) == ("builder", 90_000)
    assert [variation.amount_minor for variation in contract.variations] == [10_000]
    assert [milestone.code for milestone in projects.milestones(project.id)] == ["A1", "A2"]
    site = projects.current_site(project.id)
    assert site is not None
    assert (site.kind.value, site.width_m, site.source) == ("corridor", 12.0, "contract drawing 3")


def test_milestones_without_a_predecessor_open_and_the_others_wait(imports: Imports) -> None:
    imports(document())

    assert _states() == {"A1": MilestoneState.OPEN, "A2": MilestoneState.PLANNED}


def test_every_milestone_gets_a_locked_certificate_over_its_whole_amount(imports: Imports) -> None:
    imports(document())

    told = {milestone.code: certificate for milestone, certificate in _certificates()}
    assert {code: (c.state, c.gross_minor, c.net_minor, c.currency) for code, c in told.items()} == {
        "A1": (CertificateState.LOCKED, 20_000, 20_000, "PHP"),
        "A2": (CertificateState.LOCKED, 80_000, 80_000, "PHP"),
    }


def test_the_same_import_again_changes_nothing_and_leaves_no_trace(imports: Imports, previews: Previews) -> None:
    imports(document())
    events, changed_at = _count(CustodyEvent), projects.by_code("NEW-1").changed_at

    imports(document(), now=NOW + timedelta(days=1))

    assert previews(document()).changes == []
    assert (_count(CustodyEvent), projects.by_code("NEW-1").changed_at) == (events, changed_at)


def test_a_project_told_as_a_document_imports_as_itself(imports: Imports, previews: Previews) -> None:
    imports(document())

    told = plain(on_record.document(on_record.records(reading(), "NEW-1")))

    assert (previews(told).changes, previews(told).faults) == ([], [])


def test_a_preview_writes_nothing(previews: Previews) -> None:
    told = previews(document())

    assert (told.creates, told.faults) == (True, [])
    assert reading().scalar(sa.select(Project).where(Project.code == "NEW-1")) is None


def test_a_preview_tells_each_changed_field_before_and_after(imports: Imports, previews: Previews) -> None:
    imports(document())

    told = previews(with_milestone(1, title="Road paved and drained") | {"ends_on": "2026-12-24"})

    assert not told.creates
    assert [(change.pointer, change.before, change.after) for change in told.changes] == [
        ("#/ends_on", "2026-12-20", "2026-12-24"),
        ("#/milestones/1/title", "Road paved", "Road paved and drained"),
    ]


def test_a_preview_tells_a_geometry_by_its_size_and_digest(imports: Imports, previews: Previews) -> None:
    imports(document())
    longer = {"type": "LineString", "coordinates": [[123.0, 10.0], [123.0, 10.01], [123.0, 10.02]]}

    (change,) = previews(with_section("site", geometry=longer)).changes

    assert change.pointer == "#/site/geometry"
    assert change.before.startswith("LineString of 2 points, sha256 ")
    assert change.after.startswith("LineString of 3 points, sha256 ")


def test_a_change_is_told_once_in_the_custody_log(imports: Imports, administrator: Actor) -> None:
    imports(document())
    imports(document(title="Another title"))

    created, changed = (e for e in of_record("project", "NEW-1") if e.action.startswith("project."))
    assert (created.action, changed.action, changed.actor_id) == (
        "project.created",
        "project.changed",
        administrator.person_id,
    )
    assert changed.details["changes"] == [
        {"pointer": "#/title", "before": "Farm road to the market", "after": "Another title"}
    ]
    assert custody.broken_link(custody.export()) is None


def test_sections_left_out_stay_as_they_are(imports: Imports) -> None:
    imports(document())

    imports(document(title="Only the title", contract=..., site=..., milestones=...))

    project = projects.by_code("NEW-1")
    assert project.title == "Only the title"
    assert _contract().value_minor == 90_000
    assert len(projects.milestones(project.id)) == 2
    assert _count(Site, Site.project_id == project.id) == 1


def test_taking_back_publication_and_giving_it_again(imports: Imports) -> None:
    imports(document())
    imports(document(published=False))
    assert projects.by_code("NEW-1").published_at is None

    imports(document(), now=NOW + timedelta(days=2))
    assert projects.by_code("NEW-1").published_at == NOW + timedelta(days=2)


class TestTheSite:
    def test_a_change_makes_a_new_version_and_keeps_the_old(self, imports: Imports, administrator: Actor) -> None:
        project = imports(document())
        old = projects.current_site(project.id)
        assert old is not None

        imports(with_section("site", width_m=20), now=NOW + timedelta(days=1))

        new = projects.current_site(project.id)
        assert new is not None
        assert (new.width_m, new.changed_by, new.retired_at) == (20.0, administrator.person_id, None)
        assert reading().get_one(Site, old.id).retired_at == NOW + timedelta(days=1)

    def test_only_the_current_version_is_found_by_place(self, imports: Imports) -> None:
        project = imports(document())
        imports(with_section("site", geometry={"type": "LineString", "coordinates": [[124.0, 10.0], [124.0, 10.01]]}))

        assert site_lookup.find(reading(), 10.005, 123.0, among=None) == []
        assert [s.project_id for s in site_lookup.find(reading(), 10.005, 124.0, among=None)] == [project.id]
        current = projects.current_site(project.id)
        assert current is not None
        retired = sa.select(Site.id).where(Site.project_id == project.id, Site.retired_at.is_not(None))
        assert _count(SiteCell, SiteCell.site_id.in_(retired)) == 0

    def test_the_custody_log_names_both_digests(self, imports: Imports) -> None:
        imports(document())
        imports(with_section("site", width_m=20))

        first, second = (e for e in of_record("project", "NEW-1") if e.action == "site.changed")
        assert first.details["before"] is None
        assert second.details["before"] == first.details["after"] != second.details["after"]

    def test_an_area_may_become_a_corridor_only_with_a_width(self, imports: Imports, previews: Previews) -> None:
        told = without_stations()
        told["site"] = {"geometry": SCHOOL_OUTLINE, "source": "survey"}
        imports(told)

        assert _pointers(previews(with_section("site", width_m=...))) == ["#/site/width_m"]

    def test_whoever_changes_it_becomes_a_party_to_what_waits(self, imports: Imports, administrator: Actor) -> None:
        imports(document())
        submission_id = _put_forward("A1", administrator)

        imports(with_section("site", width_m=20))

        party = reading().get_one(SubmissionParty, (submission_id, administrator.person_id))
        assert party.part is Part.CONTRIBUTOR

    def test_whoever_decided_on_what_waits_cannot_change_it(self, imports: Imports, administrator: Actor) -> None:
        imports(document())
        submission_id = _put_forward("A1", administrator)
        with writing() as session:
            contractor = session.get_one(Submission, submission_id).contractor_id
            session.add(_party(submission_id, administrator, Part.DECIDER, contractor))

        with pytest.raises(Problem) as refused:
            imports(with_section("site", width_m=20))

        assert refused.value.name == "separation-of-duties"
        assert _count(Site, Site.retired_at.is_not(None)) == 0


class TestMilestones:
    def test_may_be_put_in_another_order(self, imports: Imports, previews: Previews) -> None:
        imports(document())
        turned = document()
        turned["milestones"].reverse()
        turned["milestones"][0]["predecessor"] = None

        assert "#/milestones" in [change.pointer for change in previews(turned).changes]
        imports(turned)

        assert list(_states()) == ["A2", "A1"]
        assert previews(turned).changes == []

    def test_may_be_put_before_others_and_taken_away_again(self, imports: Imports) -> None:
        imports(document())
        more = document()
        added = more["milestones"][0] | {"code": "A0", "title": "Site handed over", "weight_bp": 0, "amount_minor": 0}
        more["milestones"].insert(0, added)

        imports(more)
        assert list(_states()) == ["A0", "A1", "A2"]
        imports(document())
        assert list(_states()) == ["A1", "A2"]
        assert len(_certificates()) == 2

    def test_carry_their_amount_into_the_locked_certificate(self, imports: Imports) -> None:
        imports(document())
        told = with_milestone(0, amount_minor=30_000)
        told["milestones"][1]["amount_minor"] = 70_000

        imports(told)

        assert [certificate.net_minor for _, certificate in _certificates()] == [30_000, 70_000]

    def test_open_when_their_predecessor_is_taken_away(self, imports: Imports) -> None:
        imports(document())

        imports(with_milestone(1, predecessor=None))

        assert _states()["A2"] is MilestoneState.OPEN
        milestone = _milestone("A2")
        assert [e.action for e in of_record("milestone", str(milestone.id))] == ["milestone.open"]

    def test_lose_requirements_that_the_document_no_longer_has(self, imports: Imports) -> None:
        imports(document())
        told = document()
        del told["milestones"][0]["requirements"][1]

        imports(told)

        assert [requirement.code for requirement in _milestone("A1").requirements] == ["before"]
        assert _count(Requirement, Requirement.milestone_id == _milestone("A1").id) == 1

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("submitted", "waiting for approval"),
            ("returned", "returned for more"),
            ("approved", "approved"),
            ("paid", "paid"),
        ],
    )
    def test_that_were_put_forward_cannot_change(
        self, imports: Imports, previews: Previews, state: str, words: str
    ) -> None:
        imports(document())
        _set_state("A1", MilestoneState(state))
        told = with_milestone(0, title="Something else", ends_on="2026-02-27")

        faults = previews(told).faults

        assert [fault.pointer for fault in faults] == ["#/milestones/0/title", "#/milestones/0/ends_on"]
        assert faults[0].detail == f"A1 cannot be changed: it is {words}."
        with pytest.raises(Problem):
            imports(told)
        assert _milestone("A1").title == "Ground cleared"

    def test_that_were_put_forward_cannot_be_taken_away(self, imports: Imports, previews: Previews) -> None:
        imports(document())
        _set_state("A1", MilestoneState.APPROVED)
        told = with_milestone(1, weight_bp=10_000, amount_minor=100_000, predecessor=None)
        del told["milestones"][0]

        assert [fault.detail for fault in previews(told).faults] == ["A1 cannot be taken away: it is approved."]

    def test_that_follow_an_approved_one_open(self, imports: Imports) -> None:
        imports(document())
        _set_state("A1", MilestoneState.PAID)

        imports(with_milestone(1, title="Paved"))

        assert _states()["A2"] is MilestoneState.OPEN

    def test_the_supplier_stays_once_something_was_put_forward(
        self, imports: Imports, previews: Previews, administrator: Actor
    ) -> None:
        imports(document())
        _put_forward("A1", administrator)

        assert _pointers(previews(with_section("contract", supplier="other-builder"))) == ["#/contract/supplier"]


class TestWhoMayImport:
    @pytest.mark.parametrize(
        "persona", ["inspector", "contractor", "supervisor", "paymaster", "auditor", "other_administrator", "nobody"]
    )
    def test_nobody_but_the_agencys_administrator(self, actor: Any, persona: str) -> None:
        acts = (project_import.preview, partial(project_import.apply, now=NOW))
        for act in acts:
            with pytest.raises(Problem) as refused:
                act(actor(persona), "NEW-1", parts(document()))
            assert refused.value.name == "not-allowed"

    def test_an_administrator_takes_no_project_of_another_agency(self, actor: Any, imports: Imports) -> None:
        imports(document())

        stolen = parts(document(agency="other-agency"))
        with pytest.raises(Problem) as refused:
            project_import.apply(actor("other_administrator"), "NEW-1", stolen, now=NOW)

        assert refused.value.name == "not-allowed"

    def test_an_administrator_gives_no_project_to_another_agency(self, imports: Imports) -> None:
        imports(document())

        with pytest.raises(Problem) as refused:
            imports(document(agency="other-agency"))

        assert refused.value.name == "not-allowed"


def without_stations() -> dict[str, Any]:
    told = document()
    for milestone in told["milestones"]:
        for requirement in milestone["requirements"]:
            requirement.pop("station_m", None)
    return told


def _pointers(told: project_import.Preview) -> list[str]:
    return [fault.pointer for fault in told.faults]


def _contract() -> Contract:
    contract = projects.by_code("NEW-1").contract
    assert contract is not None
    return contract


def _milestone(code: str) -> Milestone:
    return next(each for each in projects.milestones(projects.by_code("NEW-1").id) if each.code == code)


def _states() -> dict[str, MilestoneState]:
    return {each.code: each.state for each in projects.milestones(projects.by_code("NEW-1").id)}


def _set_state(code: str, state: MilestoneState) -> None:
    with writing() as session:
        session.get_one(Milestone, _milestone(code).id).state = state


def _certificates() -> list[tuple[Milestone, Certificate]]:
    query = sa.select(Milestone, Certificate).join(Certificate, Certificate.milestone_id == Milestone.id)
    query = query.where(Milestone.project_id == projects.by_code("NEW-1").id).order_by(Milestone.position)
    return [(row[0], row[1]) for row in reading().execute(query)]


def _count(model: Any, *conditions: Any) -> int:
    return reading().scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def _put_forward(code: str, submitter: Actor) -> Any:
    """A pending submission, bare; the milestone stays open so that the site alone is at stake."""
    milestone, contract = _milestone(code), _contract()
    with writing() as session:
        submission = Submission(
            milestone_id=milestone.id,
            contractor_id=contract.supplier_id,
            digest="d" * 64,
            submitted_by=submitter.person_id,
            submitted_at=NOW,
            state=SubmissionState.PENDING,
        )
        session.add(submission)
        session.flush()
        return submission.id


def _party(submission_id: Any, person: Actor, part: Part, contractor_id: Any) -> SubmissionParty:
    return SubmissionParty(
        submission_id=submission_id,
        person_id=person.person_id,
        part=part,
        organisation_id=person.organisation_id,
        contractor_id=contractor_id,
    )
