from __future__ import annotations

from collections.abc import Callable

from server.models.payments import CertificateState
from server.services import certificates
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]


def certificate_page(road: Road) -> str:
    return f"/review/certificates/{road.certificate().id}"


def test_a_disputed_certificate_is_not_paid_until_another_settles_it(road: Road, visitor: People) -> None:
    road.approved()
    certificates.certify(road.actor("paymaster"), road.certificate().id, now=utc_now())
    contractor = visitor("contractor").go(certificate_page(road))
    contractor.press("Dispute it", reason="The retention was taken twice.")
    assert "Your dispute is on record." in contractor.text

    paymaster = visitor("paymaster").go(certificate_page(road))
    assert "Payment waits." in paymaster.text
    assert "Record the payment" not in paymaster.buttons
    assert "A dispute about it is open, so payment waits." in paymaster.go("/review/").text

    administrator = visitor("administrator").go("/review/")
    assert "Settle a dispute about “Milestone 1”" in administrator.text
    administrator.go(certificate_page(road)).press("Settle", settlement="It was taken once; see line three.")
    assert "“It was taken once; see line three.”" in administrator.text
    assert "Record the payment" in paymaster.go(certificate_page(road)).buttons


def test_who_raised_a_dispute_is_not_asked_to_settle_it(road: Road, visitor: People) -> None:
    road.approved()
    administrator = visitor("administrator").go(certificate_page(road))
    administrator.press("Dispute it", reason="The damages are wrong.")

    assert "Settle" not in administrator.buttons
    assert "Settle a dispute" not in administrator.go("/review/").text


def test_a_dispute_without_a_reason_is_told_beside_its_field(road: Road, visitor: People) -> None:
    road.approved()
    auditor = visitor("auditor").go(certificate_page(road)).press("Dispute it", reason="  ")

    assert auditor.status == 422
    assert 'id="dispute-reason-fault"' in auditor.html


def test_nobody_disputes_what_is_locked_and_no_inspector_disputes_at_all(road: Road, visitor: People) -> None:
    assert "Dispute it" not in visitor("paymaster").go(certificate_page(road)).buttons
    road.approved()

    assert "Dispute it" not in visitor("inspector").go(certificate_page(road)).buttons


def test_the_contractor_states_once_whom_it_paid_in_turn(road: Road, visitor: People) -> None:
    road.paid()
    contractor = visitor("contractor").go(certificate_page(road))
    contractor.press("State that it was passed on", recipient="Sub Works", amount_minor="₱12,500.50", reference="T-9")

    assert "₱12,500.50 of it was passed on to Sub Works" in contractor.text
    assert road.certificate().state is CertificateState.PASSED_ON
    assert "State that it was passed on" not in contractor.buttons


def test_an_amount_that_is_none_or_too_much_is_told_beside_the_field(road: Road, visitor: People) -> None:
    road.paid()
    said = {"recipient": "Sub Works", "reference": "T-9"}
    for amount in ("a lot", "12.345", "999,999,999.00", "0"):
        contractor = visitor("contractor").go(certificate_page(road))
        contractor.press("State that it was passed on", amount_minor=amount, **said)
        assert contractor.status == 422, amount
        assert 'id="amount_minor-fault"' in contractor.html, amount
        assert contractor.form_with("amount_minor").values["amount_minor"] == amount
    assert road.certificate().state is CertificateState.PAID


def test_only_the_contractor_that_was_paid_passes_on(road: Road, visitor: People) -> None:
    road.paid()

    for name in ("supervisor", "paymaster", "administrator"):
        assert "State that it was passed on" not in visitor(name).go(certificate_page(road)).buttons
