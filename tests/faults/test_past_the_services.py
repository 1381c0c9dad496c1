"""Attacks past the services: rows written straight into the tables, each honest but for one lie.

The database refuses the lie by a named kind of constraint; the honest row it takes, so that
every refusal is the lie's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from server.access import Actor
from server.db import new_id, reading, writing
from server.models import (
    Appeal,
    Certificate,
    DecisionReason,
    Evidence,
    EvidenceDecision,
    Milestone,
    Organisation,
    PassingOn,
    Payment,
    Submission,
    SubmissionDecision,
    SubmissionItem,
    SubmissionParty,
    SubmissionTakingBack,
)
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.models.submissions import Part, SubmissionState, TakenBackWord
from server.services import certificates, evidence_review
from tests.services.money.road import ACCEPT, APPROVE, RETURN, Road

CHECK, UNIQUE, FOREIGN_KEY = "check", "unique", "foreign key"


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open."""
    return Road(cache(actor))


@contextmanager
def refused_by(kind: str, *, word: str = "") -> Iterator[None]:
    """The database itself must refuse the block, by a constraint of this kind whose text holds ``word``."""
    with pytest.raises(IntegrityError) as refusal:
        yield
    # PostgreSQL writes "not-null".
    told = str(refusal.value.orig).lower().replace("-", " ")
    assert kind in told, told
    assert word in told, told


def insert(table: type[Any], **values: Any) -> None:
    """Write one row past every service."""
    with writing() as session:
        session.execute(sa.insert(table).values(**values))


def change(table: type[Any], where: Any, **values: Any) -> None:
    """Change rows past every service."""
    with writing() as session:
        session.execute(sa.update(table).where(where).values(**values))


def builder_id() -> Any:
    """The contractor's organisation."""
    return reading().scalars(sa.select(Organisation.id).where(Organisation.code == "builder")).one()


def party(road: Road, submission: Submission, name: str, part: Part, **lie: Any) -> dict[str, Any]:
    """The row that gives a persona a part."""
    person = road.actor(name)
    row = {
        "submission_id": submission.id,
        "person_id": person.person_id,
        "part": part,
        "organisation_id": person.organisation_id,
        "contractor_id": submission.contractor_id,
    }
    return row | lie


class TestTakingBack:
    @pytest.fixture
    def returned(self, road: Road) -> Submission:
        road.photos(2)
        return road.decide(road.submit(), RETURN)

    def row(self, road: Road, submission: Submission, name: str = "supervisor", **lie: Any) -> dict[str, Any]:
        row = {
            "id": new_id(),
            "submission_id": submission.id,
            "word": TakenBackWord.APPROVE,
            "reason": "The wrong one.",
            "digest": submission.digest,
            "submission_state": SubmissionState.RETURNED,
            "taken_back_by": road.actor(name).person_id,
            "part": Part.DECIDER,
            "taken_back_at": road.now,
        }
        return row | lie

    def test_the_honest_row_is_taken_once(self, road: Road, returned: Submission) -> None:
        insert(SubmissionTakingBack, **self.row(road, returned))

        with refused_by(UNIQUE):
            insert(SubmissionTakingBack, **self.row(road, returned))

    def test_only_a_decider_takes_back(self, road: Road, returned: Submission) -> None:
        with refused_by(FOREIGN_KEY):
            insert(SubmissionTakingBack, **self.row(road, returned, "inspector"))
        with refused_by(CHECK, word="decider_takes_back"):
            insert(SubmissionTakingBack, **self.row(road, returned, "inspector", part=Part.CONTRIBUTOR))

    def test_an_approval_is_not_taken_back_while_it_stands(self, road: Road) -> None:
        approved = road.approved()

        with refused_by(FOREIGN_KEY):
            insert(SubmissionTakingBack, **self.row(road, approved))
        with refused_by(CHECK, word="stays_returned"):
            insert(SubmissionTakingBack, **self.row(road, approved, submission_state=SubmissionState.APPROVED))

    def test_what_was_taken_back_is_not_approved_again(self, road: Road, returned: Submission) -> None:
        insert(SubmissionTakingBack, **self.row(road, returned))

        with refused_by(FOREIGN_KEY):
            change(Submission, Submission.id == returned.id, state=SubmissionState.APPROVED)

    def test_it_names_the_digest_and_a_reason(self, road: Road, returned: Submission) -> None:
        with refused_by(FOREIGN_KEY):
            insert(SubmissionTakingBack, **self.row(road, returned, digest="0" * 64))
        with refused_by(CHECK, word="has_reason"):
            insert(SubmissionTakingBack, **self.row(road, returned, reason=""))

    def test_a_return_names_the_submission_that_stands_for_it(self, road: Road, returned: Submission) -> None:
        with refused_by(CHECK, word="return_is_renewed"):
            insert(SubmissionTakingBack, **self.row(road, returned, word=TakenBackWord.RETURN))

    def test_a_reason_is_about_a_photo_of_its_submission(self, road: Road, returned: Submission) -> None:
        row = {"submission_id": returned.id, "position": 1, "number": 1, "reason": "Too dark."}

        with refused_by(FOREIGN_KEY):
            insert(DecisionReason, **row, evidence_id=road.photo())
        with refused_by(CHECK, word="of_one_thing"):
            insert(DecisionReason, **row)
        insert(DecisionReason, **row, evidence_id=returned.items[0].evidence_id)


class TestDecidingOnASubmission:
    @pytest.fixture
    def submission(self, road: Road) -> Submission:
        road.photos(2)
        return road.submit()

    def decision(self, road: Road, submission: Submission, name: str = "supervisor", **lie: Any) -> dict[str, Any]:
        row = {
            "id": new_id(),
            "submission_id": submission.id,
            "position": 1,
            "decision": APPROVE,
            "reason": "Seen on site.",
            "digest": submission.digest,
            "decided_by": road.actor(name).person_id,
            "part": Part.DECIDER,
            "decided_at": road.now,
        }
        return row | lie

    def test_the_honest_rows_are_taken(self, road: Road, submission: Submission) -> None:
        insert(SubmissionParty, **party(road, submission, "supervisor", Part.DECIDER))
        insert(SubmissionDecision, **self.decision(road, submission))

    @pytest.mark.parametrize("part", [Part.DECIDER, Part.PAYMASTER])
    def test_an_uploader_gets_no_second_part(self, road: Road, submission: Submission, part: Part) -> None:
        with refused_by(UNIQUE):
            insert(SubmissionParty, **party(road, submission, "inspector", part))

    def test_an_uploaders_part_is_not_turned_into_the_deciders(self, road: Road, submission: Submission) -> None:
        with refused_by(FOREIGN_KEY):
            change(SubmissionParty, SubmissionParty.person_id == road.actor("inspector").person_id, part=Part.DECIDER)

    def test_a_contributor_does_not_decide(self, road: Road, submission: Submission) -> None:
        with refused_by(FOREIGN_KEY):
            insert(SubmissionDecision, **self.decision(road, submission, "inspector"))
        with refused_by(CHECK, word="decider_decides"):
            insert(SubmissionDecision, **self.decision(road, submission, "inspector", part=Part.CONTRIBUTOR))

    @pytest.mark.parametrize("part", [Part.DECIDER, Part.PAYMASTER])
    def test_the_contractors_people_get_no_deciding_part(self, road: Road, submission: Submission, part: Part) -> None:
        with refused_by(CHECK, word="contractor_decides_nothing"):
            insert(SubmissionParty, **party(road, submission, "builders_supervisor", part))

    def test_nor_under_another_organisations_name(self, road: Road, submission: Submission) -> None:
        lie = {"organisation_id": road.actor("supervisor").organisation_id}

        with refused_by(FOREIGN_KEY):
            insert(SubmissionParty, **party(road, submission, "builders_supervisor", Part.DECIDER, **lie))

    def test_nor_by_naming_another_contractor(self, road: Road, submission: Submission) -> None:
        lie = {"contractor_id": road.actor("supervisor").organisation_id}

        with refused_by(FOREIGN_KEY):
            insert(SubmissionParty, **party(road, submission, "builders_supervisor", Part.DECIDER, **lie))

    def test_a_decision_names_the_frozen_digest(self, road: Road, submission: Submission) -> None:
        insert(SubmissionParty, **party(road, submission, "supervisor", Part.DECIDER))

        with refused_by(FOREIGN_KEY):
            insert(SubmissionDecision, **self.decision(road, submission, digest="0" * 64))

    def test_the_digest_of_what_was_decided_on_is_not_changed(self, road: Road, submission: Submission) -> None:
        road.decide(submission)

        with refused_by(FOREIGN_KEY):
            change(Submission, Submission.id == submission.id, digest="0" * 64)

    def test_nobody_decides_without_a_part(self, road: Road, submission: Submission) -> None:
        with refused_by(FOREIGN_KEY):
            insert(SubmissionDecision, **self.decision(road, submission))

    def test_nobody_decides_twice(self, road: Road, submission: Submission) -> None:
        insert(SubmissionParty, **party(road, submission, "supervisor", Part.DECIDER))
        insert(SubmissionDecision, **self.decision(road, submission))

        with refused_by(UNIQUE, word="decided_by"):
            insert(SubmissionDecision, **self.decision(road, submission, position=2))

    def test_a_place_among_the_decisions_is_taken_once(self, road: Road, submission: Submission) -> None:
        for name in ("supervisor", "second_supervisor"):
            insert(SubmissionParty, **party(road, submission, name, Part.DECIDER))
        insert(SubmissionDecision, **self.decision(road, submission))

        with refused_by(UNIQUE, word="position"):
            insert(SubmissionDecision, **self.decision(road, submission, "second_supervisor"))

    def test_a_decision_has_a_reason(self, road: Road, submission: Submission) -> None:
        insert(SubmissionParty, **party(road, submission, "supervisor", Part.DECIDER))

        with refused_by(CHECK, word="has_reason"):
            insert(SubmissionDecision, **self.decision(road, submission, reason=""))

    def test_a_photo_is_not_slipped_in_under_another_uploader(self, road: Road, submission: Submission) -> None:
        photo = road.photo(by="second_inspector")
        row = {"submission_id": submission.id, "evidence_id": photo, "sha256": "a" * 64, "part": Part.CONTRIBUTOR}

        with refused_by(FOREIGN_KEY):
            insert(SubmissionItem, **row, uploader_id=road.actor("inspector").person_id)
        with refused_by(FOREIGN_KEY):
            insert(SubmissionItem, **row, uploader_id=road.actor("second_inspector").person_id)

    def test_a_milestone_has_one_live_submission(self, road: Road, submission: Submission) -> None:
        row = {
            "milestone_id": submission.milestone_id,
            "contractor_id": submission.contractor_id,
            "digest": submission.digest,
            "submitted_by": submission.submitted_by,
            "submitted_at": road.now,
            "note": "",
            "approvals_needed": 1,
        }
        insert(Submission, id=new_id(), **row, state=SubmissionState.RETURNED)

        with refused_by(UNIQUE, word="milestone_id"):
            insert(Submission, id=new_id(), **row, state=SubmissionState.PENDING)

    def test_a_photo_put_forward_is_not_deleted(self, road: Road, submission: Submission) -> None:
        with refused_by(FOREIGN_KEY), writing() as session:
            session.execute(sa.delete(Evidence).where(Evidence.milestone_id == submission.milestone_id))


class TestUnlocking:
    def unlock(self, road: Road, submission: Submission, code: str = "M1", **lie: Any) -> None:
        values = {
            "state": CertificateState.UNLOCKED,
            "submission_id": submission.id,
            "submission_state": SubmissionState.APPROVED,
            "unlocked_at": road.now,
        }
        change(Certificate, Certificate.milestone_id == road.milestone(code).id, **values | lie)

    def test_an_approved_submission_unlocks_its_own_certificate(self, road: Road) -> None:
        submission = road.approved()
        locked = {"state": CertificateState.LOCKED, "submission_id": None, "submission_state": None}
        change(Certificate, Certificate.milestone_id == submission.milestone_id, **locked)

        self.unlock(road, submission)

        assert road.certificate().state is CertificateState.UNLOCKED

    def test_a_certificate_is_not_unlocked_without_a_submission(self, road: Road) -> None:
        with refused_by(CHECK, word="unlocked_by_a_submission"):
            change(Certificate, Certificate.milestone_id == road.milestone().id, state=CertificateState.UNLOCKED)

    def test_a_pending_submission_does_not_unlock(self, road: Road) -> None:
        road.photos(2)
        submission = road.submit()

        with refused_by(FOREIGN_KEY):
            self.unlock(road, submission)
        with refused_by(CHECK, word="only_approved_unlocks"):
            self.unlock(road, submission, submission_state=SubmissionState.PENDING)

    def test_a_returned_submission_does_not_unlock(self, road: Road) -> None:
        road.photos(2)
        submission = road.decide(road.submit(), RETURN)

        with refused_by(FOREIGN_KEY):
            self.unlock(road, submission)

    def test_another_milestones_approval_does_not_unlock(self, road: Road) -> None:
        submission = road.approved("M1")
        locked = {"state": CertificateState.LOCKED, "submission_id": None, "submission_state": None}
        change(Certificate, Certificate.milestone_id == submission.milestone_id, **locked)

        with refused_by(FOREIGN_KEY):
            self.unlock(road, submission, "M2")

    def test_an_approval_that_unlocked_money_is_not_taken_back(self, road: Road) -> None:
        submission = road.approved()

        with refused_by(FOREIGN_KEY):
            change(Submission, Submission.id == submission.id, state=SubmissionState.RETURNED)

    def test_the_lines_must_sum_to_the_net(self, road: Road) -> None:
        with refused_by(CHECK, word="lines_sum_to_net"):
            change(Certificate, Certificate.milestone_id == road.milestone().id, net_minor=1)

    def test_no_line_is_negative(self, road: Road) -> None:
        lie = {"net_minor": 20_000_001, "retention_minor": -1}

        with refused_by(CHECK, word="no_negative_line"):
            change(Certificate, Certificate.milestone_id == road.milestone().id, **lie)

    def test_a_milestone_has_one_certificate(self, road: Road) -> None:
        row = {"state": CertificateState.LOCKED, "currency": "PHP", "gross_minor": 1, "net_minor": 1}
        lines = {"advance_recovery_minor": 0, "retention_minor": 0, "liquidated_damages_minor": 0}

        with refused_by(UNIQUE, word="milestone_id"):
            insert(
                Certificate,
                id=new_id(),
                milestone_id=road.milestone().id,
                damages_left_minor=0,
                **row,
                **lines,
            )


class TestPaying:
    def payment(self, road: Road, certificate: Certificate, name: str = "paymaster", **lie: Any) -> dict[str, Any]:
        row = {
            "id": new_id(),
            "certificate_id": certificate.id,
            "submission_id": certificate.submission_id,
            "certified_by": certificate.certified_by,
            "amount_minor": certificate.net_minor,
            "currency": "PHP",
            "reference": "CHQ-1",
            "paid_on": road.today,
            "paid_by": road.actor(name).person_id,
            "part": Part.PAYMASTER,
            "recorded_at": road.now,
        }
        return row | lie

    def test_the_honest_payment_is_taken(self, road: Road) -> None:
        insert(Payment, **self.payment(road, road.certified()))

    def test_a_certificate_is_paid_once(self, road: Road) -> None:
        certificate = road.paid()

        with refused_by(UNIQUE, word="certificate_id"):
            insert(Payment, **self.payment(road, certificate, reference="CHQ-2"))

    @pytest.mark.parametrize("name", ["inspector", "supervisor"])
    def test_neither_uploader_nor_decider_pays(self, road: Road, name: str) -> None:
        with refused_by(FOREIGN_KEY):
            insert(Payment, **self.payment(road, road.certified(), name))

    def test_nobody_pays_under_another_part(self, road: Road) -> None:
        certificate = road.certified()

        with refused_by(CHECK, word="paymaster_pays"):
            insert(Payment, **self.payment(road, certificate, "supervisor", part=Part.DECIDER))

    def test_a_locked_certificate_is_not_paid(self, road: Road) -> None:
        certified, locked = road.certified("M1"), road.certificate("M2")

        with refused_by(FOREIGN_KEY):
            lie = {"submission_id": certified.submission_id, "certified_by": certified.certified_by}
            insert(Payment, **self.payment(road, locked, **lie))

    def test_what_is_not_certified_is_not_paid(self, road: Road) -> None:
        submission = road.approved()
        paymaster = road.actor("paymaster").person_id
        insert(SubmissionParty, **party(road, submission, "paymaster", Part.PAYMASTER))

        with refused_by("not null"):
            insert(Payment, **self.payment(road, road.certificate()))
        with refused_by(FOREIGN_KEY):
            insert(Payment, **self.payment(road, road.certificate(), certified_by=paymaster))

    def test_the_certification_behind_a_payment_is_not_taken_back(self, road: Road) -> None:
        certificate = road.paid()
        back = {"state": CertificateState.UNLOCKED, "certified_by": None, "certifier_part": None}

        with refused_by(FOREIGN_KEY):
            change(Certificate, Certificate.id == certificate.id, **back)

    def test_what_is_paid_is_what_was_certified(self, road: Road) -> None:
        certificate = road.certified()

        with refused_by(FOREIGN_KEY):
            insert(Payment, **self.payment(road, certificate, amount_minor=certificate.net_minor * 2))

    @pytest.mark.parametrize("table", [Payment, Certificate])
    def test_the_amount_is_not_changed_afterwards(self, road: Road, table: type[Any]) -> None:
        paid = road.paid()
        more = {
            Payment: {"amount_minor": paid.net_minor + 1},
            Certificate: {"net_minor": paid.net_minor + 1, "gross_minor": paid.gross_minor + 1},
        }
        whose: dict[type[Any], Any] = {Payment: Payment.certificate_id, Certificate: Certificate.id}

        with refused_by(FOREIGN_KEY):
            change(table, whose[table] == paid.id, **more[table])

    def test_a_payment_has_a_reference(self, road: Road) -> None:
        certificate = road.certified()

        with refused_by(CHECK, word="has_reference"):
            insert(Payment, **self.payment(road, certificate, reference=""))

    @pytest.mark.parametrize("name", ["inspector", "supervisor"])
    def test_neither_uploader_nor_decider_certifies(self, road: Road, name: str) -> None:
        road.approved()
        lie = {"certified_by": road.actor(name).person_id, "certifier_part": Part.PAYMASTER}

        with refused_by(CHECK, word="certified_by_someone"):
            change(Certificate, Certificate.milestone_id == road.milestone().id, **lie)
        lie |= {"state": CertificateState.CERTIFIED}
        with refused_by(FOREIGN_KEY):
            change(Certificate, Certificate.milestone_id == road.milestone().id, **lie)

    def test_nothing_is_certified_by_nobody(self, road: Road) -> None:
        road.approved()

        with refused_by(CHECK, word="certified_by_someone"):
            change(Certificate, Certificate.milestone_id == road.milestone().id, state=CertificateState.CERTIFIED)

    def test_what_was_not_paid_is_not_passed_on(self, road: Road) -> None:
        certificate = road.certified()
        stated = {"recipient": "Gravel", "amount_minor": 1, "reference": "T", "passed_on": road.today}

        with refused_by(FOREIGN_KEY):
            insert(
                PassingOn,
                id=new_id(),
                certificate_id=certificate.id,
                stated_by=road.actor("contractor").person_id,
                recorded_at=road.now,
                **stated,
            )


class TestDecidingOnAPhoto:
    @pytest.fixture
    def photo(self, road: Road) -> Evidence:
        return road.evidence(road.photo(EvidenceState.NEEDS_REVIEW))

    def decision(self, road: Road, photo: Evidence, name: str = "supervisor", **lie: Any) -> dict[str, Any]:
        person = road.actor(name)
        row = {
            "id": new_id(),
            "evidence_id": photo.id,
            "project_id": photo.project_id,
            "uploader_id": photo.uploader_id,
            "contractor_id": builder_id(),
            "decision": ACCEPT,
            "reason": "I looked.",
            "decided_by": person.person_id,
            "decider_organisation_id": person.organisation_id,
            "decided_at": road.now,
        }
        return row | lie

    def test_the_honest_decision_is_taken(self, road: Road, photo: Evidence) -> None:
        insert(EvidenceDecision, **self.decision(road, photo))

    def test_the_uploader_does_not_decide(self, road: Road, photo: Evidence) -> None:
        with refused_by(CHECK, word="decider_is_not_uploader"):
            insert(EvidenceDecision, **self.decision(road, photo, "inspector"))

    def test_nor_by_naming_another_uploader(self, road: Road, photo: Evidence) -> None:
        lie = {"uploader_id": road.actor("second_inspector").person_id}

        with refused_by(FOREIGN_KEY):
            insert(EvidenceDecision, **self.decision(road, photo, "inspector", **lie))

    def test_the_contractors_people_do_not_decide(self, road: Road, photo: Evidence) -> None:
        with refused_by(CHECK, word="decider_is_not_contractor"):
            insert(EvidenceDecision, **self.decision(road, photo, "builders_supervisor"))

    @pytest.mark.parametrize("column", ["decider_organisation_id", "contractor_id"])
    def test_nor_by_naming_another_organisation(self, road: Road, photo: Evidence, column: str) -> None:
        lie = {column: road.actor("supervisor").organisation_id}

        with refused_by(FOREIGN_KEY):
            insert(EvidenceDecision, **self.decision(road, photo, "builders_supervisor", **lie))

    def test_a_decision_has_a_reason(self, road: Road, photo: Evidence) -> None:
        with refused_by(CHECK, word="has_reason"):
            insert(EvidenceDecision, **self.decision(road, photo, reason=""))

    def test_a_photo_is_appealed_for_once(self, road: Road) -> None:
        photo = road.photo(EvidenceState.REJECTED)
        evidence_review.appeal(road.actor("inspector"), photo, "Look again.", now=road.now)
        row = {"evidence_id": photo, "reason": "And again.", "appealed_at": road.now + timedelta(days=1)}

        with refused_by(UNIQUE):
            insert(Appeal, **row, uploader_id=road.actor("inspector").person_id)

    def test_nobody_appeals_for_another(self, road: Road) -> None:
        photo = road.photo(EvidenceState.REJECTED)
        row = {"evidence_id": photo, "reason": "For a friend.", "appealed_at": road.now}

        with refused_by(FOREIGN_KEY):
            insert(Appeal, **row, uploader_id=road.actor("second_inspector").person_id)


def test_the_bytes_behind_a_submission_are_not_exchanged(road: Road) -> None:
    first, second = road.photos(2)
    other = road.evidence(second).sha256
    road.submit()

    with refused_by(FOREIGN_KEY):
        change(Evidence, Evidence.id == first, sha256=other)


def test_the_whole_road_is_walked_by_the_services_under_these_constraints(road: Road) -> None:
    road.paid("M1")
    road.paid("M2")

    assert [each.state for each in certificates.of_project(road.actor("auditor"), "ROAD-1")][:2] == [
        CertificateState.PAID,
        CertificateState.PAID,
    ]
    assert reading().scalar(sa.select(sa.func.count()).select_from(Milestone).where(Milestone.state == "paid")) == 2
