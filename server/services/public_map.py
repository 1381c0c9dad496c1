"""What stands on the public map: setting it when a project is imported, making it anew, and checking it.

A record stands there under its ``map_key``; the numbers by cell follow by themselves (``server.models.public_map``).
Whoever writes rows past the mapper (a generator, say) fills ``project.map_key`` and ``evidence.map_key`` as the models'
docstrings say and then calls ``recount``; or leaves both None and calls ``rebuild``, which reads every site and photo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, load_only

from geo import quadtile
from geo.site import Site as SiteShape
from server import postgres
from server.db import reading, table_of, tried_again, writing
from server.models import Evidence, MapCount, Project, Site
from server.models.public_map import DEEPEST_COUNTED, LAYERS, MapLayer

_PROJECTS, _PHOTOS, _SITES = table_of(Project), table_of(Evidence), table_of(Site)
_COUNTS = table_of(MapCount)
_SHOWN_KEY = sa.case(
    (
        _PHOTOS.c.published_at.is_not(None)
        & sa.exists().where(_PROJECTS.c.id == _PHOTOS.c.project_id, _PROJECTS.c.published_at.is_not(None)),
        _PHOTOS.c.quadtile,
    )
)
#: Photos may come in meanwhile: what refers to a project needs no more than its key.
_HOLD_PROJECTS = sa.select(_PROJECTS.c.id).order_by(_PROJECTS.c.id).with_for_update(key_share=True)
AT_ONCE = 1000


def show(session: Session, project: Project, photos: Sequence[Evidence]) -> None:
    """Put photos that were published this moment on the map, if their project is there to be seen.

    The caller has changed the project's milestone, and so holds the project (``server.models.revisions``): whether it
    is published is asked anew, since an import may have changed it until then.
    """
    session.refresh(project, ["published_at"])
    for photo in photos:
        photo.map_key = photo.quadtile if project.published_at is not None else None


def place(session: Session, project: Project, site: SiteShape | None) -> None:
    """Bring a project and its published photos to where the map shows them, inside the caller's transaction.

    ``site`` is the shape of the project's current site; the caller holds the project.
    """
    published = project.published_at is not None
    project.map_key = quadtile.key(*site.centre) if site is not None and published else None
    amiss = Evidence.map_key.is_(None) if published else Evidence.map_key.is_not(None)
    photos = sa.select(Evidence).where(Evidence.project_id == project.id, Evidence.published_at.is_not(None), amiss)
    for photo in session.scalars(photos.options(load_only(Evidence.quadtile, Evidence.map_key))):
        photo.map_key = photo.quadtile if published else None


def make_if_missing() -> bool:
    """Make the map where there is something to show and it shows nothing, as after a migration; whether that was so."""
    current = sa.and_(Site.project_id == Project.id, Site.retired_at.is_(None))
    to_show = sa.select(Project.id).join(Site, current).where(Project.published_at.is_not(None)).limit(1)
    if reading().scalar(to_show) is None or reading().scalar(sa.select(_COUNTS.c.number).limit(1)) is not None:
        return False
    make_anew()
    return True


def make_anew() -> None:
    """Make the map anew; begun again where it and those who write waited for each other."""
    tried_again(_make_anew)


def _make_anew() -> None:
    with writing() as session:
        rebuild(session)


def rebuild(session: Session) -> None:
    """Place every project and photo anew and count them; the caller commits.

    For an installation that had published before it had a map, and for repair. Nobody changes a project meanwhile, or
    publishes; on SQLite nobody writes at all.
    """
    connection = session.connection()
    postgres.lift_statement_limit(connection)
    # In the order of those who publish, who hold their project first and come to the numbers at their commit: holding
    # the numbers and waiting for a project, this and they waited for each other.
    connection.execute(_HOLD_PROJECTS).close()
    _hold(connection)
    for part in _parts_of_sites(connection):
        connection.execute(_PROJECTS.update().where(_PROJECTS.c.id == sa.bindparam("of")), part)
    unplaced = ~sa.exists().where(_SITES.c.project_id == _PROJECTS.c.id, _SITES.c.retired_at.is_(None))
    hidden = sa.or_(_PROJECTS.c.published_at.is_(None), unplaced)
    connection.execute(_PROJECTS.update().where(_PROJECTS.c.map_key.is_not(None), hidden).values(map_key=None))
    connection.execute(
        _PHOTOS.update().where(_PHOTOS.c.map_key.is_distinct_from(_SHOWN_KEY)).values(map_key=_SHOWN_KEY)
    )
    recount(session)


def recount(session: Session) -> None:
    """Count all cells anew from the keys; the caller commits. Ten million photos take about a minute on SQLite."""
    connection = session.connection()
    _hold(connection)
    connection.execute(_COUNTS.delete())
    for table, layer in ((table_of(model), layer) for model, layer in LAYERS.items()):
        connection.execute(_counting(layer, DEEPEST_COUNTED, _deepest(table)))
        for level in range(DEEPEST_COUNTED - 1, -1, -1):
            connection.execute(_counting(layer, level, _above(layer, level)))


def faults(session: Session) -> int:
    """In how many cells the number kept is not the number that is there; 0 where all is well."""
    connection = session.connection()
    wrong = 0
    for table, layer in ((table_of(model), layer) for model, layer in LAYERS.items()):
        for level in range(DEEPEST_COUNTED + 1):
            is_kept = (_COUNTS.c.layer == layer, _COUNTS.c.level == level)
            kept = sa.select(_COUNTS.c.cell, _COUNTS.c.number).where(*is_kept)
            true = _deepest(table) if level == DEEPEST_COUNTED else _above(layer, level)
            for first, second in ((kept, true), (true, kept)):
                missing = sa.except_(first, second).subquery()
                wrong += connection.scalar(sa.select(sa.func.count()).select_from(missing)) or 0
    return wrong


def _hold(connection: Connection) -> None:
    """Let nobody publish until the transaction ends; reading goes on. SQLite holds a writer's rivals off anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE map_count IN SHARE ROW EXCLUSIVE MODE"))


def _parts_of_sites(connection: Connection) -> Iterator[list[dict[str, object]]]:
    """The key of every published project that has a site, some at a time."""
    query = sa.select(Project.id, Site.kind, Site.shape, Site.width_m, Site.chainage_start_m)
    query = query.join(Site, sa.and_(Site.project_id == Project.id, Site.retired_at.is_(None)))
    query = query.where(Project.published_at.is_not(None)).order_by(Project.id)
    last = None
    while True:
        rows = connection.execute((query if last is None else query.where(Project.id > last)).limit(AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        yield [
            {
                "of": row.id,
                "map_key": quadtile.key(
                    *SiteShape.from_wkb(row.kind.value, row.shape, row.width_m, row.chainage_start_m).centre
                ),
            }
            for row in rows
        ]


def _counting(layer: MapLayer, level: int, cells: sa.Select[tuple[int, int]]) -> sa.Insert:
    found = cells.subquery()
    rows = sa.select(sa.literal(layer, _COUNTS.c.layer.type), sa.literal(level), found.c.cell, found.c.number)
    return _COUNTS.insert().from_select(["layer", "level", "cell", "number"], rows)


def _deepest(table: sa.Table) -> sa.Select[tuple[int, int]]:
    """Cells of the deepest level with the number of keys in each."""
    keys = sa.select((table.c.map_key // (1 << 2 * (quadtile.BITS - DEEPEST_COUNTED))).label("cell"))
    cells = keys.where(table.c.map_key.is_not(None)).subquery()
    return sa.select(cells.c.cell, sa.func.count().label("number")).group_by(cells.c.cell)


def _above(layer: MapLayer, level: int) -> sa.Select[tuple[int, int]]:
    """Cells of one level with their numbers, from those of the level below."""
    below = (_COUNTS.c.layer == layer, _COUNTS.c.level == level + 1)
    cells = sa.select((_COUNTS.c.cell // 4).label("cell"), _COUNTS.c.number).where(*below).subquery()
    number = sa.cast(sa.func.sum(cells.c.number), sa.BigInteger).label("number")
    return sa.select(cells.c.cell, number).group_by(cells.c.cell)
