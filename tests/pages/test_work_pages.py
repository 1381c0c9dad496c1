from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from review_ui import record
from server import wording
from server.models.payments import CertificateState
from server.models.people import Role
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]


def test_the_desk_says_what_will_come_when_nothing_waits(road: Road, visitor: People) -> None:
    text = visitor("supervisor").go("/review/").text

    assert "Nothing waits for you." in text
    assert "The works of ROAD-1" in text


def test_the_desk_of_someone_without_a_role_says_so(visitor: People) -> None:
    assert "You hold no role on any project yet" in visitor("nobody").go("/review/").text


def test_the_desk_counts_what_waits_for_a_supervisor(road: Road, visitor: People) -> None:
    road.send()
    road.send_questionable()
    road.put_forward()
    text = visitor("supervisor").go("/review/").text

    assert "Decide on “Milestone 1”" in text
    assert "Look at 1 photo of “Milestone 1”" in text


def test_the_desk_of_another_role_does_not_hold_a_supervisors_work(road: Road, visitor: People) -> None:
    road.send_questionable()

    assert "Look at" not in visitor("inspector").go("/review/").text


def test_a_paymaster_certifies_and_pays(road: Road, visitor: People) -> None:
    road.approved()
    paymaster = visitor("paymaster").go("/review/")
    assert "Certify ₱" in paymaster.text
    paymaster.go(f"/review/certificates/{road.certificate().id}")

    paymaster.press("Certify ₱150,000.00")
    assert road.certificate().state is CertificateState.CERTIFIED
    paymaster.press("Record the payment", reference="LDDAP-7", paid_on=road.today().isoformat())

    assert "The payment is on record" in paymaster.text
    assert "LDDAP-7" in paymaster.text
    assert road.certificate().state is CertificateState.PAID


def test_a_payment_day_that_cannot_be_is_told_beside_the_field(road: Road, visitor: People) -> None:
    road.approved()
    paymaster = visitor("paymaster").go(f"/review/certificates/{road.certificate().id}").press("Certify ₱150,000.00")
    paymaster.press("Record the payment", reference="LDDAP-7", paid_on="2020-02-30")

    assert paymaster.status == 422
    assert 'id="paid_on-fault"' in paymaster.html
    assert paymaster.form_with("reference").values["reference"] == "LDDAP-7"


def test_the_certificate_shows_its_calculation_to_those_who_cannot_pay(road: Road, visitor: People) -> None:
    road.approved()
    inspector = visitor("inspector").go(f"/review/certificates/{road.certificate().id}")

    for words in ("Advance recovery", "−₱30,000.00", "₱150,000.00", "Only a paymaster of this project can certify"):
        assert words in inspector.text


def test_the_project_page_leads_to_its_milestones_and_certificates(road: Road, visitor: People) -> None:
    page = visitor("supervisor").go("/review/projects/ROAD-1").page

    assert f"/review/milestones/{road.milestone().id}" in page.links
    assert f"/review/certificates/{road.certificate().id}" in page.links


def test_the_record_is_newest_first_and_filtered(road: Road, visitor: People) -> None:
    road.paid()
    auditor = visitor("auditor").go("/review/record?project=ROAD-1")
    told = lines(auditor)
    assert told.index("Paymaster recorded a payment") < told.index("Inspector sent a photo")

    only = lines(visitor("auditor").go("/review/record?project=ROAD-1&action=certificate.paid"))
    assert "Paymaster recorded a payment" in only
    assert "sent a photo" not in only


def test_the_record_of_another_agency_is_not_shown(road: Road, visitor: People) -> None:
    road.send()

    assert "Inspector sent a photo" in lines(visitor("auditor").go("/review/record?project=ROAD-1"))
    assert "sent a photo" not in lines(visitor("other_administrator").go("/review/record?project=ROAD-1"))


def lines(visitor: Visitor) -> str:
    """What the record lists, below its form."""
    return visitor.text.split("Download as CSV", 1)[1]


def test_the_record_pages_on_without_a_gap(road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PAGE_SIZE", 3)
    road.paid()
    auditor = visitor("auditor").go("/review/record?project=ROAD-1")
    seen = numbers(auditor)
    while older := [link for link in auditor.page.links if "cursor=" in link and "language=" not in link]:
        seen += numbers(auditor.go(older[0]))

    whole = visitor("auditor")
    monkeypatch.setattr(record, "PAGE_SIZE", 1000)
    assert len(seen) > 6
    assert seen == numbers(whole.go("/review/record?project=ROAD-1"))


def numbers(visitor: Visitor) -> list[str]:
    return re.findall(r"No\. (\d+) <", visitor.html)


def test_a_broken_cursor_is_a_fault_of_one_field(visitor: People) -> None:
    assert visitor("auditor").go("/review/record?cursor=zzz").status == 422


def test_a_supervisor_may_not_read_the_record(visitor: People) -> None:
    assert visitor("supervisor").go("/review/record").status == 403


@pytest.mark.parametrize("role", sorted(Role))
def test_an_empty_desk_says_what_comes_to_each_role(road: Road, visitor: People, role: Role) -> None:
    assert wording.WAITS_FOR[role] in visitor(role.value).go("/review/").text
