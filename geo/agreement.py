"""How far two statements of one site lie apart: a drawing, a survey and a portal seldom agree to the metre.

Both are laid on one local plane; a centre line counts as the area of its corridor. Which of them is right, and how
far is too far, is kept out.
"""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.position import LocalPlane, geodesic_m
from geo.site import Site

#: Edges are given points between, a tenth of themselves apart, so that the distance is not that of corners alone.
BETWEEN = 0.1


@dataclass(frozen=True, slots=True)
class Apart:
    """Two sites compared, in metres and square metres.

    ``outline_m`` is the Hausdorff distance of the outlines: no place of either outline lies farther than this from
    the other. ``first_m2`` and ``second_m2`` are the areas, and ``shared_m2`` what lies in both.
    """

    centre_m: float
    outline_m: float
    first_m2: float
    second_m2: float
    shared_m2: float

    @property
    def most_m(self) -> float:
        """The larger of the two distances, by which agreement is judged."""
        return max(self.centre_m, self.outline_m)

    @property
    def area_difference_m2(self) -> float:
        """The second area less the first."""
        return self.second_m2 - self.first_m2


def apart(first: Site, second: Site) -> Apart:
    """Compare two sites. On the plane around the first; distances beyond its reach are the ellipsoid's."""
    plane = LocalPlane(*first.centre)
    one, two = area_on(plane, first), area_on(plane, second)
    centre = geodesic_m(*first.centre, *second.centre)
    return Apart(
        centre_m=centre,
        outline_m=shapely.hausdorff_distance(one.boundary, two.boundary, densify=BETWEEN),
        first_m2=one.area,
        second_m2=two.area,
        shared_m2=one.intersection(two).area,
    )


def area_on(plane: LocalPlane, site: Site) -> BaseGeometry:
    """A site as an area on a plane; a centre line widened to its corridor."""
    shape = plane.project(site.geometry)
    return shape.buffer(site.width_m / 2) if site.width_m else shape
