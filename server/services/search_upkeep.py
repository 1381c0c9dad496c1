"""Making anew what finds projects, after a migration or where rows were written past the mapper.

Otherwise it is kept in the transaction of whatever changes a project (``server.models.search_index``).
"""

from __future__ import annotations

from server import postgres
from server.db import reading, tried_again, writing
from server.models import search_index


def make_if_missing() -> bool:
    """Make it where there are published projects and nothing to find them by; whether that was so."""
    if not search_index.is_missing(reading()):
        return False
    make_anew()
    return True


def make_anew() -> None:
    """Make it anew from the projects; nothing else can be published meanwhile. About a minute for 250,000 projects."""
    tried_again(_make_anew)


def _make_anew() -> None:
    with writing() as session:
        postgres.lift_statement_limit(session.connection())
        search_index.rebuild(session)
