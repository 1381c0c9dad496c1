"""Keeping what finds projects true to the projects: in the transaction that changes them, or all anew.

It hangs on the mapper, so that no use case can forget it. Whoever writes rows past the mapper (a generator, a repair
by hand) calls ``rebuild`` afterwards. An upload touches none of this; only importing, publishing and approving do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db import table_of
from server.models.evidence import Evidence
from server.models.finding import EVERY, ProjectNews, ProjectTerm, TermCount
from server.models.finding_terms import Findable, area_term, terms_of
from server.models.projects import Area, Project, Site

TERMS, COUNTS, NEWS = (table_of(model) for model in (ProjectTerm, TermCount, ProjectNews))
AT_ONCE = 1000
CHANGED = "saksi_findable_changed"
#: What of a record, when it changes, changes by what its project is found.
WATCHED: dict[type, tuple[str, ...]] = {
    Project: ("code", "title", "purpose", "status", "published_at", "area_id"),
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
    connection = session.connection()
    # One at a time and in order, so that no two transactions wait for each other, and each sees the one before.
    connection.execute(_adding(connection.dialect.name), {"term": EVERY, "projects": 0})
    changes: Counter[str] = Counter()
    for part in _parts(sorted(codes)):
        wanted = set(_wanted(connection, part))
        there = {tuple(row) for row in connection.execute(sa.select(TERMS).where(TERMS.c.code.in_(part)))}
        _replace(connection, gone=there - wanted, come=wanted - there)
        changes.update(term for term, _code in wanted - there)
        changes.subtract(term for term, _code in there - wanted)
        connection.execute(sa.delete(NEWS).where(NEWS.c.code.in_(part)))
        connection.execute(_news(part))
    counted = [{"term": term, "projects": number} for term, number in sorted(changes.items()) if number]
    if counted:
        connection.execute(_adding(connection.dialect.name), counted)
    connection.execute(sa.delete(COUNTS).where(COUNTS.c.term.in_([EVERY, *_lowered(changes)]), COUNTS.c.projects == 0))


def rebuild(session: Session, told: Callable[[int], None] = lambda _projects: None) -> None:
    """Make all terms, counts and news anew from the projects; for rows that were written past the mapper.

    Args:
        session: inside a transaction; the caller commits.
        told: called with the number of projects done, now and then.
    """
    connection = session.connection()
    for table in (TERMS, COUNTS, NEWS):
        connection.execute(sa.delete(table))
    done = 0
    for part in _parts(connection.scalars(sa.select(Project.code).where(Project.published_at.is_not(None))).all()):
        rows = [{"term": term, "code": code} for term, code in _wanted(connection, part)]
        connection.execute(sa.insert(TERMS), rows)
        told(done := done + len(part))
    counted = sa.select(TERMS.c.term, sa.func.count()).group_by(TERMS.c.term)
    connection.execute(sa.insert(COUNTS).from_select(["term", "projects"], counted))
    connection.execute(_news(None))


def is_missing(session: Session) -> bool:
    """Whether there are published projects and nothing to find them by, as after the migration that made the tables."""
    published = session.scalar(sa.select(Project.id).where(Project.published_at.is_not(None)).limit(1))
    return published is not None and session.scalar(sa.select(TERMS.c.code).limit(1)) is None


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


def _wanted(connection: sa.Connection, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every pair of term and code that there should be for these projects."""
    current = sa.and_(Site.project_id == Project.id, Site.retired_at.is_(None))
    query = sa.select(Project.code, Project.title, Project.purpose, Project.status, Area.path)
    query = query.add_columns(Site.south, Site.west, Site.north, Site.east)
    query = query.select_from(Project).join(Area, Area.id == Project.area_id).outerjoin(Site, current)
    rows = connection.execute(query.where(Project.published_at.is_not(None), Project.code.in_(codes))).all()
    named = sa.select(Area.code, Area.name).where(Area.code.in_({step for row in rows for step in _steps(row.path)}))
    names: dict[str, str] = dict(connection.execute(named).all())
    for row in rows:
        site = None if row.south is None else (row.south, row.west, row.north, row.east)
        areas = tuple((step, names[step]) for step in _steps(row.path) if step in names)
        for term in terms_of(Findable(row.code, (row.title, row.purpose), row.status, areas, site)):
            yield term, row.code


def _replace(connection: sa.Connection, *, gone: set[Any], come: set[Any]) -> None:
    if gone:
        key = (TERMS.c.term == sa.bindparam("of_term"), TERMS.c.code == sa.bindparam("of_code"))
        rows = [{"of_term": term, "of_code": code} for term, code in sorted(gone)]
        connection.execute(sa.delete(TERMS).where(*key), rows)
    if come:
        connection.execute(sa.insert(TERMS), [{"term": term, "code": code} for term, code in sorted(come)])


def _news(codes: Sequence[str] | None) -> sa.Insert:
    """The news of the projects with these codes, or of all, under each of their areas."""
    latest = sa.select(Evidence.project_id, sa.func.max(Evidence.published_at).label("published_at"))
    latest = latest.where(Evidence.published_at.is_not(None)).group_by(Evidence.project_id)
    if codes is not None:
        latest = latest.where(Evidence.project_id.in_(sa.select(Project.id).where(Project.code.in_(codes))))
    newest = latest.subquery()
    # The sign after "@" is "A": so all areas are one range of terms.
    listed = sa.or_(TERMS.c.term == EVERY, sa.and_(TERMS.c.term >= "@", TERMS.c.term < "A"))
    found = sa.select(TERMS.c.code, TERMS.c.term, newest.c.published_at)
    found = found.join(Project, Project.code == TERMS.c.code).join(newest, newest.c.project_id == Project.id)
    return sa.insert(NEWS).from_select(["code", "term", "published_at"], found.where(listed))


def _adding(dialect: str) -> Any:
    """Add to the count of a term, which may be new."""
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(COUNTS)
    more = COUNTS.c.projects + insert.excluded.projects
    return insert.on_conflict_do_update(index_elements=["term"], set_={"projects": more})


def _lowered(changes: Counter[str]) -> list[str]:
    return [term for term, number in changes.items() if number < 0]


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))


def _steps(path: str) -> list[str]:
    return [step for step in path.split("/") if step]
