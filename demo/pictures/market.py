"""A public market: a row of makeshift stalls that becomes an open hall with a raised roof."""

from __future__ import annotations

from functools import partial

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Colour, Queue, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL
from demo.pictures.view import View

_X = (-15.0, 15.0)
_Z = (26.0, 40.0)
_COLUMNS = (-15.0, -9.0, -3.0, 3.0, 9.0, 15.0)
_EAVE_M = 4.4
_RIDGE_M = 7.4
_ROOF: Colour = (92, 132, 126)
_CLOTHS: tuple[Colour, ...] = ((196, 92, 72), (226, 184, 92), (90, 132, 150), (140, 158, 96), (214, 138, 90))


def picture(view: View, stage: str) -> Image.Image:
    """The market square at ``stage``."""
    land = view.land
    eye = Camera(
        x_m=view.side * land.uniform(7, 12),
        height_m=land.uniform(2.4, 3.2),
        yaw=-view.side * land.uniform(0.26, 0.36),
        z_m=3,
        horizon_px=690,
    )
    canvas = view.open_air(eye)
    scenery.meadow(canvas, land, (148, 156, 100))
    scenery.woods(canvas, land, 80)
    _square(canvas, view, EARTH if stage != "completion" else GRAVEL)
    queue = Queue(canvas, view.works)
    view.plant(queue, [(-24, 40), (25, 44), (-30 * view.side, 30), (4, 60), (-13, 58)])
    queue.run()
    scenery.grass(canvas, land, (-14, 22, 6, 10), tufts=90)
    _STAGES[stage](canvas, view, queue)
    queue.run()
    return canvas.finished()


def _square(canvas: Canvas, view: View, colour: Colour) -> None:
    canvas.face([(-60, 0, 9), (60, 0, 9), (60, 0, 47), (-60, 0, 47)], shade(colour, 1.14), light=1.0)
    for _ in range(40):
        place = (view.land.uniform(-26, 26), 0.0, view.land.uniform(10, 45))
        tone = shade(colour, view.land.choice((1.05, 1.22)))
        scenery.patch(canvas, view.land, place, view.land.uniform(0.8, 3.2), tone, alpha=140)
    scenery.pebbles(canvas, view.land, (-20, 22, 9, 26), shade(colour, 1.1), 170)


def _stall(canvas: Canvas, x: float, z: float, cloth: Colour, goods: Colour, *, tall_m: float = 2.3) -> None:
    """A table under a sloping cloth, with heaps of goods."""
    for dx in (-1.5, 1.5):
        canvas.beam((x + dx, 0, z + 1.6), (x + dx, tall_m + 0.4, z + 1.6), 0.08, solids.BAMBOO)
    solids.box(canvas, (x - 1.5, 0.72, z), (x + 1.5, 0.86, z + 1.2), (150, 118, 86))
    for dx in (-1.4, 1.4):
        canvas.beam((x + dx, 0, z), (x + dx, 0.72, z), 0.09, (120, 96, 72))
    stand = canvas.stand((x, 0.86, z + 0.2))
    for k in range(5):
        for ball in range(4):
            stand.disc(
                -1.15 + k * 0.56 + 0.1 * (ball % 2),
                0.1 + 0.09 * (ball // 2),
                0.15,
                0.13,
                shade(goods, 0.85 + 0.1 * ((k + ball) % 4)),
            )
    for dx in (-1.5, 1.5):
        canvas.beam((x + dx, 0, z - 0.3), (x + dx, tall_m, z - 0.3), 0.08, solids.BAMBOO)
    canvas.face(
        [
            (x - 1.8, tall_m, z - 0.7),
            (x + 1.8, tall_m, z - 0.7),
            (x + 1.8, tall_m + 0.5, z + 1.8),
            (x - 1.8, tall_m + 0.5, z + 1.8),
        ],
        cloth,
    )
    canvas.face(
        [
            (x - 1.8, tall_m - 0.28, z - 0.7),
            (x + 1.8, tall_m - 0.28, z - 0.7),
            (x + 1.8, tall_m, z - 0.7),
            (x - 1.8, tall_m, z - 0.7),
        ],
        shade(cloth, 0.9),
    )


_GOODS: tuple[Colour, ...] = ((206, 130, 64), (118, 146, 74), (190, 78, 62), (222, 190, 92), (134, 98, 120))


def _before(canvas: Canvas, view: View, queue: Queue) -> None:
    """Tarpaulin stalls on bare ground among puddles."""
    for _ in range(7):
        scenery.puddle(
            canvas, view.land, (view.land.uniform(-12, 12), 0, view.land.uniform(12, 24)), view.land.uniform(0.5, 1.1)
        )
    for k, x in enumerate((-13.0, -8.5, -4.0, 0.5, 5.0, 9.5, 14.0)):
        z = 27 + view.works.uniform(-1.5, 3)
        cloth, goods = view.works.choice(_CLOTHS), view.works.choice(_GOODS)
        stall = partial(_stall, canvas, x, z, shade(cloth, 0.9), goods, tall_m=2.1 + 0.12 * (k % 3))
        queue.add((x, 0, z), stall)
        queue.place(figures.villager, (x + view.works.uniform(-1, 1), 0.0, z - view.works.uniform(1.6, 4)))


def _mobilisation(canvas: Canvas, view: View, queue: Queue) -> None:
    """The square is cleared, fenced and set out."""
    solids.fence(canvas, -22, 22, 46)
    _set_out(canvas, queue)
    side = view.side
    queue.place(figures.excavator, (-side * 8.0, 0.0, 30.0), mirrored=side < 0, dip=1.2)
    queue.place(figures.heap, (-side * 1.5, 0.0, 31.0), 3.6, shade(EARTH, 0.9))
    queue.place(figures.truck, (side * 9.0, 0.0, 35.0), mirrored=side < 0, load=(196, 174, 134))
    queue.place(figures.heap, (side * 7.5, 0.0, 22.0), 3.6, GRAVEL)
    queue.place(figures.board, (side * 2.6, 0.0, 17.0), ("PUBLIC", "MARKET"))
    queue.place(figures.tripod, (-side * 3.5, 0.0, 19.0))
    for x, z, pose in ((-4.2, 19.4, "stand"), (0.5, 24.0, "point"), (4.5, 27.0, "shovel"), (10.0, 26.0, "stand")):
        queue.place(figures.worker, (side * x, 0.0, z), pose)


def _set_out(canvas: Canvas, queue: Queue) -> None:
    """Stakes, strings and dug footings where the columns will stand."""
    for z in (*_Z, 33.0):
        canvas.beam((_X[0], 0.5, z), (_X[1], 0.5, z), 0.03, (240, 236, 220))
        for x in _COLUMNS:
            queue.place(figures.stake, (float(x), 0.0, z))
            canvas.face(
                [(x - 0.7, 0, z - 0.7), (x + 0.7, 0, z - 0.7), (x + 0.7, 0, z + 0.7), (x - 0.7, 0, z + 0.7)],
                (120, 92, 68),
                light=1.0,
            )


def _during(canvas: Canvas, view: View, queue: Queue) -> None:
    """Columns and half of the steel roof are up."""
    solids.box(canvas, (-15.6, 0, 25.4), (15.6, 0.3, 40.6), shade(CONCRETE, 0.95))
    half = solids.span(0.0, view.side * 15.0)
    for z in (40.0, 33.0, 26.0):
        for x in _COLUMNS:
            solids.post(canvas, (x, 0.3, z), _EAVE_M - 0.3, 0.42, CONCRETE)
            if not half[0] <= x <= half[1]:
                solids.starters(canvas, x, z, _EAVE_M, 0.9)
    solids.trusses(canvas, (half[0], _EAVE_M, _Z[0]), (half[1], _RIDGE_M, _Z[1]), (142, 78, 62), 6)
    for x in (-14.4, -9.6):
        solids.shutter(canvas, (x * view.side - 0.5, x * view.side + 0.5), (0.3, 3.4), 25.7)
    solids.scaffold(canvas, solids.span(view.side * 1.0, view.side * 9.0), 24.8, 3.6)
    side = view.side
    queue.place(figures.mixer, (-side * 4.0, 0.0, 19.0))
    queue.place(figures.heap, (-side * 7.0, 0.0, 20.5), 3.4, (196, 174, 134))
    queue.place(figures.truck, (-side * 20.0, 0.0, 33.0), mirrored=side > 0, load=GRAVEL)
    for x, y, z, pose in (
        (3.0, 1.75, 24.7, "stand"),
        (6.6, 1.75, 24.7, "point"),
        (-2.6, 0.0, 18.6, "shovel"),
        (1.2, 0.0, 21.0, "stand"),
        (-10.0, 0.3, 29.0, "kneel"),
    ):
        queue.place(figures.worker, (side * x, y, z), pose)


def _completion(canvas: Canvas, view: View, queue: Queue) -> None:
    """The hall in use: stalls between the columns, light under the raised ridge."""
    solids.ground_shadow(canvas, _X, _Z, 4.0)
    solids.box(canvas, (-15.8, 0, 25), (15.8, 0.3, 41), shade(CONCRETE, 1.1))
    canvas.face([(-15.8, 0.31, 25), (15.8, 0.31, 25), (15.8, 0.31, 41), (-15.8, 0.31, 41)], (160, 158, 150), light=0.9)
    canvas.face([(-15, 0.3, 40.2), (15, 0.3, 40.2), (15, 1.4, 40.2), (-15, 1.4, 40.2)], (226, 218, 196), light=0.8)
    for z in (38.0, 33.0, 27.6):
        for k, x in enumerate((-12.0, -6.0, 0.0, 6.0, 12.0)):
            _stall(canvas, x, z, _CLOTHS[(k + int(z)) % 5], _GOODS[(k * 2 + int(z)) % 5])
            if view.works.random() < 0.8:
                figures.villager(
                    canvas, view.works, (x + view.works.uniform(-2.6, 2.6), 0.3, z - view.works.uniform(0.9, 1.6))
                )
        for x in _COLUMNS:
            solids.post(canvas, (x, 0.0, z - 1.6), _EAVE_M, 0.4, (236, 228, 208))
    _roof(canvas)
    stand = canvas.stand((0, _EAVE_M + 0.3, _Z[0] - 1.5))
    stand.shape([(-4.2, -0.1), (4.2, -0.1), (4.2, 1.1), (-4.2, 1.1)], (244, 238, 220))
    canvas.write("PUBLIC MARKET", stand.x_px, stand.y_px - 0.5 * stand.scale, 0.84 * stand.scale, (62, 98, 96))
    side = view.side
    queue.place(figures.tricycle, (side * 7.0, 0.0, 19.0))
    for x, z in ((0.6, 21.0), (-0.4, 21.4), (-7.0, 18.0), (4.0, 23.0)):
        queue.place(figures.villager, (side * x, 0.0, z))


def _roof(canvas: Canvas) -> None:
    """Two tiers: the lower slope, a band of openings, and the raised ridge."""
    middle = (_Z[0] + _Z[1]) / 2
    band = _EAVE_M + 1.9
    for sign, x in ((-1, _X[0]), (1, _X[1])):
        if sign * (canvas.camera.x_m - x) > 0:
            canvas.face(
                [(x, _EAVE_M, _Z[0]), (x, _EAVE_M, _Z[1]), (x, band, middle + 2), (x, band, middle - 2)],
                shade(_ROOF, 0.9),
            )
    solids.gable_roof(
        canvas,
        (_X[0] + 1, band + 0.5, middle - 3),
        (_X[1] - 1, _RIDGE_M + 0.8, middle + 3),
        _ROOF,
        (214, 208, 188),
        overhang_m=0.9,
    )
    canvas.face(
        [
            (_X[0] + 1, band - 0.3, middle - 2.4),
            (_X[1] - 1, band - 0.3, middle - 2.4),
            (_X[1] - 1, band + 0.5, middle - 2.6),
            (_X[0] + 1, band + 0.5, middle - 2.6),
        ],
        (84, 98, 98),
        light=0.8,
    )
    solids.slope(canvas, (_X[0] - 1.2, _X[1] + 1.2), (_EAVE_M - 0.3, _Z[0] - 1.4), (band, middle - 2.4), _ROOF)


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
