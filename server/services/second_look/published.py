"""What everyone may read of second looks: commitments, seeds once revealed, candidates, and what came of them.

No person and no project is named. A seed stands in the period's own row only once it is revealed, and no other row
that holds one is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from evidence.second_look import HEAD, Kind
from server.db import reading
from server.documents import Document
from server.models import SecondLookCandidate, SecondLookPeriod
from server.paging import Page, broken_cursor, decode, encode, identity
from server.problems import Problem
from server.services.second_look.freezing import candidates_of
from server.services.second_look.periods import SETTLES
from server.texts import _

#: Past periods on one page: two years of months.
SHOWN = 24
#: Candidates read at a time for the whole list.
CHUNK = 2000


class State(StrEnum):
    """Where a period stands."""

    COMMITTED = "committed"
    RUNNING = "running"
    DUE = "due"
    DRAWING = "drawing"
    DRAWN = "drawn"


@dataclass(frozen=True)
class PeriodView(Document):
    """One period as everyone may see it. ``seed``, ``digest`` and the counts are None until they are there.

    ``hit_rate_bp`` is the share of those that hold or do not hold which do not, in basis points; what nobody could
    tell is in neither.
    """

    name: str
    state: State
    starts_at: datetime
    ends_at: datetime
    commitment: str
    committed_at: datetime
    frozen_at: datetime | None
    candidates: int | None
    digest: str | None
    seed: str | None
    revealed_at: datetime | None
    drawn_at: datetime | None
    drawn: int | None
    answered: int | None
    holds: int | None
    does_not_hold: int | None
    cannot_tell: int | None
    hit_rate_bp: int | None

    @property
    def told(self) -> int:
        """How many answers say whether it holds."""
        return (self.holds or 0) + (self.does_not_hold or 0)


@dataclass(frozen=True, slots=True)
class SecondLookPage:
    """The periods that are committed to and not over, and those that are, the newest first; ``next`` is the older."""

    coming: Sequence[PeriodView]
    past: Sequence[PeriodView]
    next: str | None
    draws_at: datetime | None


@dataclass(frozen=True)
class CandidateView(Document):
    """One candidate of a frozen list; ``drawn`` is None until the draw has come to it."""

    kind: Kind
    id: UUID
    share_bp: int
    weight_bp: int
    drawn: bool | None


def page(*, now: datetime, before: str | None = None) -> SecondLookPage:
    """The periods; ``before`` leaves out that one and all that came after it."""
    row = SecondLookPeriod
    over = sa.select(row).where(row.ends_at <= now)
    if before is not None:
        over = over.where(row.name < before)
    past = reading().scalars(over.order_by(row.name.desc()).limit(SHOWN + 1)).all()
    coming = (
        reading().scalars(sa.select(row).where(row.ends_at > now).order_by(row.starts_at)).all() if not before else []
    )
    following = past[SHOWN - 1].name if len(past) > SHOWN else None
    draws_at = coming[0].ends_at + SETTLES if coming else None
    return SecondLookPage([_view(p, now) for p in coming], [_view(p, now) for p in past[:SHOWN]], following, draws_at)


def periods_before(name: str | None, limit: int, *, now: datetime) -> Page[PeriodView]:
    """All periods, the newest first; ``name`` leaves out that one and those after it."""
    query = sa.select(SecondLookPeriod).order_by(SecondLookPeriod.name.desc()).limit(limit + 1)
    found = reading().scalars(query if name is None else query.where(SecondLookPeriod.name < name)).all()
    following = found[limit - 1].name if len(found) > limit else None
    return Page([_view(each, now) for each in found[:limit]], following)


def period(name: str, *, now: datetime) -> PeriodView:
    """One period by its first month ("2026-11").

    Raises:
        Problem: ``not-found``.
    """
    return _view(_period(name), now)


def candidates(name: str, cursor: str | None, limit: int) -> Page[CandidateView]:
    """The frozen candidates of a period, in the order of their list; none before they are frozen.

    Raises:
        Problem: ``not-found``, or ``invalid`` for a broken cursor.
    """
    row = SecondLookCandidate
    if _period(name).frozen_at is None:
        return Page([], None)
    query = sa.select(row).where(row.period == name)
    if cursor is not None:
        kind, subject_id = _place(cursor)
        last = sa.tuple_(sa.literal(kind, row.kind.type), sa.literal(subject_id, row.subject_id.type))
        query = query.where(sa.tuple_(row.kind, row.subject_id) > last)
    found = reading().scalars(query.order_by(row.kind, row.subject_id).limit(limit + 1)).all()
    shown = [CandidateView(c.kind, c.subject_id, c.share_bp, c.weight_bp, c.drawn) for c in found[:limit]]
    return Page(shown, encode(shown[-1].kind.value, str(shown[-1].id)) if len(found) > limit else None)


def candidate_lines(name: str) -> Iterator[str]:
    """The frozen list, line by line, as its digest covers it.

    Raises:
        Problem: ``not-found``, also before it is frozen.
    """
    if _period(name).frozen_at is None:
        raise Problem("not-found", _("The candidates of this period are not frozen yet."))
    return _lines(name)


def _lines(name: str) -> Iterator[str]:
    yield f"{HEAD}\n"
    for candidate in candidates_of(reading(), name):
        yield f"{candidate.line}\n"


def _period(name: str) -> SecondLookPeriod:
    found = reading().get(SecondLookPeriod, name)
    if found is None:
        raise Problem("not-found", _("There is no period %(name)s.", name=name))
    return found


def _place(cursor: str) -> tuple[Kind, UUID]:
    kind, subject_id = decode(cursor, parts=2)
    if kind not in set(Kind):
        raise broken_cursor()
    return Kind(kind), identity(subject_id)


def _view(row: SecondLookPeriod, now: datetime) -> PeriodView:
    frozen, drawn = row.frozen_at is not None, row.drawn_at is not None
    told = row.holds + row.does_not_hold
    return PeriodView(
        name=row.name,
        state=_state(row, now),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        commitment=row.commitment,
        committed_at=row.committed_at,
        frozen_at=row.frozen_at,
        candidates=row.candidates if frozen else None,
        digest=row.digest,
        seed=row.seed,
        revealed_at=row.revealed_at,
        drawn_at=row.drawn_at,
        drawn=row.drawn if drawn else None,
        answered=told + row.cannot_tell if drawn else None,
        holds=row.holds if drawn else None,
        does_not_hold=row.does_not_hold if drawn else None,
        cannot_tell=row.cannot_tell if drawn else None,
        hit_rate_bp=(row.does_not_hold * 20_000 + told) // (2 * told) if told else None,
    )


def _state(row: SecondLookPeriod, now: datetime) -> State:
    if row.drawn_at is not None:
        return State.DRAWN
    if row.frozen_at is not None:
        return State.DRAWING
    if row.ends_at <= now:
        return State.DUE
    return State.RUNNING if row.starts_at <= now else State.COMMITTED
