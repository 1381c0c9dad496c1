"""Payment certificates over HTTP: unlocked by approval, certified, paid once, passed on, disputed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.db import writing
from server.models import Contract, Project
from tests.api.calls import assert_problem, pointers
from tests.api.road import Bearer, approved, certificate


@pytest.fixture
def unlocked(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    approved(client, bearer)
    return certificate(client, bearer("paymaster"))


def act(client: FlaskClient, headers: dict[str, str], target: dict[str, Any], step: str, **body: Any) -> Any:
    return client.post(f"/api/v1/certificates/{target['id']}/{step}", json=body or None, headers=headers)


def today() -> str:
    return datetime.now(ZoneInfo("Asia/Manila")).date().isoformat()


def test_money_is_locked_until_the_milestone_is_approved(client: FlaskClient, bearer: Bearer) -> None:
    locked = certificate(client, bearer("paymaster"))

    assert locked["state"] == "locked"
    assert_problem(act(client, bearer("paymaster"), locked, "certification"), 409, "wrong-state")


def test_the_lines_of_a_certificate_sum_to_its_net(unlocked: dict[str, Any]) -> None:
    *lines, net = unlocked["calculation"]

    assert unlocked["state"] == "unlocked"
    assert net["amount_minor"] == unlocked["net_minor"] == sum(line["amount_minor"] for line in lines)
    assert all(isinstance(line["amount_minor"], int) for line in lines)


def test_a_certificate_is_certified_paid_and_passed_on(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]
) -> None:
    paymaster = bearer("paymaster")
    certified = act(client, paymaster, unlocked, "certification")
    paid = act(client, paymaster, unlocked, "payment", reference="LDDAP-1", paid_on=today())
    passed = act(
        client,
        bearer("contractor"),
        unlocked,
        "passing-on",
        recipient="Sub Works",
        amount_minor=1000,
        reference="T-1",
        passed_on=today(),
    )

    assert [each.status_code for each in (certified, paid, passed)] == [201, 201, 201]
    assert certified.get_json()["due_on"] > today()
    assert paid.get_json()["payment"]["amount_minor"] == unlocked["net_minor"]
    assert passed.get_json()["state"] == "passed_on"


def test_there_is_one_payment(client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]) -> None:
    paymaster = bearer("paymaster")
    act(client, paymaster, unlocked, "certification")
    act(client, paymaster, unlocked, "payment", reference="LDDAP-1", paid_on=today())

    again = act(client, paymaster, unlocked, "payment", reference="LDDAP-2", paid_on=today())

    assert_problem(again, 409, "already-paid")


def test_what_is_disputed_is_not_paid_until_it_is_settled(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]
) -> None:
    paymaster = bearer("paymaster")
    act(client, paymaster, unlocked, "certification")
    dispute = act(client, bearer("contractor"), unlocked, "disputes", reason="The retention is wrong.").get_json()

    assert_problem(act(client, paymaster, unlocked, "payment", reference="R", paid_on=today()), 409, "wrong-state")
    settlement = client.post(
        f"/api/v1/disputes/{dispute['id']}/settlement",
        json={"settlement": "Reckoned anew."},
        headers=bearer("administrator"),
    )
    paid = act(client, paymaster, unlocked, "payment", reference="R", paid_on=today())

    assert settlement.get_json()["settlement"] == "Reckoned anew."
    assert paid.status_code == 201


def test_an_open_dispute_is_shown_with_the_projects_certificates(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]
) -> None:
    first = act(client, bearer("contractor"), unlocked, "disputes", reason="The retention is wrong.").get_json()
    second = act(client, bearer("auditor"), unlocked, "disputes", reason="So is the gross.").get_json()
    settlement = {"settlement": "Reckoned anew."}
    client.post(f"/api/v1/disputes/{first['id']}/settlement", json=settlement, headers=bearer("administrator"))

    told = certificate(client, bearer("inspector"))["disputes"]

    assert [(each["id"], each["reason"], each["settlement"]) for each in told] == [
        (first["id"], "The retention is wrong.", "Reckoned anew."),
        (second["id"], "So is the gross.", None),
    ]
    assert told[1]["settled_at"] is None


def test_one_open_dispute_of_two_still_blocks_the_payment(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]
) -> None:
    paymaster = bearer("paymaster")
    settled = act(client, bearer("contractor"), unlocked, "disputes", reason="The retention is wrong.").get_json()
    act(client, bearer("auditor"), unlocked, "disputes", reason="So is the gross.")
    act(client, paymaster, unlocked, "certification")
    settlement = {"settlement": "Reckoned anew."}
    client.post(f"/api/v1/disputes/{settled['id']}/settlement", json=settlement, headers=bearer("administrator"))

    refused = act(client, paymaster, unlocked, "payment", reference="R", paid_on=today())

    assert "dispute" in assert_problem(refused, 409, "wrong-state")["detail"]
    assert certificate(client, paymaster)["payment"] is None


def test_nothing_is_certified_before_the_first_payment_is_due(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]
) -> None:
    with writing() as session:
        session.scalars(sa.select(Contract).join(Project).where(Project.code == "ROAD-1")).one().value_minor *= 2

    refused = act(client, bearer("paymaster"), unlocked, "certification")

    detail = assert_problem(refused, 409, "wrong-state")["detail"]
    assert detail == "Progress payments begin when 20 % of the contract's value is approved; so far 10 % is."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paid_on", "yesterday"),
        ("paid_on", "2026-02-30"),
        ("paid_on", 20260331),
        ("reference", " "),
        ("reference", "x" * 101),
        ("reference", None),
        ("amount_minor", 1),
    ],
)
def test_a_payment_that_is_not_right_is_named(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any], field: str, value: object
) -> None:
    body = {"reference": "R", "paid_on": today()} | {field: value}

    document = assert_problem(act(client, bearer("paymaster"), unlocked, "payment", **body), 422, "invalid")

    assert pointers(document) == {f"#/{field}"}


@pytest.mark.parametrize("amount_minor", [0, -1, 1.5, "1000", True, 10**30])
def test_an_amount_is_whole_minor_units(
    client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any], amount_minor: object
) -> None:
    body = {"recipient": "Sub", "reference": "R", "passed_on": today(), "amount_minor": amount_minor}

    document = assert_problem(act(client, bearer("contractor"), unlocked, "passing-on", **body), 422, "invalid")

    assert pointers(document) == {"#/amount_minor"}


def test_a_payment_is_not_made_tomorrow(client: FlaskClient, bearer: Bearer, unlocked: dict[str, Any]) -> None:
    act(client, bearer("paymaster"), unlocked, "certification")
    tomorrow = (datetime.now(ZoneInfo("Asia/Manila")).date() + timedelta(days=1)).isoformat()

    response = act(client, bearer("paymaster"), unlocked, "payment", reference="R", paid_on=tomorrow)

    assert pointers(assert_problem(response, 422, "invalid")) == {"#/paid_on"}
