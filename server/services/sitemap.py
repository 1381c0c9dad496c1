"""What search engines are told there is: every published project and every area that has one, some at a time.

Each part begins after a code, and where parts begin is found by walking the search's own lists in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from server.db import reading
from server.models import Project, ProjectTerm, TermCount
from server.models.search import EVERY
from server.models.search_terms import AREA

#: A site map may have 50,000 addresses; fewer are answered sooner.
OF_A_PART = 2500


class Kind(StrEnum):
    """What a part lists."""

    PROJECTS = "projects"
    AREAS = "areas"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that has a page, and when it changed last, where that is kept."""

    code: str
    changed_at: datetime | None


def beginnings(kind: Kind) -> list[str]:
    """The codes after which the parts begin, the first of them empty; none where there is nothing to list."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        if reading().scalar(_codes(kind, after).limit(1)) is None:
            break
        found.append(after)
        after = reading().scalar(_codes(kind, after).offset(OF_A_PART - 1).limit(1))
    return found


def part(kind: Kind, after: str) -> Sequence[Entry]:
    """The records of one part, in order of code."""
    codes = list(reading().scalars(_codes(kind, after).limit(OF_A_PART)))
    if kind is Kind.AREAS or not codes:
        return [Entry(code, None) for code in codes]
    here = Project.published_at.is_not(None), Project.code.between(codes[0], codes[-1])
    query = sa.select(Project.code, Project.changed_at).where(*here).order_by(Project.code)
    return [Entry(*row) for row in reading().execute(query.limit(OF_A_PART))]


def _codes(kind: Kind, after: str) -> sa.Select[str]:
    if kind is Kind.PROJECTS:
        query = sa.select(ProjectTerm.code).where(ProjectTerm.term == EVERY, ProjectTerm.code > after)
        return query.order_by(ProjectTerm.code)
    term = TermCount.term
    here = term > AREA + after, term < chr(ord(AREA) + 1)
    return sa.select(sa.func.substr(term, 2)).where(*here).order_by(term)
