"""A site drawn to scale: its outline, tolerance, stations and the photos taken there, north up.

Geometry becomes numbers for an inline SVG: pixels, y downward, on a canvas ``WIDTH`` wide. What
the colours mean and how the SVG is written is the templates' work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.corridor import format_station
from geo.position import LocalPlane
from geo.site import Site

WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 720, 260, 620
MARGIN = 44
#: A canvas shows at least this much ground, so that a well is not drawn as large as a dam.
LEAST_EXTENT_M = 60.0
MOST_STATIONS = 8
SMALLEST_CIRCLE = 3.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A photo's position to be drawn: degrees, and the radius of its 68 % circle where it is known."""

    latitude: float
    longitude: float
    label: str
    kind: str = "verified"
    r68_m: float | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot on the canvas, or on its edge: then ``away_m`` says how many metres outside the site it lies."""

    x: float
    y: float
    radius: float
    label: str
    kind: str
    link: str | None
    away_m: float | None


@dataclass(frozen=True, slots=True)
class StationMark:
    """A station on the centre line, with its text (``0+250``) and where that stands beside the line."""

    x: float
    y: float
    text: str
    text_x: float
    text_y: float
    anchor: str
    is_end: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the SVG needs, in pixels; the paths are SVG path data."""

    width: int
    height: int
    outline: str
    tolerated: str
    centre_line: str
    stations: tuple[StationMark, ...]
    marks: tuple[Mark, ...]
    scale_px: float
    scale_text: str


def draw(
    site: Site, spots: Sequence[Spot] = (), *, tolerance_m: float = 0.0, around_spots_m: float | None = None
) -> Picture:
    """Draw a site with its photos.

    ``around_spots_m`` None shows the whole site, with spots far off set on the edge so that the
    site stays legible; a length shows the spots, the part of the site nearest to them, and so much around.
    """
    plane = LocalPlane(*site.centre)
    shape = plane.project(site.geometry)
    outline = shape.buffer(site.width_m / 2) if site.width_m else shape
    tolerated = outline.buffer(tolerance_m) if tolerance_m else outline
    close = around_spots_m is not None and spots
    canvas = _Canvas.around(_near(outline, spots, plane).buffer(around_spots_m or 0.0) if close else tolerated)
    length_m, text = _scale_bar(canvas.px_per_m)
    return Picture(
        width=WIDTH,
        height=canvas.height,
        outline=canvas.path(outline),
        tolerated=canvas.path(tolerated) if tolerance_m else "",
        centre_line=canvas.path(shape) if site.kind == "corridor" else "",
        stations=tuple(_stations(site, plane, canvas)),
        marks=tuple(_mark(spot, site, plane, canvas) for spot in spots),
        scale_px=round(length_m * canvas.px_per_m, 1),
        scale_text=text,
    )


def _near(outline: BaseGeometry, spots: Sequence[Spot], plane: LocalPlane) -> BaseGeometry:
    """The spots and, for each, the nearest place of the site."""
    points = shapely.points([plane.to_plane(spot.latitude, spot.longitude) for spot in spots])
    return shapely.union_all([*points, *(shapely.shortest_line(outline, point) for point in points)])


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Metres on the plane to pixels: the middle of the ground shown, and the scale."""

    east_m: float
    north_m: float
    px_per_m: float
    height: int

    @classmethod
    def around(cls, shape: BaseGeometry) -> _Canvas:
        west, south, east, north = shape.bounds
        wide, high = max(east - west, LEAST_EXTENT_M), max(north - south, LEAST_EXTENT_M)
        height = round(min(max(WIDTH * high / wide, LEAST_HEIGHT), MOST_HEIGHT))
        scale = min((WIDTH - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high)
        return cls((west + east) / 2, (south + north) / 2, scale, height)

    def place(self, east_m: float, north_m: float) -> tuple[float, float]:
        x = WIDTH / 2 + (east_m - self.east_m) * self.px_per_m
        y = self.height / 2 - (north_m - self.north_m) * self.px_per_m
        return round(x, 1), round(y, 1)

    def path(self, shape: BaseGeometry) -> str:
        """SVG path data of an area or a line, thinned to what half a pixel can show."""
        # What lies outside is cut well beyond the edge, so that no cut shows.
        wide, high = WIDTH / self.px_per_m, self.height / self.px_per_m
        shown = shape.intersection(
            shapely.box(self.east_m - wide, self.north_m - high, self.east_m + wide, self.north_m + high)
        )
        thin = shown.simplify(0.5 / self.px_per_m)
        parts = shapely.get_parts(thin)
        lines = shapely.get_rings(parts) if thin.geom_type.endswith("Polygon") else parts
        closing = "Z" if thin.geom_type.endswith("Polygon") else ""
        return "".join(self._line(shapely.get_coordinates(line)) + closing for line in lines)

    def _line(self, coordinates: Iterable[tuple[float, float]]) -> str:
        return "M" + "L".join("{:g},{:g}".format(*self.place(float(east), float(north))) for east, north in coordinates)


def _mark(spot: Spot, site: Site, plane: LocalPlane, canvas: _Canvas) -> Mark:
    east_m, north_m = plane.to_plane(spot.latitude, spot.longitude)
    x, y = canvas.place(east_m, north_m)
    edge_x, edge_y = min(max(x, 10), WIDTH - 10), min(max(y, 10), canvas.height - 10)
    beyond = (x, y) != (edge_x, edge_y)
    # A circle larger than the canvas would say nothing but "somewhere here".
    radius = min((spot.r68_m or 0.0) * canvas.px_per_m, WIDTH / 2)
    return Mark(
        x=edge_x,
        y=edge_y,
        radius=round(radius, 1) if radius >= SMALLEST_CIRCLE and not beyond else 0.0,
        label=spot.label,
        kind=spot.kind,
        link=spot.link,
        away_m=site.signed_distance_m(spot.latitude, spot.longitude) if beyond else None,
    )


def _stations(site: Site, plane: LocalPlane, canvas: _Canvas) -> Iterable[StationMark]:
    """The ends of the line and round chainages between, few enough to be read."""
    if site.length_m is None:
        return
    first, last = site.chainage_start_m, site.chainage_start_m + site.length_m
    shown_m = min(site.length_m, math.hypot(WIDTH, canvas.height) / canvas.px_per_m)
    step = _round_length(shown_m / MOST_STATIONS)
    between = [n * step for n in range(math.ceil(first / step), math.floor(last / step) + 1)]
    inner = [chainage for chainage in between if min(chainage - first, last - chainage) > step / 2]
    for chainage in [first, *inner, last]:
        found = site.point_at(chainage)
        x, y = canvas.place(*plane.to_plane(*found)) if found else (-1.0, -1.0)
        if 0 <= x <= WIDTH and 0 <= y <= canvas.height:
            yield _station(site, chainage, x, y, is_end=chainage in (first, last))


def _station(site: Site, chainage_m: float, x: float, y: float, *, is_end: bool) -> StationMark:
    """The text stands left of a line that runs north, above one that runs east."""
    south, west, north, east = site.bounds
    upright = (north - south) > ((east - west) % 360) * math.cos(math.radians(south))
    text = format_station(chainage_m)
    return StationMark(x, y, text, *((x - 16, y + 5, "end") if upright else (x, y - 14, "middle")), is_end)


def _scale_bar(px_per_m: float) -> tuple[float, str]:
    """A round length about a sixth of the canvas wide, and its text."""
    length = _round_length(WIDTH / 6 / px_per_m)
    return length, f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"


def _round_length(metres: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten that is not smaller."""
    power = 10.0 ** math.floor(math.log10(max(metres, 1e-3)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= metres * 0.999)
