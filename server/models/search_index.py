"""Keeping what finds projects true to the projects: in the transaction that changes them, or all anew.

It hangs on the mapper, so that no use case can forget it. Whoever writes rows past the mapper (a generator, a repair
by hand) calls ``rebuild`` afterwards. An upload touches none of this; only importing, publishing and approving do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import postgres
from server.db import UtcDateTime, add_to_counts, table_of, take_turn
from server.models.evidence import Evidence
from server.models.people import Organisation
from server.models.projects import Area, Contract, Project, Site
from server.models.search import EVERY, Findable, ProjectNews, ProjectTerm, TermCount
from server.models.search_terms import SECTOR, Facts, area_term, terms_of

TERMS, FINDABLE, COUNTS, NEWS = (table_of(model) for model in (ProjectTerm, Findable, TermCount, ProjectNews))
AT_ONCE = 1000
POURED_AT_ONCE = 50_000
CHANGED = "saksi_findable_changed"
TURN = "search"
#: What of a record, when it changes, changes by what its project is found.
WATCHED: dict[type, tuple[str, ...]] = {
    Project: (
        "code",
        "title",
        "purpose",
        "status",
        "published_at",
        "area_id",
        "sector",
        "starts_on",
        "ends_on",
    ),
    Contract: ("project_id", "supplier_id"),
    Site: ("project_id", "south", "west", "north", "east", "retired_at"),
    Evidence: ("project_id", "published_at"),
    Area: ("code", "name", "path"),
}


@sa.event.listens_for(Session, "after_flush")
def remember(session: Session, _context: object) -> None:
    """Note the projects that this flush changes in what they are found by."""
    for record in (*session.new, *session.dirty, *session.deleted):
        watched = WATCHED.get(type(record))
        if watched is None:
            continue
        state = sa.inspect(record)
        if record in session.deleted or any(state.attrs[name].history.has_changes() for name in watched):
            session.info.setdefault(CHANGED, set()).update(_marks(record, state))


@sa.event.listens_for(Session, "before_commit")
def keep(session: Session) -> None:
    """Bring up to date, as the last step of a transaction, what it changed."""
    session.flush()
    changed = session.info.pop(CHANGED, None)
    if changed:
        refresh(session, _codes(session, changed))


@sa.event.listens_for(Session, "after_soft_rollback")
def forget(session: Session, _transaction: object) -> None:
    """What was undone is no change."""
    session.info.pop(CHANGED, None)


def refresh(session: Session, codes: Collection[str]) -> None:
    """Make the terms, counts and news of these projects what their records say now."""
    # One at a time, so that no two transactions wait for each other, and each sees the one before.
    take_turn(session, TURN)
    connection = session.connection()
    changes: Counter[str] = Counter()
    for part in _parts(sorted(codes)):
        wanted, there = dict(_wanted(connection, part)), _there(connection, part)
        come = {(term, code) for code, terms in wanted.items() for term in terms - there.get(code, set())}
        gone = {(term, code) for code, terms in there.items() for term in terms - wanted.get(code, set())}
        _write(connection, wanted, come, gone)
        changes.update(term for term, _code in come)
        changes.subtract(term for term, _code in gone)
        _renew_news(connection, part, wanted)
    counted = [{"term": term, "projects": number} for term, number in sorted(changes.items()) if number]
    if counted:
        add_to_counts(connection, COUNTS, "projects", counted)
    lowered = [term for term, number in changes.items() if number < 0]
    connection.execute(sa.delete(COUNTS).where(COUNTS.c.term.in_(lowered), COUNTS.c.projects == 0))


def rebuild(session: Session) -> None:
    """Make all terms, counts and news anew from the projects; for rows that were written past the mapper.

    A national portal's quarter of a million projects take about a minute, and some 300 MB meanwhile. The session is
    inside a transaction, and the caller commits.
    """
    take_turn(session, TURN)
    connection = session.connection()
    for table in (TERMS, FINDABLE, COUNTS, NEWS):
        connection.execute(sa.delete(table))
    lists: dict[str, list[str]] = {}
    published = sa.select(Project.code).where(Project.published_at.is_not(None))
    for part in _parts(sorted(connection.scalars(published))):
        wanted = dict(_wanted(connection, part))
        for code, terms in wanted.items():
            for term in terms:
                lists.setdefault(term, []).append(code)
        _pour(connection, FINDABLE, ((code, " ".join(sorted(terms))) for code, terms in wanted.items()))
        _renew_news(connection, part, wanted)
    # In the order of the key, so that each page of the table is written once.
    _pour(connection, TERMS, ((term, code) for term in sorted(lists) for code in lists[term]))
    _pour(connection, COUNTS, ((term, len(lists[term])) for term in sorted(lists)))


def is_missing(session: Session) -> bool:
    """Whether there are published projects and nothing to find them by, as after a migration that asks for more terms.

    Every project has a sector, the kind of term that came last: where none is kept, they were made before it.
    """
    published = session.scalar(sa.select(Project.id).where(Project.published_at.is_not(None)).limit(1))
    sectors = TERMS.c.term >= SECTOR, TERMS.c.term < chr(ord(SECTOR) + 1)
    return published is not None and session.scalar(sa.select(TERMS.c.code).where(*sectors).limit(1)) is None


def _marks(record: object, state: Any) -> set[Any]:
    """By what the projects of a changed record are known: their codes, their ids, or the area that they are in."""
    if isinstance(record, Area):
        return {("area", code) for code in state.attrs.code.history.sum()}
    return set(state.attrs["code" if isinstance(record, Project) else "project_id"].history.sum())


def _codes(session: Session, marks: Collection[Any]) -> set[str]:
    """The codes of the projects that were noted."""
    codes = {mark for mark in marks if isinstance(mark, str)}
    for part in _parts([mark for mark in marks if isinstance(mark, UUID)]):
        codes.update(session.scalars(sa.select(Project.code).where(Project.id.in_(part))))
    areas = [area_term(mark[1]) for mark in marks if isinstance(mark, tuple)]
    if areas:
        codes.update(session.scalars(sa.select(TERMS.c.code).where(TERMS.c.term.in_(areas))))
    return codes


def _wanted(connection: sa.Connection, codes: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """The terms that each of these projects should have; what is not published has none and is left out."""
    current = sa.and_(Site.project_id == Project.id, Site.retired_at.is_(None))
    query = sa.select(Project.code, Project.title, Project.purpose, Project.status, Area.path)
    query = query.add_columns(Project.sector, Project.starts_on, Project.ends_on, Organisation.code.label("contractor"))
    query = query.add_columns(Site.south, Site.west, Site.north, Site.east)
    query = query.select_from(Project).join(Area, Area.id == Project.area_id).outerjoin(Site, current)
    query = query.outerjoin(Contract, Contract.project_id == Project.id)
    query = query.outerjoin(Organisation, Organisation.id == Contract.supplier_id)
    rows = connection.execute(query.where(Project.published_at.is_not(None), Project.code.in_(codes))).all()
    named = sa.select(Area.code, Area.name).where(Area.code.in_({step for row in rows for step in _steps(row.path)}))
    names: dict[str, str] = dict(connection.execute(named).all())
    for row in rows:
        yield row.code, terms_of(_facts(row, names))


def _facts(row: Any, names: dict[str, str]) -> Facts:
    site = None if row.south is None else (row.south, row.west, row.north, row.east)
    areas = tuple((step, names[step]) for step in _steps(row.path) if step in names)
    words = (row.title, row.purpose)
    return Facts(row.code, words, row.status, areas, site, row.sector, row.contractor, row.starts_on, row.ends_on)


def _there(connection: sa.Connection, codes: Sequence[str]) -> dict[str, set[str]]:
    rows = connection.execute(sa.select(FINDABLE).where(FINDABLE.c.code.in_(codes)))
    return {code: set(terms.split()) for code, terms in rows}


def _write(
    connection: sa.Connection, wanted: dict[str, set[str]], come: set[tuple[str, str]], gone: set[tuple[str, str]]
) -> None:
    """Write which terms came and went, and what the projects they belong to have now."""
    key = (TERMS.c.term == sa.bindparam("of_term"), TERMS.c.code == sa.bindparam("of_code"))
    rows = [{"of_term": term, "of_code": code} for term, code in sorted(gone)]
    if rows:
        connection.execute(sa.delete(TERMS).where(*key), rows)
    _pour(connection, TERMS, sorted(come))
    changed = sorted({code for _term, code in come | gone})
    connection.execute(sa.delete(FINDABLE).where(FINDABLE.c.code.in_(changed)))
    _pour(connection, FINDABLE, ((code, " ".join(sorted(wanted[code]))) for code in changed if code in wanted))


def _renew_news(connection: sa.Connection, codes: Sequence[str], wanted: dict[str, set[str]]) -> None:
    """Write when each project's newest photo was published, under each of its areas."""
    latest = sa.select(Project.code, sa.func.max(Evidence.published_at, type_=UtcDateTime))
    latest = latest.join(Evidence, Evidence.project_id == Project.id).where(Evidence.published_at.is_not(None))
    found = connection.execute(latest.where(Project.code.in_(codes)).group_by(Project.code)).all()
    connection.execute(sa.delete(NEWS).where(NEWS.c.code.in_(codes)))
    rows = [(code, term, at) for code, at in found for term in sorted(wanted.get(code, ())) if _is_place(term)]
    if rows:
        connection.execute(
            sa.insert(NEWS), [dict(zip(("code", "term", "published_at"), row, strict=True)) for row in rows]
        )


def _is_place(term: str) -> bool:
    return term == EVERY or term.startswith(area_term(""))


def _pour(connection: sa.Connection, table: sa.Table, rows: Iterable[tuple[str, str | int]]) -> None:
    """Insert many plain rows the fast way of the engine, no statement longer than a moment; there may be none."""
    several = iter(rows)
    while portion := list(islice(several, POURED_AT_ONCE)):
        _pour_portion(connection, table, portion)


def _pour_portion(connection: sa.Connection, table: sa.Table, rows: list[tuple[str, str | int]]) -> None:
    names = ", ".join(column.name for column in table.columns)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" for _ in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608
        return
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    with postgres.faults_of(statement), connection.connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))


def _steps(path: str) -> list[str]:
    return [step for step in path.split("/") if step]
