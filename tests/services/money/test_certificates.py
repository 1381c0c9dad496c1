"""A payment certificate's way: unlocked, certified, paid, passed on, with disputes beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from server.db import new_id
from server.models import Certificate, Contract, Project
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.people import Role
from server.services import certificates
from tests.services.money.road import Road, refused_as


def certify(road: Road, by: str = "paymaster", milestone: str = "M1") -> Certificate:
    return certificates.certify(road.actor(by), road.certificate(milestone).id, now=road.now)


def dispute(road: Road, by: str = "contractor") -> Any:
    return certificates.dispute(road.actor(by), road.certificate().id, "The retention is wrong.", now=road.now)


def pass_on(road: Road, by: str = "contractor", **stated: Any) -> Certificate:
    stated = {"recipient": "Gravel & Sons", "amount_minor": 100, "reference": "T-1", "passed_on": road.today} | stated
    return certificates.pass_on(road.actor(by), road.certificate().id, now=road.now, **stated)


class TestCertifying:
    def test_an_unlocked_certificate_is_certified(self, road: Road) -> None:
        submission = road.approved()

        certificate = certify(road)

        assert certificate.state is CertificateState.CERTIFIED
        assert certificate.certified_at == road.now
        assert road.parts(submission)["Paymaster"] == "paymaster"
        assert road.events("certificate.certified")[0].record_id == str(certificate.id)

    def test_a_locked_one_is_not(self, road: Road) -> None:
        with refused_as("wrong-state"):
            certify(road)

    def test_it_is_done_once(self, road: Road) -> None:
        road.certified()

        with refused_as("wrong-state"):
            certify(road, by="second_paymaster")

    @pytest.mark.parametrize("name", ["supervisor", "contractor", "administrator", "other_paymaster"])
    def test_only_a_paymaster_of_the_project_does(self, road: Road, name: str) -> None:
        road.approved()

        with refused_as("not-allowed"):
            certify(road, by=name)

    def test_an_unknown_one_is_not_found(self, road: Road) -> None:
        with refused_as("not-found"):
            certificates.certify(road.actor("paymaster"), new_id(), now=road.now)

    def test_a_paymaster_who_took_a_photo_does_not(self, road: Road) -> None:
        road.photo(by="paymaster")
        road.approved()

        with refused_as("separation-of-duties"):
            certify(road)

    def test_a_decider_who_is_also_paymaster_does_not(self, road: Road) -> None:
        both = road.hire("both", "agency", Role.SUPERVISOR)
        road.photos(2)
        road.decide(road.submit(), by=both)
        as_paymaster = replace(both, held=road.actor("paymaster").held)

        with refused_as("separation-of-duties"):
            certificates.certify(as_paymaster, road.certificate().id, now=road.now)

    @pytest.mark.parametrize("organisation", ["builder", "sub"])
    def test_a_builders_paymaster_does_not(self, road: Road, organisation: str) -> None:
        road.approved()
        hired = road.hire("till", organisation, Role.PAYMASTER)

        with refused_as("separation-of-duties"):
            certificates.certify(hired, road.certificate().id, now=road.now)


class TestTheFirstPayment:
    """The policy of the Philippines lets progress payments begin at 20 % of the works."""

    def test_nothing_is_certified_before_the_works_reach_the_policys_share(self, road: Road) -> None:
        road.worth(10_000_000)
        road.approved("M1")

        with refused_as("wrong-state") as refusal:
            certify(road)

        assert refusal.value.detail.endswith("begin when 20 % of the contract's value is approved; so far 10 % is.")
        assert road.certificate().state is CertificateState.UNLOCKED

    def test_it_is_once_a_later_approval_reaches_it(self, road: Road) -> None:
        road.worth(10_000_000)
        road.approved("M1")
        road.approved("M2")

        assert certify(road, milestone="M1").state is CertificateState.CERTIFIED
        assert certify(road, milestone="M2").state is CertificateState.CERTIFIED

    def test_the_final_certificate_waits_for_nothing(self, road: Road) -> None:
        road.change(Contract, {"value_minor": 1_000_000_000}, Contract.project_id == road.project.id)
        for milestone in ("M1", "M2"):
            road.approved(milestone)
            with refused_as("wrong-state"):
                certify(road, milestone=milestone)

        road.approved("M3")

        assert certify(road, milestone="M3").state is CertificateState.CERTIFIED

    def test_a_policy_without_the_rule_lets_the_first_certificate_through(self, road: Road) -> None:
        road.change(Project, {"policy": "default"}, Project.id == road.project.id)
        road.worth(10_000_000)
        road.approved("M1")

        assert certify(road).state is CertificateState.CERTIFIED


class TestPaying:
    def test_a_certified_certificate_is_paid_in_full(self, road: Road) -> None:
        certificate = road.paid()

        assert certificate.state is CertificateState.PAID
        assert certificate.payment is not None
        assert certificate.payment.amount_minor == certificate.net_minor
        assert certificate.payment.reference == "CHQ-1"
        assert road.milestone().state is MilestoneState.PAID
        assert road.events("certificate.paid")[0].details["amount_minor"] == certificate.net_minor
        assert len(road.events("milestone.paid")) == 1

    def test_a_second_paymaster_may_pay_what_the_first_certified(self, road: Road) -> None:
        assert road.pay(road.certified(by="paymaster"), by="second_paymaster").state is CertificateState.PAID

    @pytest.mark.parametrize("name", ["paymaster", "second_paymaster"])
    def test_it_is_paid_once(self, road: Road, name: str) -> None:
        certificate = road.paid()

        with refused_as("already-paid"):
            road.pay(certificate, by=name, reference="CHQ-2")

    def test_it_is_not_paid_again_after_it_was_passed_on(self, road: Road) -> None:
        road.paid()

        with refused_as("already-paid"):
            road.pay(pass_on(road))

    def test_it_must_be_certified_first(self, road: Road) -> None:
        with refused_as("wrong-state"):
            road.pay(road.certificate())
        road.approved()
        with refused_as("wrong-state"):
            road.pay(road.certificate())

    @pytest.mark.parametrize("name", ["supervisor", "contractor", "administrator", "other_paymaster"])
    def test_only_a_paymaster_of_the_project_pays(self, road: Road, name: str) -> None:
        certificate = road.certified()

        with refused_as("not-allowed"):
            road.pay(certificate, by=name)

    def test_the_decider_does_not_pay(self, road: Road) -> None:
        both = road.hire("both", "agency", Role.SUPERVISOR)
        road.photos(2)
        road.decide(road.submit(), by=both)
        as_paymaster = replace(both, held=road.actor("paymaster").held)

        with refused_as("separation-of-duties"):
            road.pay(certify(road), by=as_paymaster)

        assert road.certificate().payment is None

    @pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, True), (2, True), (3, False)])
    def test_the_day_lies_between_certification_and_today(self, road: Road, days: int, fits: bool) -> None:
        certificate, certified_on = road.certified(), road.today
        road.later(days=2)
        day = certified_on + timedelta(days=days)

        if fits:
            assert road.pay(certificate, paid_on=day).state is CertificateState.PAID
        else:
            with refused_as("invalid") as refusal:
                road.pay(certificate, paid_on=day)
            assert refusal.value.errors[0].pointer == "#/paid_on"
            assert road.certificate().payment is None

    @pytest.mark.parametrize("reference", ["", "  ", "x" * 101])
    def test_the_reference_is_needed(self, road: Road, reference: str) -> None:
        certificate = road.certified()

        with refused_as("invalid") as refusal:
            road.pay(certificate, reference=reference)

        assert refusal.value.errors[0].pointer == "#/reference"


class TestDisputes:
    def test_an_open_dispute_blocks_payment_until_it_is_settled(self, road: Road) -> None:
        certificate = road.certified()
        raised = dispute(road)

        with refused_as("wrong-state"):
            road.pay(certificate)
        assert road.certificate().payment is None

        certificates.settle(road.actor("administrator"), raised.id, "The contract says so.", now=road.now)
        assert road.pay(certificate).state is CertificateState.PAID

    def test_both_sides_are_told_to_the_custody_log(self, road: Road) -> None:
        road.approved()
        raised = dispute(road)
        settled = certificates.settle(road.actor("administrator"), raised.id, "As agreed.", now=road.now)

        assert (settled.settlement, settled.settled_at) == ("As agreed.", road.now)
        assert road.events("certificate.disputed")[0].details["reason"] == "The retention is wrong."
        assert road.events("certificate.settled")[0].details["settlement"] == "As agreed."

    def test_nothing_locked_is_disputed(self, road: Road) -> None:
        with refused_as("wrong-state"):
            dispute(road)

    @pytest.mark.parametrize("name", ["inspector", "other_supervisor", "nobody"])
    def test_only_parties_dispute(self, road: Road, name: str) -> None:
        road.approved()

        with refused_as("not-allowed"):
            dispute(road, by=name)

    @pytest.mark.parametrize("name", ["contractor", "supervisor", "paymaster", "other_administrator"])
    def test_only_an_administrator_of_the_agency_settles(self, road: Road, name: str) -> None:
        road.approved()
        raised = dispute(road)

        with refused_as("not-allowed"):
            certificates.settle(road.actor(name), raised.id, "Done.", now=road.now)

    def test_nobody_settles_their_own_dispute(self, road: Road) -> None:
        road.approved()
        raised = dispute(road, by="administrator")

        with refused_as("separation-of-duties"):
            certificates.settle(road.actor("administrator"), raised.id, "I was right.", now=road.now)

    def test_it_is_settled_once(self, road: Road) -> None:
        road.approved()
        raised = dispute(road)
        certificates.settle(road.actor("administrator"), raised.id, "Done.", now=road.now)

        with refused_as("already-decided"):
            certificates.settle(road.actor("administrator"), raised.id, "Otherwise.", now=road.now)

    def test_an_unknown_dispute_is_not_found(self, road: Road) -> None:
        with refused_as("not-found"):
            certificates.settle(road.actor("administrator"), new_id(), "Done.", now=road.now)


class TestPassingOn:
    def test_the_contractor_states_whom_it_paid(self, road: Road) -> None:
        road.paid()

        certificate = pass_on(road)

        assert certificate.state is CertificateState.PASSED_ON
        assert certificate.passing_on is not None
        assert (certificate.passing_on.recipient, certificate.passing_on.amount_minor) == ("Gravel & Sons", 100)
        assert road.events("certificate.passed_on")[0].details["recipient"] == "Gravel & Sons"

    def test_it_must_have_been_paid(self, road: Road) -> None:
        road.certified()

        with refused_as("wrong-state"):
            pass_on(road)

    def test_it_is_stated_once(self, road: Road) -> None:
        road.paid()
        pass_on(road)

        with refused_as("wrong-state"):
            pass_on(road)

    @pytest.mark.parametrize("name", ["paymaster", "supervisor", "administrator", "builders_supervisor"])
    def test_only_the_contractor_states_it(self, road: Road, name: str) -> None:
        road.paid()

        with refused_as("not-allowed"):
            pass_on(road, by=name)

    def test_another_contractor_does_not_state_it(self, road: Road) -> None:
        road.paid()
        rival = road.hire("rival", "other-builder", Role.CONTRACTOR)
        stated: dict[str, Any] = {"recipient": "Me", "amount_minor": 1, "reference": "T", "passed_on": road.today}

        with refused_as("not-allowed"):
            certificates.pass_on(rival, road.certificate().id, now=road.now, **stated)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("amount_minor", 0), ("amount_minor", -1), ("recipient", " "), ("reference", ""), ("recipient", "x" * 201)],
    )
    def test_what_is_stated_must_make_sense(self, road: Road, field: str, value: Any) -> None:
        road.paid()

        with refused_as("invalid") as refusal:
            pass_on(road, **{field: value})

        assert refusal.value.errors[0].pointer == f"#/{field}"

    def test_no_more_is_passed_on_than_was_paid(self, road: Road) -> None:
        net_minor = road.paid().net_minor

        with refused_as("invalid"):
            pass_on(road, amount_minor=net_minor + 1)
        assert pass_on(road, amount_minor=net_minor).state is CertificateState.PASSED_ON

    @pytest.mark.parametrize("days", [-1, 1])
    def test_the_day_lies_between_payment_and_today(self, road: Road, days: int) -> None:
        road.paid()

        with refused_as("invalid") as refusal:
            pass_on(road, passed_on=road.today + timedelta(days=days))

        assert refusal.value.errors[0].pointer == "#/passed_on"


class TestReading:
    def test_they_come_in_the_order_of_the_milestones(self, road: Road) -> None:
        found = certificates.of_project(road.actor("inspector"), "ROAD-1")

        assert [each.milestone.code for each in found] == ["M1", "M2", "M3"]

    def test_the_public_sees_those_of_a_published_project(self, road: Road) -> None:
        assert len(certificates.of_project(None, "ROAD-1")) == 3

        road.change(Project, {"published_at": None}, Project.code == "ROAD-1")
        with refused_as("not-found"):
            certificates.of_project(None, "ROAD-1")

    def test_a_stranger_is_refused(self, road: Road) -> None:
        with refused_as("not-allowed"):
            certificates.of_project(road.actor("other_supervisor"), "ROAD-1")

    def test_an_unknown_project_is_not_found(self, road: Road) -> None:
        with refused_as("not-found"):
            certificates.of_project(road.actor("supervisor"), "ROAD-9")

    def test_payment_is_due_28_days_after_certification(self, road: Road) -> None:
        road.approved()
        assert certificates.due_on(road.certificate()) is None

        certify(road)

        assert certificates.due_on(road.certificate()) == road.today + timedelta(days=28)

    def test_the_calendar_is_the_projects(self, road: Road) -> None:
        road.now = datetime.fromisoformat("2026-03-01T20:00:00+00:00")

        assert road.today == date(2026, 3, 2), "it is already tomorrow in Manila"
        road.approved()
        certify(road)
        assert certificates.due_on(road.certificate()) == date(2026, 3, 30)
