"""The page of payments and the certificate: what can be done, what is late and by which rule, sums, and the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import sqlalchemy as sa

from server import paging
from server.db import writing
from server.models import Certificate, Payment
from server.services import certificates, payments
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.programme import AMOUNTS_MINOR

People = Callable[[str], Visitor]
PAGE = "/review/payments"


def certified(road: Road, *, days_ago: int = 0) -> Certificate:
    """The first certificate, certified so many days ago."""
    road.approved()
    return certificates.certify(
        road.actor("paymaster"), road.certificate().id, now=utc_now() - timedelta(days=days_ago)
    )


def rows(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    """The lines of the file, by their heads."""
    answer = visitor.client.get(f"/review/payments.csv{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def before(text: str, first: str, second: str) -> bool:
    return 0 <= text.find(first) < text.find(second)


def test_what_the_paymaster_can_do_stands_first_and_waits_for_others_at_the_supervisors(
    road: Road, visitor: People
) -> None:
    road.approved()

    paymaster = visitor("paymaster").go(PAGE)
    assert "You can do this now" in paymaster.text
    assert "Certify Milestone 1, ROAD-1" in paymaster.text
    supervisor = visitor("supervisor").go(PAGE)
    assert "You can do this now" not in supervisor.text
    assert before(supervisor.text, "What waits for others", "Milestone 1")


def test_a_payment_is_late_from_the_day_after_the_window_and_the_rule_is_named(road: Road, visitor: People) -> None:
    certified(road, days_ago=31)

    page = visitor("paymaster").go(PAGE)
    assert "Payment is 3 days late" in page.text
    assert "within 28 days of the certificate" in page.text
    assert "Source: " in page.text
    assert "late to be paid" in page.text


def test_on_the_last_day_nothing_is_late(road: Road, visitor: People) -> None:
    certified(road, days_ago=28)

    page = visitor("paymaster").go(PAGE)
    assert "To be paid by" in page.text
    assert "late to be paid" not in page.text
    assert "No certificate fits." in page.go(f"{PAGE}?late=true").text


def test_money_that_was_not_passed_on_in_time_is_late_and_the_contractor_can_say_so(
    road: Road, visitor: People
) -> None:
    road.paid()
    with writing() as session:
        long_ago = road.today() - timedelta(days=17)
        session.execute(sa.update(Payment).values(paid_on=long_ago))
        session.execute(sa.update(Certificate).values(turn_at=utc_now() - timedelta(days=1)))

    contractor = visitor("contractor").go(PAGE)
    assert "The contractor is 2 days late to say that the money was passed on" in contractor.text
    assert "Pass on Milestone 1, ROAD-1" in contractor.text
    assert "You can do this now" not in visitor("paymaster").go(PAGE).text


def test_a_disputed_certificate_waits_for_the_administrator(road: Road, visitor: People) -> None:
    kept = certified(road)
    certificates.dispute(road.actor("contractor"), kept.id, "Taken twice.", now=utc_now())

    assert "Settle the dispute" in visitor("administrator").go(PAGE).text
    paymaster = visitor("paymaster").go(PAGE).text
    assert "disputed: payment waits" in paymaster
    assert "You can do this now" not in paymaster


def test_filters_by_state_project_and_agency_show_only_what_was_asked_for(road: Road, visitor: People) -> None:
    road.approved()
    auditor = visitor("auditor")

    locked = auditor.go(f"{PAGE}?state=locked").text
    assert "Milestone 2" in locked
    assert "Milestone 1" not in locked
    assert "Milestone 1" in auditor.go(f"{PAGE}?project=ROAD-1&agency=agency").text
    assert "No certificate fits." in auditor.go(f"{PAGE}?agency=other-agency").text
    assert auditor.go(f"{PAGE}?project=OTHER-1").status == 403
    assert auditor.go(f"{PAGE}?project=NONE").status == 404
    assert auditor.go(f"{PAGE}?state=lost").status == 422
    assert auditor.go(f"{PAGE}?cursor=x").status == 422


@pytest.mark.parametrize("turn", ["2026-03-01T08:00:00", "0001-01-01T00:00:00+08:00"])
def test_a_cursor_whose_time_cannot_be_reckoned_with_is_refused(visitor: People, turn: str) -> None:
    forged = paging.encode("0", turn, str(uuid4()))

    assert visitor("auditor").go(PAGE + "?" + urlencode({"cursor": forged})).status == 422


def test_currencies_are_never_added_together(road: Road, visitor: People) -> None:
    road.approved()
    with writing() as session:
        session.execute(sa.update(Certificate).where(Certificate.state == "locked").values(currency="THB"))
        session.execute(
            sa.update(Certificate).where(Certificate.id == road.certificate("M2").id).values(currency="KRW")
        )

    sums = visitor("auditor").go(f"{PAGE}?state=locked").html
    assert "฿" in sums
    assert "₩" in sums


def test_people_of_another_agency_see_none_of_it(road: Road, visitor: People) -> None:
    road.approved()

    for name in ("other_administrator", "other_supervisor", "other_paymaster"):
        assert "ROAD-1" not in visitor(name).go(PAGE).text
        assert rows(visitor(name)) == []


def test_the_file_holds_the_same_certificates_with_plain_amounts(road: Road, visitor: People) -> None:
    kept = certified(road, days_ago=31)

    (line,) = rows(visitor("auditor"), "?state=certified")
    assert line["Certificate"] == str(kept.id)
    assert line["Net"] == f"{kept.net_minor // 100}.{kept.net_minor % 100:02d}"
    assert line["Currency"] == "PHP"
    assert line["Payment late, days"] == "3"
    assert line["Paid"] == ""


def test_the_file_of_another_agencys_project_is_refused(road: Road, visitor: People) -> None:
    assert visitor("auditor").client.get("/review/payments.csv?project=OTHER-1").status_code == 403


def test_a_long_list_goes_on_where_it_stopped(road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "SHOWN", 1)
    road.approved()
    seen: list[str] = []
    following = [f"{PAGE}?state=locked"]
    while following:
        links = visitor("auditor").go(following[0]).page.links
        seen += [link for link in links if link.startswith("/review/certificates/")]
        following = [link for link in links if "cursor=" in link and "language=" not in link]
        assert len(seen) <= len(AMOUNTS_MINOR)

    assert len(seen) == len(set(seen)) == len(AMOUNTS_MINOR) - 1


def test_the_certificate_tells_each_line_with_rate_base_and_source(road: Road, visitor: People) -> None:
    road.approved()
    page = visitor("paymaster").go(f"/review/certificates/{road.certificate().id}")

    assert "How it is reckoned" in page.text
    assert "10 % × " in page.text
    assert "Source: Contract" in page.text or "Share: contract" in page.text
    assert "The contract or the schedule has changed" not in page.text
    assert "This comes next." in page.text


def test_a_late_certificate_says_so_in_words(road: Road, visitor: People) -> None:
    kept = certified(road, days_ago=30)

    page = visitor("supervisor").go(f"/review/certificates/{kept.id}")
    assert "Payment is 2 days late" in page.text
    assert "Only a paymaster of this project can pay it." in page.text
