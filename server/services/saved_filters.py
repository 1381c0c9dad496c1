"""The filters of what waits that a person named for themselves.

They are a private convenience: nothing about a project, its evidence or its money depends on them, nobody else sees
them, and so keeping or deleting one is no event of the custody log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.access import Actor
from server.db import reading, writing
from server.models import SavedFilter
from server.services import duties
from server.texts import _

LONGEST_NAME, LONGEST_QUERY = 60, 1000
#: More chips than this are no help.
MOST = 30


def of(actor: Actor) -> Sequence[SavedFilter]:
    """The person's filters by name."""
    query = sa.select(SavedFilter).where(SavedFilter.person_id == actor.person_id).order_by(SavedFilter.name)
    return reading().scalars(query).all()


def save(actor: Actor, name: str, query: str, *, now: datetime) -> SavedFilter:
    """Keep a filter by a name that this person has given to no other.

    Raises:
        Problem: ``invalid``, for a name that is missing, too long or taken, a filter that asks for nothing, or one
            too many.
    """
    name = _named(name, query)
    kept = SavedFilter(person_id=actor.person_id, name=name, query=query, created_at=now)
    try:
        with writing() as session:
            session.add(kept)
            session.flush()
            mine = sa.select(sa.func.count()).where(SavedFilter.person_id == actor.person_id)
            if session.execute(mine).scalar_one() > MOST:
                raise duties.invalid("name", _("At most %(most)s filters are kept. Delete one first.", most=MOST))
    except IntegrityError:
        raise duties.invalid("name", _("You have a filter of this name already.")) from None
    return kept


def delete(actor: Actor, filter_id: UUID) -> SavedFilter:
    """Forget one of the person's filters; answers what it was, so that it can be saved again.

    Raises:
        Problem: ``not-found``, also for a filter of somebody else's.
    """
    with writing() as session:
        found = session.get(SavedFilter, filter_id)
        if found is None or found.person_id != actor.person_id:
            raise duties.no_such("filter")
        session.delete(found)
    return found


def _named(name: str, query: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise duties.invalid("name", _("Give the filter a name."))
    if len(name) > LONGEST_NAME:
        raise duties.invalid("name", _("At most %(most)s characters are kept.", most=LONGEST_NAME))
    if not query:
        raise duties.invalid("name", _("Choose a filter first; without one there is nothing to save."))
    if len(query) > LONGEST_QUERY:
        raise duties.invalid("name", _("This filter is too long to be saved."))
    return name
