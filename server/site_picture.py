"""A site drawn to scale: its outline, tolerance, stations and the photos taken there, north up.

Geometry becomes numbers for an inline SVG: pixels, y downward, on a canvas ``WIDTH`` wide. What
the colours mean and how the SVG is written is the templates' work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.corridor import format_station
from geo.position import LocalPlane, compass_words
from geo.site import Site
from server.texts import N_, _

#: As wide as it is shown beside a text, so that its letters are legible on a phone without growing.
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 520, 220, 480
MARGIN = 48
#: Below the ground shown lies a strip for the scale and the arrow to the north, which nothing else enters.
STRIP = 36
#: A canvas shows at least this much ground, so that a well is not drawn as large as a dam.
LEAST_EXTENT_M = 60.0
MOST_STATIONS = 8
SMALLEST_CIRCLE = 3.0
#: A mark with a label, and how far from its station the text of a chainage stands, in pixels.
MARK_RADIUS = 13
TEXT_AWAY = 15
#: So many rings around a place are tried for a free one; 36 marks at one place can be told apart.
MOST_RINGS = 3
#: The direction of a line at a station is taken over this many metres to either side.
STEP_M = 5.0
#: The room that the text of a station takes beside it, with the larger letters of a phone.
TEXT_WIDE = 76
#: A heading is drawn as a wedge as long as this in pixels, as wide as what a phone's camera sees, in degrees.
WEDGE_LENGTH, WEDGE_DEG = 46, 60.0
#: The eight directions in which a camera looks, from the north clockwise.
DIRECTIONS = (
    N_("north"),
    N_("north-east"),
    N_("east"),
    N_("south-east"),
    N_("south"),
    N_("south-west"),
    N_("west"),
    N_("north-west"),
)
#: A text whose side of the line is nearer to the left or right than this stands beside it, else above.
UPRIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Spot:
    """A photo's position to be drawn: degrees, and the radius of its 68 % circle where it is known.

    ``heading_deg`` is where the camera looked, clockwise from the north, None where nobody said.
    """

    latitude: float
    longitude: float
    label: str
    kind: str = "verified"
    r68_m: float | None = None
    link: str | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot on the canvas, or on its edge: then ``away_m`` says how many metres outside the site it lies.

    ``x`` and ``y`` are where it lies; its label stands at ``label_x`` and ``label_y``, beside it where
    several lie too close together to be read. ``wedge`` is the path of what the camera looked at,
    empty where no heading is known or the place is off the canvas.
    """

    x: float
    y: float
    label_x: float
    label_y: float
    radius: float
    label: str
    kind: str
    link: str | None
    away_m: float | None
    heading_deg: float | None = None
    wedge: str = ""

    @property
    def direction(self) -> str:
        """Where the camera looked, in words; empty where no heading is known."""
        return "" if self.heading_deg is None else direction(self.heading_deg)

    @property
    def moved(self) -> bool:
        """Whether the label stands beside the place, so that a line has to join the two."""
        return (self.x, self.y) != (self.label_x, self.label_y)


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
    """Everything that the SVG needs, in pixels; the paths are SVG path data.

    ``height`` is that of the ground, below which the strip lies: the SVG is ``full_height`` high.
    """

    width: int
    height: int
    full_height: int
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
        full_height=canvas.height + STRIP,
        outline=canvas.path(outline),
        tolerated=canvas.path(tolerated) if tolerance_m else "",
        centre_line=canvas.path(shape) if site.kind == "corridor" else "",
        stations=tuple(_stations(site, plane, canvas)),
        marks=tuple(_apart([_mark(spot, site, plane, canvas) for spot in spots], canvas)),
        scale_px=round(length_m * canvas.px_per_m, 1),
        scale_text=text,
    )


def direction(heading_deg: float) -> str:
    """A heading as the nearest of the eight directions, in the reader's language."""
    return _(compass_words(heading_deg))


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

    def held(self, x: float, y: float) -> tuple[float, float]:
        """The nearest place at which a mark is wholly on the canvas."""
        inside = MARK_RADIUS + 1
        return min(max(x, inside), WIDTH - inside), min(max(y, inside), self.height - inside)

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
    edge_x, edge_y = canvas.held(x, y)
    beyond = (x, y) != (edge_x, edge_y)
    # A circle larger than the canvas would say nothing but "somewhere here".
    radius = min((spot.r68_m or 0.0) * canvas.px_per_m, WIDTH / 2)
    return Mark(
        x=edge_x,
        y=edge_y,
        label_x=edge_x,
        label_y=edge_y,
        radius=round(radius, 1) if radius >= SMALLEST_CIRCLE and not beyond else 0.0,
        label=spot.label,
        kind=spot.kind,
        link=spot.link,
        away_m=site.signed_distance_m(spot.latitude, spot.longitude) if beyond else None,
        heading_deg=spot.heading_deg,
        wedge="" if beyond or spot.heading_deg is None else _wedge(x, y, spot.heading_deg),
    )


def _wedge(x: float, y: float, heading_deg: float) -> str:
    """The path of a wedge from a place towards a heading, its far side an arc."""
    left, right = (_towards(x, y, heading_deg + turn) for turn in (-WEDGE_DEG / 2, WEDGE_DEG / 2))
    return f"M{x:g},{y:g}L{left}A{WEDGE_LENGTH},{WEDGE_LENGTH} 0 0 1 {right}Z"


def _towards(x: float, y: float, heading_deg: float) -> str:
    """The end of the wedge in one direction; y goes down, as in every SVG."""
    turned = math.radians(heading_deg)
    return f"{x + WEDGE_LENGTH * math.sin(turned):.1f},{y - WEDGE_LENGTH * math.cos(turned):.1f}"


def _apart(marks: Sequence[Mark], canvas: _Canvas) -> list[Mark]:
    """The same marks, the labels of those too close to an earlier one set beside it."""
    placed: list[Mark] = []
    for mark in marks:
        free = (at for at in _around(mark, canvas) if all(_legible(at, other) for other in placed))
        label_x, label_y = next(free, (mark.x, mark.y))
        placed.append(replace(mark, label_x=label_x, label_y=label_y))
    return placed


def _around(mark: Mark, canvas: _Canvas) -> Iterable[tuple[float, float]]:
    """The mark's own place, then places on ever wider rings around it, each wholly on the canvas."""
    yield mark.x, mark.y
    for ring in range(1, MOST_RINGS + 1):
        for step in range(6 * ring):
            angle = 2 * math.pi * step / (6 * ring)
            away = 2.2 * MARK_RADIUS * ring
            x, y = canvas.held(mark.x + away * math.cos(angle), mark.y + away * math.sin(angle))
            yield round(x, 1), round(y, 1)


def _legible(at: tuple[float, float], other: Mark) -> bool:
    """Whether a label there would cover neither the label nor the place of another mark."""
    to_label = math.dist(at, (other.label_x, other.label_y))
    to_place = math.dist(at, (other.x, other.y)) if other.moved else to_label
    return to_label >= 2 * MARK_RADIUS and to_place >= MARK_RADIUS


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
            yield _station(site, plane, chainage, x, y, is_end=chainage in (first, last))


def _station(site: Site, plane: LocalPlane, chainage_m: float, x: float, y: float, *, is_end: bool) -> StationMark:
    """The text stands square to the line, on its upper or left side where there is room, else on the other."""
    across, down = _across(site, plane, chainage_m)
    if across < -UPRIGHT and x < TEXT_WIDE:
        across, down = -across, -down
    anchor = "end" if across < -UPRIGHT else "start" if across > UPRIGHT else "middle"
    return StationMark(
        x=x,
        y=y,
        text=format_station(chainage_m),
        text_x=round(x + TEXT_AWAY * across, 1),
        text_y=round(y + TEXT_AWAY * down + 5, 1),
        anchor=anchor,
        is_end=is_end,
    )


def _across(site: Site, plane: LocalPlane, chainage_m: float) -> tuple[float, float]:
    """The direction (x, y downward) square to the line at a station, upward or else to the left; length 1."""
    first = site.chainage_start_m
    around = (max(chainage_m - STEP_M, first), min(chainage_m + STEP_M, first + (site.length_m or 0.0)))
    (east, north), (east_on, north_on) = (plane.to_plane(*place) for m in around if (place := site.point_at(m)))
    x, y = north_on - north, east_on - east
    length = math.hypot(x, y) or 1.0
    side = -1 if (y, x) > (0, 0) else 1
    return side * x / length, side * y / length


def _scale_bar(px_per_m: float) -> tuple[float, str]:
    """A round length about a sixth of the canvas wide, and its text."""
    length = _round_length(WIDTH / 6 / px_per_m)
    return length, f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"


def _round_length(metres: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten that is not smaller."""
    power = 10.0 ** math.floor(math.log10(max(metres, 1e-3)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= metres * 0.999)


@dataclass(frozen=True, slots=True)
class Outline:
    """One of several shapes drawn together: its outline and, of a corridor, its centre line, as SVG path data."""

    name: str
    outline: str
    centre_line: str


@dataclass(frozen=True, slots=True)
class Together:
    """Several statements of one site on one canvas, north up, with its scale."""

    width: int
    height: int
    full_height: int
    outlines: tuple[Outline, ...]
    scale_px: float
    scale_text: str


def together(sites: Sequence[tuple[str, Site]]) -> Together | None:
    """Draw several sites, each under its name, on the ground that holds them all; None where there is none."""
    if not sites:
        return None
    plane = LocalPlane(*sites[0][1].centre)
    lines = [(name, site, plane.project(site.geometry)) for name, site in sites]
    shapes = [line.buffer(site.width_m / 2) if site.width_m else line for _name, site, line in lines]
    canvas = _Canvas.around(shapely.union_all(shapes))
    length_m, text = _scale_bar(canvas.px_per_m)
    outlines = tuple(
        Outline(name, canvas.path(shape), canvas.path(line) if site.width_m else "")
        for (name, site, line), shape in zip(lines, shapes, strict=True)
    )
    full_height = canvas.height + STRIP
    return Together(WIDTH, canvas.height, full_height, outlines, round(length_m * canvas.px_per_m, 1), text)
