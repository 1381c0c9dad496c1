"""The certificates of a person's projects: what they can do now, what waits for others, what is late, and the sums.

Reading only. Each list begins in its index and goes on by key, however many certificates an agency has; sums are per
currency and are counted no further than to ``MOST_SUMMED``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.access import Actor, require
from server.db import reading
from server.models import Certificate, Contract, Dispute, Grant, Milestone, Organisation, Project
from server.models.payments import CertificateState
from server.models.people import Role
from server.paging import Page, broken_cursor, decode, encode, identity, instant
from server.services import deadlines, projects, reckoning
from server.services.deadlines import Deadline
from server.times import iso

#: Whose business the money is; others find a certificate through its milestone.
READERS_OF_MONEY = frozenset({Role.PAYMASTER, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.CONTRACTOR})
LOCKED, UNLOCKED, CERTIFIED, PAID, HANDED_ON = CertificateState
#: Where something is still to be done, in the order in which it presses.
UNDER_WAY = (CERTIFIED, UNLOCKED, PAID)
#: Where a rule of the policy says until when.
TIMED = (CERTIFIED, PAID)
SHOWN = 30
MOST_SUMMED = 1000
MOST_EXPORTED = 50_000
MOST_AT_ONCE = 500


class Todo(StrEnum):
    """What a person can do about a certificate now."""

    CERTIFY = "certify"
    PAY = "pay"
    HAND_ON = "pass_on"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which certificates: of one state, only the late ones, of one project, of one agency (by their codes)."""

    state: CertificateState | None = None
    late: bool = False
    project: str | None = None
    agency: str | None = None

    @property
    def states(self) -> tuple[CertificateState, ...]:
        """The states to look through, in the order of the list."""
        if self.state is not None:
            return (self.state,) if not self.late or self.state in TIMED else ()
        return TIMED if self.late else UNDER_WAY


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate of a list: what this person can do, why nobody can yet, and the window that runs."""

    certificate: Certificate
    todo: Todo | None
    awaits: str | None
    deadline: Deadline | None
    disputed: bool


@dataclass(frozen=True, slots=True)
class Total:
    """How many certificates stand where and what they come to, per currency.

    ``capped`` says that there are more than were counted; then there are no sums.
    """

    state: CertificateState
    late: bool
    number: int
    sums: Sequence[tuple[str, int]]
    capped: bool


@dataclass(frozen=True, slots=True)
class Payments:
    """What the page of payments shows. With a state or lateness asked for, ``now`` is empty and ``rest`` is that."""

    now: Sequence[Row]
    more_now: bool
    early: Sequence[Row]
    rest: Page[Row]
    totals: Sequence[Total]
    agencies: Sequence[Organisation]


def overview(actor: Actor, wanted: Wanted, *, cursor: str | None, now: datetime) -> Payments:
    """The certificates of a person's projects.

    Raises:
        Problem: ``not-found`` or ``not-allowed`` for the project asked for, ``invalid`` for a broken cursor.
    """
    ways = _ways(actor, wanted)
    mine = _doable(actor, wanted) if wanted.state is None and not wanted.late else None
    found = [] if mine is None or cursor is not None else _first(actor, mine, now)
    rest = _page(_Search(actor, ways, wanted, mine, now), cursor, limit=SHOWN)
    return Payments(
        now=[row for row in found[:SHOWN] if row.awaits is None],
        more_now=len(found) > SHOWN,
        early=[row for row in found[:SHOWN] if row.awaits is not None],
        rest=rest,
        totals=_totals(ways, wanted, now),
        agencies=_agencies(actor),
    )


def every(actor: Actor, wanted: Wanted, *, now: datetime) -> Iterator[Row]:
    """All certificates that fit, for a file, up to ``MOST_EXPORTED``.

    Raises:
        Problem: as ``overview``.
    """
    search, cursor, left = _Search(actor, _ways(actor, wanted), wanted, None, now), None, MOST_EXPORTED
    while left > 0:
        page = _page(search, cursor, limit=min(MOST_AT_ONCE, left))
        yield from page.items
        left, cursor = left - len(page.items), page.next
        if cursor is None:
            return


# -- which ---------------------------------------------------------------------------------------


def _ways(actor: Actor, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """The conditions under which the person sees a certificate, each of which is one range of an index."""
    if wanted.project is not None:
        project = projects.by_code(wanted.project)
        require(actor, project, READERS_OF_MONEY)
        return [*_of_agency(wanted, [Certificate.milestone_id.in_(_milestones(Milestone.project_id == project.id))])]
    wide = [held.agency_id for held in actor.held if held.agency_id and held.role in READERS_OF_MONEY]
    own = sa.select(Grant.project_id).where(
        Grant.person_id == actor.person_id, Grant.project_id.is_not(None), Grant.role.in_(sorted(READERS_OF_MONEY))
    )
    across = [Certificate.agency_id == agency_id for agency_id in sorted(set(wide))]
    if actor.project_ids or not across:
        across.append(Certificate.milestone_id.in_(_milestones(Milestone.project_id.in_(own))))
    return _of_agency(wanted, across)


def _milestones(which: sa.ColumnElement[bool]) -> sa.Select[UUID]:
    return sa.select(Milestone.id).where(which)


def _of_agency(wanted: Wanted, ways: list[sa.ColumnElement[bool]]) -> list[sa.ColumnElement[bool]]:
    if wanted.agency is None:
        return ways
    agency_id = reading().scalar(sa.select(Organisation.id).where(Organisation.code == wanted.agency))
    return [sa.and_(way, Certificate.agency_id == agency_id) for way in ways] if agency_id else [sa.false()]


def _doable(actor: Actor, wanted: Wanted) -> sa.Select[UUID] | None:
    """The ids of those about which this person can do something now; None where their roles let them do nothing.

    Each part begins where there are few: at the person's own projects, and at the open disputes.
    """
    parts = []
    base = sa.select(Certificate.id).join(Certificate.milestone).join(Milestone.project)
    unsettled = sa.exists().where(Dispute.certificate_id == Certificate.id, Dispute.settled_at.is_(None))
    if Role.PAYMASTER in actor.roles:
        payable = Certificate.state.in_((UNLOCKED, CERTIFIED))
        parts.append(base.where(projects.held_by(actor, {Role.PAYMASTER}), payable, ~unsettled))
    if Role.CONTRACTOR in actor.roles:
        supplied = sa.select(Contract.project_id).where(Contract.supplier_id == actor.organisation_id)
        mine = projects.held_by(actor, {Role.CONTRACTOR})
        parts.append(base.where(mine, Certificate.state == PAID, Project.id.in_(supplied)))
    if Role.ADMINISTRATOR in actor.roles:
        raised = base.join(Dispute, Dispute.certificate_id == Certificate.id)
        by_others = (Dispute.settled_at.is_(None), Dispute.raised_by != actor.person_id)
        # Said as a case, so that the engine begins at the few disputes and not at the agency's many projects.
        parts.append(raised.where(*by_others, _administered(actor)))
    if not parts:
        return None
    together = sa.union(*(part.where(*_asked_for(wanted)) for part in parts)).subquery()
    return sa.select(together.c.id)


def _administered(actor: Actor) -> sa.ColumnElement[bool]:
    ids = [held.agency_id for held in actor.held if held.agency_id and held.role is Role.ADMINISTRATOR]
    return sa.case((Project.agency_id.in_(ids), True), else_=False)


def _asked_for(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    named = [] if wanted.project is None else [Project.code == wanted.project]
    agency = sa.select(Organisation.id).where(Organisation.code == wanted.agency)
    return named if wanted.agency is None else [*named, Project.agency_id.in_(agency)]


# -- lists ---------------------------------------------------------------------------------------


def _first(actor: Actor, mine: sa.Select[UUID], now: datetime) -> list[Row]:
    """What this person can do, the most pressing first; one more than are shown."""
    order = sa.case((Certificate.state == CERTIFIED, 0), (Certificate.state == UNLOCKED, 1), else_=2)
    query = sa.select(Certificate.id).where(Certificate.id.in_(mine))
    ids = reading().scalars(query.order_by(order, Certificate.turn_at, Certificate.id).limit(SHOWN + 1)).all()
    return _rows(actor, ids, now)


@dataclass(frozen=True, slots=True)
class _Search:
    """One question: who asks, the ways to what they see, what they want, and what is left out as it stands above."""

    actor: Actor
    ways: list[sa.ColumnElement[bool]]
    wanted: Wanted
    but: sa.Select[UUID] | None
    now: datetime


def _page(search: _Search, cursor: str | None, *, limit: int) -> Page[Row]:
    """One page of the states asked for, one state after the other."""
    states = search.wanted.states
    at, place = _place(cursor, len(states)) if cursor is not None else (0, None)
    found: list[tuple[int, datetime | None, UUID]] = []
    for number in range(at, len(states)):
        query = _listed(search, states[number], place if number == at else None)
        rows = reading().execute(query.limit(limit + 1 - len(found)))
        found += [(number, turn, id_) for id_, turn in rows]
        if len(found) > limit:
            break
    shown = _rows(search.actor, [id_ for _number, _turn, id_ in found[:limit]], search.now)
    return Page(shown, _cursor(found[limit - 1]) if len(found) > limit else None)


def _listed(
    search: _Search, state: CertificateState, place: tuple[datetime | None, UUID] | None
) -> sa.Select[UUID, datetime | None]:
    """The certificates of one state in their order: what is done newest first, all else oldest first."""
    down = state is HANDED_ON
    where = [Certificate.state == state]
    if search.wanted.late:
        where.append(Certificate.turn_at <= search.now)
    if search.but is not None:
        where.append(Certificate.id.not_in(search.but))
    if place is not None:
        where.append(_beyond(place, down=down))
    return _together(search.ways, where, down=down)


def _together(
    ways: list[sa.ColumnElement[bool]], where: list[sa.ColumnElement[bool]], *, down: bool, most: int = MOST_AT_ONCE + 1
) -> sa.Select[UUID, datetime | None]:
    columns = (Certificate.id, Certificate.turn_at)
    order = [each.desc() if down else each for each in (Certificate.turn_at, Certificate.id)]
    parts = [sa.select(*columns).where(way, *where).order_by(*order).limit(most) for way in ways]
    merged = sa.union(*(sa.select(part.subquery()) for part in parts)).subquery()
    keys = (merged.c.turn_at, merged.c.id)
    return sa.select(merged.c.id, merged.c.turn_at).order_by(*(key.desc() if down else key for key in keys))


def _beyond(place: tuple[datetime | None, UUID], *, down: bool) -> sa.ColumnElement[bool]:
    turn, id_ = place
    if turn is None:
        return Certificate.id > id_
    here, there = sa.tuple_(Certificate.turn_at, Certificate.id), sa.tuple_(turn, id_)
    return here < there if down else here > there


def _rows(actor: Actor, ids: Sequence[UUID], now: datetime) -> list[Row]:
    query = sa.select(Certificate).where(Certificate.id.in_(ids)).options(*_WHOLE)
    found = {each.id: each for each in reading().scalars(query)}
    return [_row(actor, found[id_], now) for id_ in ids]


_WHOLE: tuple[Any, ...] = (
    joinedload(Certificate.milestone).joinedload(Milestone.project).joinedload(Project.contract),
    joinedload(Certificate.milestone).joinedload(Milestone.project).joinedload(Project.agency),
    joinedload(Certificate.payment),
    joinedload(Certificate.passing_on),
    selectinload(Certificate.disputes),
)


def _row(actor: Actor, certificate: Certificate, now: datetime) -> Row:
    todo = _todo(actor, certificate)
    awaits = reckoning.awaited(reading(), certificate) if todo is Todo.CERTIFY else None
    disputed = any(each.settled_at is None for each in certificate.disputes)
    return Row(certificate, todo, awaits, deadlines.running(certificate, now), disputed)


def _todo(actor: Actor, certificate: Certificate) -> Todo | None:
    project = certificate.milestone.project
    held = actor.roles_on(project.id, project.agency_id)
    unsettled = [each for each in certificate.disputes if each.settled_at is None]
    supplies = project.contract is not None and project.contract.supplier_id == actor.organisation_id
    if Role.ADMINISTRATOR in held and any(each.raised_by != actor.person_id for each in unsettled):
        return Todo.SETTLE
    if Role.PAYMASTER in held and not unsettled and not supplies:
        return {UNLOCKED: Todo.CERTIFY, CERTIFIED: Todo.PAY}.get(certificate.state)
    if Role.CONTRACTOR in held and supplies and certificate.state is PAID:
        return Todo.HAND_ON
    return None


def _cursor(last: tuple[int, datetime | None, UUID]) -> str:
    number, turn, id_ = last
    return encode(str(number), iso(turn) or "", str(id_))


def _place(cursor: str, states: int) -> tuple[int, tuple[datetime | None, UUID]]:
    number, turn, id_ = decode(cursor, parts=3)
    if number not in {str(each) for each in range(states)}:
        raise broken_cursor()
    return int(number), (instant(turn) if turn else None, identity(id_))


# -- sums ----------------------------------------------------------------------------------------


def _totals(ways: list[sa.ColumnElement[bool]], wanted: Wanted, now: datetime) -> list[Total]:
    """One line for each state asked for, and one for what of it is late."""
    lines = []
    for state in wanted.states:
        lines += [_total(ways, state, late, now) for late in (False, True) if _asks(wanted, state, late)]
    return [line for line in lines if line.number or not line.late]


def _asks(wanted: Wanted, state: CertificateState, late: bool) -> bool:
    return late if wanted.late else not late or state in TIMED


def _total(ways: list[sa.ColumnElement[bool]], state: CertificateState, late: bool, now: datetime) -> Total:
    where = [Certificate.state == state, *([Certificate.turn_at <= now] if late else [])]
    ids = _together(ways, where, down=False, most=MOST_SUMMED + 1).limit(MOST_SUMMED + 1).subquery()
    columns = (Certificate.currency, sa.func.count(), sa.func.sum(Certificate.net_minor))
    query = sa.select(*columns).join(ids, ids.c.id == Certificate.id).group_by(Certificate.currency)
    rows = reading().execute(query.order_by(Certificate.currency)).all()
    number = sum(count for _currency, count, _sum in rows)
    capped = number > MOST_SUMMED
    sums = [] if capped else [(currency, int(minor)) for currency, _count, minor in rows]
    return Total(state, late, number, sums, capped)


def _agencies(actor: Actor) -> Sequence[Organisation]:
    """The agencies whose certificates the person may see, to choose from."""
    own = sa.select(Project.agency_id).join(Grant, Grant.project_id == Project.id)
    theirs = own.where(Grant.person_id == actor.person_id)
    which = sa.or_(Organisation.id.in_(actor.agency_ids), Organisation.id.in_(theirs))
    return list(reading().scalars(sa.select(Organisation).where(which).order_by(Organisation.name)))
