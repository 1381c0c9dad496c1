"""Making anew what finds projects, after a migration or where rows were written past the mapper.

Otherwise it is kept in the transaction of whatever changes a project (``server.models.search_index``).
"""

from __future__ import annotations

from server.db import reading, writing
from server.models import search_index


def make_if_missing() -> bool:
    """Make it where there are published projects and nothing to find them by; whether that was so."""
    if not search_index.is_missing(reading()):
        return False
    make_anew()
    return True


def make_anew() -> None:
    """Make it anew from the projects; nothing else can be published meanwhile. About a minute for 250,000 projects."""
    with writing() as session:
        search_index.rebuild(session)
