"""A month on the road that is drawn: committed to before it began, lived through, and over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from evidence.second_look import commitment
from server.db import reading, writing
from server.models import SecondLook, SecondLookPeriod, SecondLookSeed
from server.services.second_look import periods

SEED = bytes(range(32))


def this_month() -> datetime:
    """Its first instant."""
    now = datetime.now(UTC)
    return datetime(now.year, now.month, 1, tzinfo=UTC)


def month_is_over() -> datetime:
    """An instant at which this month's draw is due."""
    return periods.months_later(this_month(), 1) + periods.SETTLES


def commit(seed: bytes | None = None) -> str:
    """The name of this month's period, committed to ten days before it began; with ``seed``, by that one."""
    name = periods.commit_next(now=this_month() - timedelta(days=10))
    assert name is not None
    if seed is not None:
        with writing() as session:
            session.execute(sa.update(SecondLookSeed).values(seed=seed.hex()))
            session.execute(sa.update(SecondLookPeriod).values(commitment=commitment(seed)))
    return name


def draw_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on everything is drawn, so that a test need not depend on chance."""
    shares(monkeypatch, 10_000)


def shares(monkeypatch: pytest.MonkeyPatch, share_bp: int) -> None:
    """From now on every project has this share."""
    monkeypatch.setattr("server.policy.SecondLookPolicy.share_bp", lambda *_asked: share_bp)


def drawn() -> str:
    """The name of this month's period, drawn."""
    name = commit()
    periods.run(name, now=month_is_over())
    return name


def looks() -> list[SecondLook]:
    """Everything that was drawn."""
    return list(reading().scalars(sa.select(SecondLook).order_by(SecondLook.id)))


def look_at(subject_id: UUID) -> SecondLook:
    """The second look at a photo or a submission."""
    return reading().scalars(sa.select(SecondLook).where(SecondLook.subject_id == subject_id)).one()


def period(name: str) -> SecondLookPeriod:
    """The period as it stands."""
    return reading().get_one(SecondLookPeriod, name, populate_existing=True)
