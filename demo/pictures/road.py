"""A farm-to-market road: a muddy track that becomes a concrete pavement."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Queue, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL, MUD
from demo.pictures.view import View

_REACH_M = 420.0
_LANE_M = 3.0
_PAINT = (240, 236, 222)

_Line = Callable[[float], float]


def picture(view: View, stage: str) -> Image.Image:
    """One station of the road at ``stage``."""
    land = view.land
    eye = Camera(x_m=view.side * land.uniform(0.8, 1.6), height_m=land.uniform(2.5, 3.3), yaw=land.uniform(-0.05, 0.05))
    canvas = view.open_air(eye)
    scenery.paddies(canvas, land)
    scenery.woods(canvas, land, 190, gap=(-14, 14))
    bend = land.choice((-1, 1)) * land.uniform(0.0006, 0.0016)
    queue = Queue(canvas, view.works)

    def centre(z: float) -> float:
        return bend * max(0.0, z - 8) ** 2 / (1 + z / 170)

    _verge(canvas, view, centre)
    view.plant(queue, [(centre(z) + side * land.uniform(8, 14), z) for z, side in _tree_places(view)])
    _STAGES[stage](canvas, view, centre, queue)
    queue.place(figures.board, (centre(14) - view.side * 5.0, 0.0, 14.0), ("STA.", view.station))
    queue.run()
    return canvas.finished()


def _tree_places(view: View) -> list[tuple[float, float]]:
    return [(view.land.uniform(18, 130), view.land.choice((-1.0, 1.0))) for _ in range(9)]


def _band(centre: _Line, left: float, right: float) -> Callable[[float], tuple[float, float]]:
    return lambda z: (centre(z) + left, centre(z) + right)


def _verge(canvas: Canvas, view: View, centre: _Line) -> None:
    """Grassy banks on both sides."""
    solids.strip(canvas, _band(centre, -6.6, 6.6), 1, _REACH_M, (138, 152, 90))
    for side in (-1, 1):
        inner, outer = sorted((side * 3.8, side * 6.8))
        scenery.grass(canvas, view.land, (inner, outer, 4, 26), tufts=170)


def _before(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """A rutted earth track with puddles."""
    _track(canvas, view, centre)
    queue.place(figures.villager, (centre(24) - 1.2, 0.0, 24.0))
    queue.place(figures.villager, (centre(25) - 0.4, 0.0, 25.0))


def _track(canvas: Canvas, view: View, centre: _Line) -> None:
    solids.strip(canvas, _band(centre, -2.7, 2.7), 1, _REACH_M, EARTH)
    solids.strip(canvas, _band(centre, -2.1, 2.1), 1, _REACH_M, shade(EARTH, 1.08))
    for rut in (-1.15, 1.0):
        solids.strip(canvas, _band(centre, rut - 0.34, rut + 0.34), 1, 200, MUD)
        solids.strip(canvas, _band(centre, rut - 0.16, rut + 0.14), 1, 90, shade(MUD, 0.86))
    land = view.land
    scenery.grass(canvas, land, (-0.35, 0.3, 4, 40), tufts=110)
    for k in range(8):
        z = 52 * 0.72**k + land.uniform(0, 1.5)
        place = (centre(z) + (-1.15, 1.0)[(k + view.number) % 2] + land.uniform(-0.2, 0.2), 0.0, z)
        scenery.puddle(canvas, land, place, land.uniform(0.35, 0.7))
    for _ in range(140):
        z = 4 + 40 * land.random() ** 2
        stone = canvas.stand((centre(z) + land.uniform(-2.6, 2.6), 0, z))
        stone.disc(0, 0.02, land.uniform(0.03, 0.08), 0.03, shade(EARTH, land.choice((0.78, 1.18))))


def _mobilisation(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """The same track staked out, with the first materials and a survey party."""
    _track(canvas, view, centre)
    for z in (6.0 + 5 * k for k in range(12)):
        for edge in (-3.5, 3.5):
            queue.place(figures.stake, (centre(z) + edge, 0.0, z))
            near, far = (centre(z) + edge, 0.55, z), (centre(z + 5) + edge, 0.55, z + 5)
            canvas.beam(near, far, 0.015, (236, 232, 214))
    side = view.side
    queue.place(figures.heap, (centre(19) + side * 5.4, 0.0, 19.0), 4.2, GRAVEL)
    queue.place(figures.heap, (centre(27) + side * 5.6, 0.0, 27.0), 4.6, (196, 174, 134))
    queue.place(figures.truck, (centre(36) - side * 0.3, 0.0, 36.0), mirrored=side > 0, load=GRAVEL)
    queue.place(figures.tripod, (centre(10) + side * 0.9, 0.0, 10.0))
    queue.place(figures.worker, (centre(10.4) + side * 1.5, 0.0, 10.4))
    queue.place(figures.worker, (centre(22) - side * 1.5, 0.0, 22.0), "point")


def _during(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """One lane poured between forms, the other a compacted base under the roller."""
    side = view.side
    solids.strip(canvas, _band(centre, -4.4, 4.4), 1, _REACH_M, shade(GRAVEL, 0.92))
    solids.strip(canvas, _band(centre, -3.6, 3.6), 1, _REACH_M, GRAVEL)
    _gravel(canvas, view, centre, 260)
    far_lane = _lane(centre, side)
    solids.strip(canvas, far_lane, 26, _REACH_M, CONCRETE)
    solids.strip(canvas, far_lane, 19, 26, shade(CONCRETE, 0.82))
    _bars_and_forms(canvas, far_lane)
    queue.place(figures.roller, (centre(17) - side * 1.9, 0.0, 17.0), mirrored=side < 0)
    queue.place(figures.truck, (centre(44) - side * 1.8, 0.0, 44.0), mirrored=side > 0, load=GRAVEL)
    queue.place(figures.mixer, (centre(21) + side * 4.4, 0.0, 21.0))
    for z, across, pose in ((19.4, 1.0, "shovel"), (20.6, 2.3, "shovel"), (14.0, 0.6, "kneel"), (12.4, -3.4, "point")):
        queue.place(figures.worker, (centre(z) + side * across, 0.0, z), pose)
    for z in (8.0, 13.0, 18.0, 23.0):
        queue.place(figures.cone, (centre(z) - side * 3.7, 0.0, z))
    queue.place(figures.heap, (centre(26) - side * 5.8, 0.0, 26.0), 3.6, (196, 174, 134))


def _bars_and_forms(canvas: Canvas, lane: Callable[[float], tuple[float, float]]) -> None:
    """The net of bars that waits for concrete, and the forms along both edges."""
    for row in range(6, 19, 2):
        inner, outer = lane(row)
        canvas.beam((inner, 0.06, row), (outer, 0.06, row), 0.03, solids.REBAR)
    for k in range(7):
        canvas.beam((_at(lane, 5, k / 6), 0.06, 5), (_at(lane, 19, k / 6), 0.06, 19), 0.03, solids.REBAR)
    for z in range(4, 40, 3):
        for edge in (0, 1):
            here, there = lane(z)[edge], lane(z + 3)[edge]
            canvas.face([(here, 0, z), (there, 0, z + 3), (there, 0.24, z + 3), (here, 0.24, z)], solids.FORMWORK)


def _lane(centre: _Line, side: float) -> Callable[[float], tuple[float, float]]:
    return _band(centre, *sorted((0.0, side * _LANE_M)))


def _at(edge: Callable[[float], tuple[float, float]], z: float, share: float) -> float:
    left, right = edge(z)
    return left + (right - left) * share


def _gravel(canvas: Canvas, view: View, centre: _Line, stones: int) -> None:
    for _ in range(stones):
        z = 4 + 34 * view.works.random() ** 2
        stand = canvas.stand((centre(z) + view.works.uniform(-4.2, 4.2), 0, z))
        stand.disc(0, 0.01, view.works.uniform(0.03, 0.07), 0.025, shade(GRAVEL, view.works.choice((0.74, 0.86, 1.2))))


def _completion(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """A jointed concrete pavement with its markings, shoulders and a lined ditch."""
    solids.strip(canvas, _band(centre, -4.6, 4.6), 1, _REACH_M, shade(GRAVEL, 0.96))
    _gravel(canvas, view, centre, 120)
    side = view.side
    ditch = sorted((side * 4.8, side * 5.5))
    solids.strip(canvas, _band(centre, *ditch), 1, 160, (112, 112, 106))
    for edge in ditch:
        solids.strip(canvas, _band(centre, edge - 0.09, edge + 0.09), 1, 160, CONCRETE)
    solids.strip(canvas, _band(centre, -_LANE_M, _LANE_M), 1, _REACH_M, CONCRETE)
    for k in range(1, 44):
        z = 4.5 * k
        canvas.beam((centre(z) - _LANE_M, 0, z), (centre(z) + _LANE_M, 0, z), 0.045, shade(CONCRETE, 0.72))
        canvas.face(_slab(centre, z), shade(CONCRETE, view.works.uniform(0.95, 1.1)), light=1.0, alpha=70)
    solids.strip(canvas, _band(centre, -0.015, 0.015), 1, 120, shade(CONCRETE, 0.7))
    for edge in (-2.78, 2.78):
        solids.strip(canvas, _band(centre, edge - 0.06, edge + 0.06), 1, 260, _PAINT)
    for k in range(24):
        solids.strip(canvas, _band(centre, -0.075, 0.075), 3 + 9 * k, 6 + 9 * k, (226, 184, 74))
    queue.place(figures.tricycle, (centre(30) + side * -1.5, 0.0, 30.0))
    queue.place(figures.villager, (centre(20) + side * 3.7, 0.0, 20.0))
    queue.place(figures.villager, (centre(20.6) + side * 4.2, 0.0, 20.6))


def _slab(centre: _Line, z: float) -> list[tuple[float, float, float]]:
    return [
        (centre(z) - _LANE_M, 0, z),
        (centre(z) + _LANE_M, 0, z),
        (centre(z + 4.5) + _LANE_M, 0, z + 4.5),
        (centre(z + 4.5) - _LANE_M, 0, z + 4.5),
    ]


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
