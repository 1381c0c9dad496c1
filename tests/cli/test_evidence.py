"""Photos of before are looked at when the operator says so."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from server import jobs
from server.access import Actor
from server.db import reading, writing
from server.models import EvidenceFinding
from tests.cli.conftest import Saksi
from tests.services.test_receive import photo_on_site, send

Actors = Callable[[str], Actor]


def unanswered(actor: Actors, count: int) -> None:
    """Photos whose copies are there and whose pixels nobody weighed."""
    for shade in range(count):
        send(actor("inspector"), photo_on_site(shade), project="ROAD-1")
    jobs.run_all_due()
    with writing() as session:
        session.execute(sa.delete(EvidenceFinding).where(EvidenceFinding.name == "picture.screen"))


def answered() -> int:
    reading().rollback()
    query = sa.select(sa.func.count()).where(EvidenceFinding.name == "picture.screen")
    return reading().scalar(query) or 0


def test_every_photo_that_was_not_looked_at_is_queued(saksi: Saksi, actor: Actors) -> None:
    unanswered(actor, 3)

    assert "3 queued; there are no more." in saksi("evidence", "look").output

    jobs.run_all_due()
    assert answered() == 3
    assert "0 queued; there are no more." in saksi("evidence", "look").output


def test_it_stops_where_it_is_told_and_goes_on_the_next_time(saksi: Saksi, actor: Actors) -> None:
    unanswered(actor, 3)

    assert "2 queued, up to " in saksi("evidence", "look", "--most", "2").output
    jobs.run_all_due()

    assert "1 queued; there are no more." in saksi("evidence", "look").output
