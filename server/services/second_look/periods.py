"""The calendar of second looks: each period is committed to before it begins, and drawn once it has ended.

A seed is made one period ahead, so that a server that was away for a while misses none. A period to which nobody
committed in time is never drawn: the database takes no commitment that is younger than its period's beginning.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from evidence.second_look import SEED_BYTES, commitment
from server import jobs
from server.db import insert_if_new, reading, writing
from server.engines import engines
from server.models import SecondLookPeriod, SecondLookSeed
from server.problems import Problem
from server.services import custody
from server.services.second_look import drawing, freezing
from server.texts import _
from server.times import iso, utc_now

JOB = "second_look"
RECORD = "second_look"
#: After a period's end so long is waited for what was begun in it and is not on record yet.
SETTLES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A period that has ended and is not drawn yet."""

    name: str
    due_at: datetime


def keep_up(*, now: datetime) -> None:
    """Commit to the period that comes next, and queue the draw of each that is due; does nothing where all is done."""
    commit_next(now=now)
    for each in due(now=now):
        _queue(each.name, now)


def commit_next(*, now: datetime) -> str | None:
    """Make the seed of the next period and put its commitment on record; None where that is done already.

    Any number of processes may do it at once: the period's name lets one of them through.
    """
    last = reading().scalar(sa.select(SecondLookPeriod).order_by(SecondLookPeriod.ends_at.desc()).limit(1))
    if last is not None and last.starts_at > now:
        return None
    starts_at = last.ends_at if last is not None and last.ends_at > now else months_later(now, 1)
    ends_at = months_later(starts_at, engines().policies.second_look_months)
    return _commit(starts_at, ends_at, secrets.token_bytes(SEED_BYTES), now)


def _commit(starts_at: datetime, ends_at: datetime, seed: bytes, now: datetime) -> str | None:
    name, committed = f"{starts_at:%Y-%m}", commitment(seed)
    period = {"name": name, "starts_at": starts_at, "ends_at": ends_at, "commitment": committed, "committed_at": now}
    with writing() as session:
        counts = dict.fromkeys(("candidates", "drawn", "holds", "does_not_hold", "cannot_tell"), 0)
        if not insert_if_new(session, SecondLookPeriod, **period, **counts):
            return None
        session.add(SecondLookSeed(period=name, seed=seed.hex()))
        told = {"commitment": committed, "starts_at": iso(starts_at), "ends_at": iso(ends_at)}
        custody.append(session, None, "second_look.committed", RECORD, name, now=now, **told)
    return name


def due(*, now: datetime) -> Sequence[Due]:
    """The periods whose draw is due, the oldest first."""
    query = sa.select(SecondLookPeriod).where(
        SecondLookPeriod.ends_at <= now - SETTLES, SecondLookPeriod.drawn_at.is_(None)
    )
    found = reading().scalars(query.order_by(SecondLookPeriod.ends_at))
    return [Due(each.name, each.ends_at + SETTLES) for each in found]


def _queue(name: str, now: datetime) -> None:
    with writing() as session:
        # Where it is there already it waits, or wants a person because it failed too often.
        jobs.enqueue_once(session, JOB, name, now=now)


@jobs.handler(JOB)
def _run(name: str) -> None:
    run(name, now=utc_now())


def run(name: str, *, now: datetime) -> None:
    """Freeze a period's candidates, reveal its seed, draw, and give what was drawn to its reviewers.

    Every step is done once, however often and by how many at once it is taken, and goes on where a killed one stopped.

    Raises:
        Problem: ``not-found``, or ``wrong-state`` before the period is over.
    """
    period = reading().get(SecondLookPeriod, name, populate_existing=True)
    if period is None:
        raise Problem("not-found", _("There is no period %(name)s.", name=name))
    if period.ends_at + SETTLES > now:
        told = _("The period %(name)s is drawn after %(time)s.", name=name, time=iso(period.ends_at + SETTLES))
        raise Problem("wrong-state", told)
    if period.drawn_at is None:
        freezing.freeze(name, now=now)
        drawing.reveal(name, now=now)
        drawing.draw(name, now=now)


def months_later(instant: datetime, months: int) -> datetime:
    """The first instant (UTC) of the month that lies so many months after the one of ``instant``."""
    instant = instant.astimezone(UTC)
    years, month = divmod(instant.month - 1 + months, 12)
    return datetime(instant.year + years, month + 1, 1, tzinfo=UTC)
