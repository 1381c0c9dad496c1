"""An irrigation canal: a weedy ditch that becomes a concrete-lined channel with a service road."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Colour, Queue, mix, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL, MUD
from demo.pictures.view import View

_REACH_M = 360.0
_TOP_M = 2.7
_BED_M = 1.1
_DEEP_M = 1.5

_Line = Callable[[float], float]


def picture(view: View, stage: str) -> Image.Image:
    """One station of the canal at ``stage``."""
    land = view.land
    eye = Camera(x_m=view.side * land.uniform(0.5, 1.3), height_m=land.uniform(3.3, 3.9), yaw=land.uniform(-0.04, 0.04))
    canvas = view.open_air(eye)
    scenery.paddies(canvas, land)
    scenery.woods(canvas, land, 170, gap=(-10, 10))
    bend = land.choice((-1, 1)) * land.uniform(0.0004, 0.0012)
    queue = Queue(canvas, view.works)

    def centre(z: float) -> float:
        return bend * max(0.0, z - 10) ** 2 / (1 + z / 170)

    side = view.side
    view.plant(queue, [(centre(z) + side * land.uniform(9, 16), z) for z in (24, 37, 58, 80, 120)])
    _STAGES[stage](canvas, view, centre, queue)
    queue.place(figures.board, (centre(14) - side * 4.6, 0.0, 14.0), ("STA.", view.station))
    queue.run()
    return canvas.finished()


def _band(centre: _Line, left: float, right: float) -> Callable[[float], tuple[float, float]]:
    return lambda z: (centre(z) + left, centre(z) + right)


def _berms(canvas: Canvas, view: View, centre: _Line, colour: Colour, *, weeds: int) -> None:
    """Banks on both sides; the wider one carries the service road."""
    solids.strip(canvas, _band(centre, -7, 7), 1, _REACH_M, (136, 150, 88))
    road = sorted((-view.side * 3.2, -view.side * 6.0))
    solids.strip(canvas, _band(centre, *road), 1, _REACH_M, colour)
    for side in (-1, 1):
        inner, outer = sorted((side * 2.8, side * 6.6))
        scenery.grass(canvas, view.land, (inner, outer, 4, 30), tufts=weeds)


def _trench(canvas: Canvas, centre: _Line, slope: Colour, bed: Colour, reach: solids.Span) -> None:
    """The cut over a reach of z: two slopes and the bed between them."""
    z0, z1 = reach
    solids.strip(canvas, _band(centre, -_BED_M, _BED_M), z0, z1, bed, y0=-_DEEP_M)
    solids.strip(canvas, _band(centre, -_TOP_M, -_BED_M), z0, z1, slope, y0=0.0, y1=-_DEEP_M)
    solids.strip(canvas, _band(centre, _BED_M, _TOP_M), z0, z1, slope, y0=-_DEEP_M, y1=0.0)


def _water(canvas: Canvas, centre: _Line, level_m: float, murk: float) -> None:
    """Water up to ``level_m`` (below 0), mirroring the sky; ``murk`` 0 to 1 muddies it."""
    half = _BED_M + (_TOP_M - _BED_M) * (1 + level_m / _DEEP_M)
    mirror = mix(mix(canvas.light.horizon, canvas.light.zenith, 0.45), (118, 122, 88), murk)
    solids.strip(canvas, _band(centre, -half, half), 1, _REACH_M, mirror, y0=level_m)
    solids.strip(canvas, _band(centre, -half, -half * 0.62), 1, _REACH_M, shade(mirror, 0.86), y0=level_m)
    solids.strip(canvas, _band(centre, half * 0.72, half), 1, _REACH_M, shade(mirror, 0.9), y0=level_m)
    for k in range(16):
        z = 5.0 * 1.22**k
        reach = half * (0.2 + 0.35 * ((k * 7) % 5) / 5)
        shift = half * 0.4 * (((k * 3) % 7) / 3.5 - 1)
        canvas.beam(
            (centre(z) + shift - reach, level_m, z), (centre(z) + shift + reach, level_m, z), 0.05, (244, 246, 240), 120
        )


def _before(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """A silted earth ditch, half choked with weeds."""
    _berms(canvas, view, centre, shade(EARTH, 1.05), weeds=260)
    _trench(canvas, centre, MUD, shade(MUD, 0.8), (1, _REACH_M))
    _water(canvas, centre, -0.95, 0.75)
    land = view.land
    for _ in range(46):
        z = 5 + 70 * land.random() ** 1.6
        side = land.choice((-1, 1))
        x = centre(z) + side * land.uniform(1.2, 2.5)
        _weed(canvas, view, x, z)
    queue.place(figures.villager, (centre(26) - view.side * 4.4, 0.0, 26.0))


def _weed(canvas: Canvas, view: View, x: float, z: float) -> None:
    land = view.land
    base = -0.9 if land.random() < 0.5 else -0.4
    for _ in range(9):
        lean, tall = land.uniform(-0.5, 0.5), land.uniform(0.5, 1.2)
        colour = shade(land.choice(((104, 132, 66), (126, 146, 74), (150, 152, 84))), land.uniform(0.8, 1.05))
        canvas.beam((x + lean * 0.2, base, z), (x + lean, base + tall, z), 0.04, colour)


def _mobilisation(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """Banks cleared and staked; the excavator stands ready."""
    _berms(canvas, view, centre, EARTH, weeds=70)
    _trench(canvas, centre, MUD, shade(MUD, 0.8), (1, _REACH_M))
    _water(canvas, centre, -1.15, 0.8)
    side = view.side
    for k in range(12):
        z = 6.0 + 5 * k
        for edge in (-3.0, 3.0):
            queue.place(figures.stake, (centre(z) + edge, 0.0, z))
            canvas.beam((centre(z) + edge, 0.55, z), (centre(z + 5) + edge, 0.55, z + 5), 0.015, (236, 232, 214))
    queue.place(figures.excavator, (centre(24) - side * 5.2, 0.0, 24.0), mirrored=side < 0)
    queue.place(figures.heap, (centre(30) + side * 5.4, 0.0, 30.0), 4.2, (196, 174, 134))
    queue.place(figures.heap, (centre(22) + side * 5.6, 0.0, 22.0), 3.8, GRAVEL)
    queue.place(figures.tripod, (centre(11) + side * 3.9, 0.0, 11.0))
    queue.place(figures.worker, (centre(11.4) + side * 4.5, 0.0, 11.4))
    queue.place(figures.worker, (centre(18) - side * 3.6, 0.0, 18.0), "point")


def _during(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """The cut is shaped: bars nearby, forms farther on, lining where it is already poured."""
    _berms(canvas, view, centre, shade(EARTH, 0.96), weeds=50)
    _trench(canvas, centre, shade(EARTH, 0.94), shade(EARTH, 0.84), (1, _REACH_M))
    _trench(canvas, centre, CONCRETE, shade(CONCRETE, 0.92), (25, _REACH_M))
    _trench(canvas, centre, shade(CONCRETE, 0.84), shade(CONCRETE, 0.76), (19.5, 25))
    for z in (5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0):
        c, d = centre(z), centre(z + 2)
        for edge in (-1, 1):
            low, high = edge * _BED_M, edge * _TOP_M
            solids.mesh(
                canvas,
                ((c + low, -_DEEP_M, z), (c + high, 0, z), (d + high, 0, z + 2), (d + low, -_DEEP_M, z + 2)),
                4,
                4,
            )
        solids.mesh(
            canvas,
            (
                (c - _BED_M, -_DEEP_M, z),
                (c + _BED_M, -_DEEP_M, z),
                (d + _BED_M, -_DEEP_M, z + 2),
                (d - _BED_M, -_DEEP_M, z + 2),
            ),
            5,
            4,
        )
    _ribs(canvas, centre, 19.5)
    side = view.side
    queue.place(figures.excavator, (centre(33) - side * 5.2, 0.0, 33.0), mirrored=side < 0, reach=0.9, dip=0.8)
    queue.place(figures.mixer, (centre(17) + side * 4.4, 0.0, 17.0))
    queue.place(figures.heap, (centre(20) + side * 6.2, 0.0, 20.0), 3.4, (196, 174, 134))
    for z, across, deep, pose in (
        (13.5, 0.3, _DEEP_M, "kneel"),
        (18.4, -0.4, _DEEP_M, "shovel"),
        (20.5, 0.5, _DEEP_M, "shovel"),
    ):
        queue.place(figures.worker, (centre(z) + across, -deep, z), pose)
    queue.place(figures.worker, (centre(15) + side * 3.4, 0.0, 15.0), "point")
    queue.place(figures.worker, (centre(18.5) + side * 5.2, 0.0, 18.5), "shovel")


def _ribs(canvas: Canvas, centre: _Line, z: float) -> None:
    """The form at the end of the poured lining."""
    for edge in (-1, 1):
        low, high = centre(z) + edge * _BED_M, centre(z) + edge * _TOP_M
        canvas.face([(low, -_DEEP_M, z), (high, 0, z), (high, 0.25, z), (low, -_DEEP_M + 0.25, z)], solids.FORMWORK)
    canvas.face(
        [
            (centre(z) + x, y, z)
            for x, y in ((-_BED_M, -_DEEP_M), (_BED_M, -_DEEP_M), (_BED_M, 0.25 - _DEEP_M), (-_BED_M, 0.25 - _DEEP_M))
        ],
        shade(solids.FORMWORK, 0.9),
    )


def _completion(canvas: Canvas, view: View, centre: _Line, queue: Queue) -> None:
    """Lined, flowing, with a steel gate and a gravelled service road."""
    _berms(canvas, view, centre, shade(GRAVEL, 1.02), weeds=120)
    _trench(canvas, centre, CONCRETE, shade(CONCRETE, 0.9), (1, _REACH_M))
    for k in range(40):
        z = 3.0 + 3.0 * k
        for edge in (-1, 1):
            foot, top = (centre(z) + edge * _BED_M, -_DEEP_M, z), (centre(z) + edge * _TOP_M, 0.0, z)
            canvas.beam(foot, top, 0.035, shade(CONCRETE, 0.74))
    _water(canvas, centre, -0.62, 0.12)
    for edge in (-1, 1):
        lip = sorted((edge * _TOP_M, edge * (_TOP_M + 0.34)))
        solids.strip(canvas, _band(centre, *lip), 1, _REACH_M, shade(CONCRETE, 1.25))
    queue.add((centre(26), 0, 26), lambda: _gate(canvas, centre(26), 26.0))
    side = view.side
    queue.place(figures.villager, (centre(19) - side * 4.3, 0.0, 19.0))
    queue.place(figures.villager, (centre(19.6) - side * 4.9, 0.0, 19.6))
    queue.place(figures.tricycle, (centre(48) - side * 4.6, 0.0, 48.0))


def _gate(canvas: Canvas, x: float, z: float) -> None:
    """A sliding gate between concrete cheeks, with its hand wheel above."""
    for edge in (-1, 1):
        solids.box(canvas, (x + edge * 2.4 - 0.3, -_DEEP_M, z), (x + edge * 2.4 + 0.3, 2.2, z + 0.6), CONCRETE)
    solids.box(canvas, (x - 2.7, 2.2, z), (x + 2.7, 2.5, z + 0.7), CONCRETE)
    canvas.face(
        [(x - 2.1, 0.1, z + 0.2), (x + 2.1, 0.1, z + 0.2), (x + 2.1, 1.7, z + 0.2), (x - 2.1, 1.7, z + 0.2)],
        (84, 112, 128),
    )
    for y in (0.45, 0.9, 1.35):
        canvas.beam((x - 2.1, y, z + 0.15), (x + 2.1, y, z + 0.15), 0.1, (66, 90, 104))
    stand = canvas.stand((x, 2.5, z))
    stand.stroke([(0, -0.9), (0, 0.7)], 0.1, (90, 94, 96))
    stand.disc(0, 0.75, 0.34, 0.12, (186, 74, 58))


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
