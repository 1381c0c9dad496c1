"""The numbers of the risk view are those of the records, after whatever happened to the photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.findings import Outcome
from server import jobs
from server.access import Actor
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence, EvidenceFinding, FactCount, FactDue, Project
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.services import fact_notes, risk_counts
from server.services.evidence_review import FROM
from tests.pages.story import Road

ACCEPT, REFUSE = EvidenceVerdictWord.ACCEPT, EvidenceVerdictWord.REFUSE


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    return Road(actor)


def number(subject: UUID, fact: str, period: str = "all") -> int:
    """The number of a subject in its project's scope."""
    reading().rollback()
    mine = (FactCount.subject_id == subject, FactCount.fact == fact, FactCount.period == period)
    scope = reading().scalar(sa.select(Project.id).where(Project.code == "ROAD-1"))
    return reading().scalar(sa.select(FactCount.number).where(*mine, FactCount.scope_id == scope)) or 0


def project() -> Project:
    return reading().scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()


def test_a_photo_is_counted_for_its_project_its_contractor_and_its_uploader(road: Road) -> None:
    road.send_rejected()
    risk_counts.count_due()
    works = project()

    assert works.contract is not None
    for subject in (works.id, works.contract.supplier_id, road.actor("inspector").person_id, works.agency_id):
        assert number(subject, "photos") == 1
        assert number(subject, "failed") == 1
        assert number(subject, "place.inside_site=fail") == 1
    assert risk_counts.faults() == []


def test_the_same_file_again_is_counted_as_a_near_duplicate(road: Road) -> None:
    file = open_file(road.send())
    road.send(file=file)
    risk_counts.count_due()

    assert number(project().id, "near") == 1


def open_file(photo: UUID) -> bytes:
    with engines().store.open(reading().get_one(Evidence, photo).original.storage_key) as stream:
        return stream.read()


def test_a_word_on_a_photo_and_its_change_are_counted_by_reviewer(road: Road) -> None:
    photo = road.send_questionable()
    road.say(photo, ACCEPT)
    jobs.run_all_due()
    risk_counts.count_due()
    first = road.actor("supervisor").person_id
    assert [number(first, fact) for fact in ("decisions", "accepted", "refused", "changed")] == [1, 1, 0, 0]

    road.say(photo, REFUSE, by="second_supervisor")
    jobs.run_all_due()
    risk_counts.count_due()
    second = road.actor("second_supervisor").person_id

    assert [number(first, fact) for fact in ("decisions", "accepted", "refused", "changed")] == [1, 1, 0, 1]
    assert [number(second, fact) for fact in ("decisions", "accepted", "refused", "changed")] == [1, 0, 1, 0]
    assert risk_counts.faults() == []


def test_the_numbers_follow_when_the_worker_lowers_a_verdict(road: Road) -> None:
    photo = road.send()
    assert number(project().id, "file.decodes=fail") == 0
    with writing() as session:
        session.execute(
            sa.update(EvidenceFinding)
            .where(EvidenceFinding.evidence_id == photo, EvidenceFinding.name == "file.decodes")
            .values(outcome=Outcome.FAIL)
        )
        fact_notes.note(session, "ROAD-1")
    risk_counts.count_due()

    assert number(project().id, "file.decodes=fail") == 1
    assert number(project().agency_id, "failed") == 1


def test_an_audit_names_the_project_whose_numbers_were_changed(road: Road) -> None:
    road.send()
    risk_counts.count_due()
    works = project()
    with writing() as session:
        session.execute(
            sa.update(FactCount)
            .where(FactCount.scope_id == works.id, FactCount.fact == "photos", FactCount.period == "all")
            .values(number=7)
        )

    assert risk_counts.faults() == ["ROAD-1"]


def test_an_audit_names_the_agency_whose_sums_were_changed(road: Road) -> None:
    road.send()
    risk_counts.count_due()
    agency = project().agency_id
    with writing() as session:
        session.execute(sa.delete(FactCount).where(FactCount.scope_id == agency, FactCount.fact == "photos"))

    assert risk_counts.faults() == [str(agency)]


def test_uploads_wait_for_no_number_and_once_counted_nothing_is_left(road: Road) -> None:
    road.send()
    assert number(project().id, "photos") == 0
    risk_counts.count_due()

    assert reading().scalar(sa.select(sa.func.count()).select_from(FactDue)) == 0


CHECKS = ["time.fresh", "place.repeated", "origin.first_use", "place.accuracy"]
Change = tuple[int, str, Outcome]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(CHECKS), st.sampled_from(list(Outcome))), min_size=1, max_size=8
    ),
    words=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=4),
)
def test_whatever_happens_the_numbers_are_those_of_the_records(
    road: Road, changes: list[Change], words: list[tuple[int, bool]]
) -> None:
    photos = [road.send(), road.send_questionable(), road.send_rejected()]
    for place, check, outcome in changes:
        change(photos[place], check, outcome)
    for place, accepts in words:
        word = ACCEPT if accepts else REFUSE
        if reading().get_one(Evidence, photos[place]).state in evidence_states(word):
            road.say(photos[place], word)
    jobs.run_all_due()
    risk_counts.count_due()
    risk_counts.count_due()
    reading().rollback()

    assert stored() == by_hand()
    assert risk_counts.faults() == []


def evidence_states(word: EvidenceVerdictWord) -> frozenset[EvidenceState]:
    return FROM[word]


def change(photo: UUID, check: str, outcome: Outcome) -> None:
    with writing() as session:
        row = session.get(EvidenceFinding, (photo, check))
        if row is None:
            session.add(EvidenceFinding(evidence_id=photo, name=check, outcome=outcome, message="Set by hand."))
        else:
            row.outcome = outcome
        fact_notes.note(session, "ROAD-1")


def stored() -> Counter[str]:
    works = project().id
    query = sa.select(FactCount.fact, FactCount.number).where(
        FactCount.scope_id == works, FactCount.subject_id == works, FactCount.period == "all"
    )
    return Counter({row.fact: row.number for row in reading().execute(query)})


def by_hand() -> Counter[str]:
    """The project's numbers, counted by walking through its photos one by one."""
    numbers: Counter[str] = Counter()
    for photo in reading().scalars(sa.select(Evidence).where(Evidence.project_id == project().id)):
        outcomes = {finding.name: finding.outcome.value for finding in photo.findings}
        numbers["photos"] += 1
        numbers["warned"] += "warn" in outcomes.values()
        numbers["failed"] += "fail" in outcomes.values()
        numbers["near"] += outcomes.get("origin.first_use") in {"warn", "fail"}
        numbers["repeated"] += outcomes.get("place.repeated") in {"warn", "fail"}
        numbers["late"] += outcomes.get("time.fresh") in {"warn", "fail"}
        numbers.update(f"{check}={outcome}" for check, outcome in outcomes.items() if outcome != "pass")
        said = [decision.decision for decision in photo.decisions]
        numbers["decisions"] += len(said)
        numbers["refused"] += said.count(REFUSE)
        numbers["accepted"] += said.count(ACCEPT) if photo.verdict is not EvidenceState.VERIFIED else 0
        numbers["changed"] += sum(one is not other for one, other in pairwise(said))
    return Counter({fact: count for fact, count in numbers.items() if count})
