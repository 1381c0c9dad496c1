"""Finding a site by place among very many, and its geometry ready for use.

Each current site has a row per quadtile cell that covers it; a point lies in one cell of each
level, so its sites are found by an ordinary index. Which project a photo may go to is kept out.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.policy import EvidencePolicy
from evidence.tolerance import tolerance_m
from geo import quadtile
from geo.site import Site as SiteShape
from server.kept import Kept
from server.models import Site, SiteCell

#: The look-up only proposes a site, so the neutral tolerances serve; the project's policy judges later.
NEUTRAL = EvidencePolicy()
KEPT_SHAPES = 512

_shapes: Kept[UUID, SiteShape] = Kept(KEPT_SHAPES)


def find(session: Session, latitude: float, longitude: float, *, among: Collection[UUID] | None) -> list[Site]:
    """Current sites whose outline, widened by its tolerance, holds the point; the deepest inside first.

    Args:
        session: for reading.
        latitude: degrees north, -90 to 90.
        longitude: degrees east, -180 to 180.
        among: ids of the projects to look at, or None for all.
    """
    query = (
        sa.select(Site)
        .join(SiteCell, SiteCell.site_id == Site.id)
        .where(SiteCell.cell.in_(quadtile.cells_containing(latitude, longitude)), Site.retired_at.is_(None))
    )
    if among is not None:
        query = query.where(Site.project_id.in_(list(among)))
    depths = []
    for site in session.scalars(query).unique():
        shape = geometry(site)
        outside_m = shape.signed_distance_m(latitude, longitude)
        if outside_m <= tolerance_m(shape, NEUTRAL):
            depths.append((outside_m, site.id, site))
    return [site for _outside_m, _id, site in sorted(depths, key=lambda found: found[:2])]


def cells_for(site: SiteShape) -> list[int]:
    """The cells under which a site is found: those that cover it and its tolerance."""
    return site.cells(tolerance_m(site, NEUTRAL))


def geometry(site_row: Site) -> SiteShape:
    """The shape of one version of a site. Versions never change, so the last ones used are kept."""
    return _shapes.get(site_row.id) or _shapes.put(site_row.id, SiteShape.from_wkb(**site_row.facts()))


def forget_shapes() -> None:
    """Drop all kept shapes, so that a measurement starts cold."""
    _shapes.clear()
