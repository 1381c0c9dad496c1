"""Payments, the record, people, devices and policies read no table that grows with the country from end to end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from server.access import Actor
from server.db import reading
from server.models.payments import CertificateState
from server.services import custody_reading, device_desk, log_reading, payments, people, policy_view
from server.services.custody_reading import Wanted as Events
from server.services.payments import Wanted
from server.times import utc_now
from tests.pages.story import Road
from tests.services.search.test_plans import asked

pytestmark = pytest.mark.sqlite_only(reason="the plans are SQLite's own words; the statements are the same elsewhere")
#: People are walked in the order of their names until a page is full; an event is walked from the newest.
WALKED = r"(?! USING (COVERING )?INDEX (ix_person_name_id|ix_device_enrolled|ix_custody_event_at))"
LARGE = "certificate|custody_event|project|milestone|payment|role_grant|nonce|evidence|person|device"
WHOLE = re.compile(rf"SCAN ({LARGE})\b{WALKED}")

ASKED: list[tuple[str, Callable[[Actor], object]]] = [
    ("payments", lambda who: payments.overview(who, Wanted(), cursor=None, now=utc_now())),
    ("late", lambda who: payments.overview(who, Wanted(late=True), cursor=None, now=utc_now())),
    ("of a project", lambda who: payments.overview(who, Wanted(project="ROAD-1"), cursor=None, now=utc_now())),
    ("locked", lambda who: payments.overview(who, Wanted(CertificateState.LOCKED), cursor=None, now=utc_now())),
    ("file", lambda who: list(payments.every(who, Wanted(), now=utc_now()))),
    ("record", lambda who: custody_reading.events(who, Events(), cursor=None, limit=50)),
    ("record of a project", lambda who: custody_reading.events(who, Events("ROAD-1"), cursor=None, limit=50)),
    ("record of a person", lambda who: custody_reading.events(who, Events(who=who.person_id), cursor=None, limit=50)),
    ("record of a record", lambda who: custody_reading.events(who, Events(record="x"), cursor=None, limit=50)),
    ("newest checkpoint", lambda _who: log_reading.newest_checkpoint()),
    ("people", lambda who: people.listed(who, None, cursor=None)),
    ("one person", lambda who: people.person(who, who.person_id, now=utc_now())),
    ("devices", lambda who: device_desk.listed(who, None, withdrawn=True, cursor=None)),
    ("policies", policy_view.listed),
]


@pytest.mark.parametrize("ask", [ask for _name, ask in ASKED], ids=[name for name, _ask in ASKED])
def test_what_is_asked_for_money_and_people_reads_no_whole_table(
    road: Road, actor: Callable[[str], Actor], ask: Callable[[Actor], object]
) -> None:
    road.approved()
    who = actor("administrator")
    with asked() as statements:
        ask(who)

    assert statements
    assert whole(statements) == []


def whole(statements: list[tuple[str, Any]]) -> list[str]:
    """The steps of the statements' plans that read a large table from end to end."""
    connection = reading().connection()
    steps = [
        (row[3], statement)
        for statement, values in statements
        if statement.startswith(("SELECT", "WITH")) and "0 = 1" not in statement
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    # "SCAN x" of one row by LIMIT from the end of the key is told as a scan as well.
    return [f"{step}: {told}" for step, told in steps if WHOLE.match(step) and "sequence DESC" not in told[-200:]]
