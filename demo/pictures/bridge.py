"""A bridge: a river crossed on bamboo that becomes a concrete girder bridge on two piers."""

from __future__ import annotations

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Colour, Queue, mix, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL
from demo.pictures.view import View

_BANK_M = 15.0
_DECK_M = 4.6
_NEAR_Z = 34.0
_FAR_Z = 41.0
_PIERS = (-6.0, 6.0)


def picture(view: View, stage: str) -> Image.Image:
    """The crossing at ``stage``, from the gravel bank downstream."""
    land = view.land
    eye = Camera(
        x_m=view.side * land.uniform(11, 13),
        height_m=land.uniform(2.8, 3.8),
        z_m=4,
        yaw=-view.side * land.uniform(0.17, 0.24),
        horizon_px=700,
    )
    canvas = view.open_air(eye)
    scenery.meadow(canvas, land, (132, 152, 88))
    scenery.woods(canvas, land, 105, gap=(-16, 16))
    _river(canvas, view)
    queue = Queue(canvas, view.works)
    view.plant(queue, [(-24, 52), (25, 50), (-31, 62), (33, 66), (21, 78), (-20, 74)])
    queue.run()
    _STAGES[stage](canvas, view, queue)
    queue.run()
    return canvas.finished()


def _banks(z: float) -> tuple[float, float]:
    shift = 0.0006 * max(0.0, z - 40) ** 2
    return shift - _BANK_M, shift + _BANK_M


def _river(canvas: Canvas, view: View) -> None:
    """The river with gravel bars, flowing towards the eye; its mirror darkens under the woods."""
    solids.strip(canvas, lambda z: (_banks(z)[0] - 3.2, _banks(z)[1] + 3.2), 1, 300, shade(EARTH, 1.06))
    solids.strip(canvas, lambda z: (_banks(z)[0] - 1.0, _banks(z)[1] + 1.0), 1, 300, shade(GRAVEL, 0.98), y0=-0.2)
    mirror = mix(mix(canvas.light.horizon, canvas.light.zenith, 0.72), (104, 130, 116), 0.22)
    solids.strip(canvas, lambda z: (_banks(z)[0] + 1.5, _banks(z)[1] - 1.5), 1, 300, mirror, y0=-0.4)
    land = view.land
    for _ in range(90):
        z = 8 + 110 * land.random() ** 1.8
        x, wide = land.uniform(-12.5, 12.5), land.uniform(0.3, 1.5)
        canvas.beam((x - wide, -0.4, z), (x + wide, -0.4, z), 0.05, (244, 246, 240), 110)
    for _ in range(170):
        side = land.choice((-1, 1))
        z = 6 + 70 * land.random() ** 1.7
        stone = canvas.stand((side * land.uniform(12.8, 16.8), -0.2, z))
        stone.disc(0, 0.05, land.uniform(0.1, 0.42), land.uniform(0.08, 0.2), shade(GRAVEL, land.uniform(0.7, 1.2)))
    scenery.grass(canvas, land, (-27, -17, 9, 40), tufts=120)
    scenery.grass(canvas, land, (17, 27, 9, 40), tufts=120)


def _approach(canvas: Canvas, colour: Colour, *, height_m: float) -> None:
    """Road embankments that lead to the crossing from both sides."""
    for side in (-1, 1):
        near, far = side * (_BANK_M + 1.5), side * 70.0
        xs = sorted((near, far))
        if height_m > 0.5:
            canvas.face(
                [
                    (xs[0], 0, _NEAR_Z - 3),
                    (xs[1], 0, _NEAR_Z - 3),
                    (xs[1], height_m, _NEAR_Z),
                    (xs[0], height_m, _NEAR_Z),
                ],
                (122, 144, 82),
            )
        canvas.face(
            [
                (xs[0], height_m, _NEAR_Z),
                (xs[1], height_m, _NEAR_Z),
                (xs[1], height_m, _FAR_Z),
                (xs[0], height_m, _FAR_Z),
            ],
            colour,
            light=1.0,
        )


def _before(canvas: Canvas, view: View, queue: Queue) -> None:
    """A narrow bamboo footbridge."""
    _approach(canvas, shade(EARTH, 1.12), height_m=0.03)
    for k in range(-7, 8):
        x = 2.3 * k
        for z in (36.6, 38.0):
            canvas.beam((x, -0.6, z), (x + 0.15 * (k % 2), 2.4, z), 0.13, solids.BAMBOO)
        canvas.beam((x, -0.4, 36.6), (x + 1.2, 1.3, 36.6), 0.08, shade(solids.BAMBOO, 0.84))
    for y, thick in ((1.35, 0.22), (2.2, 0.09)):
        for z in (38.0, 36.6):
            canvas.beam((-17, y - 0.3, z), (17, y - 0.3, z), thick, shade(solids.BAMBOO, 0.9))
    queue.place(figures.villager, (-3.0, 1.1, 36.9))
    queue.place(figures.villager, (4.4, 1.1, 36.9))
    queue.place(figures.villager, (view.side * 13.5, -0.2, 19.0))


def _mobilisation(canvas: Canvas, view: View, queue: Queue) -> None:
    """Lines staked, a cofferdam begun, materials on the bank."""
    _before(canvas, view, queue)
    side = view.side
    for x in _PIERS:
        _cofferdam(canvas, x, 31.0)
    for k in range(7):
        for edge in (-1, 1):
            queue.place(figures.stake, (edge * (16.0 + 2.2 * k), 0.0, 32.5))
    queue.place(figures.excavator, (side * 18.6, 0.0, 31.0), mirrored=side > 0, dip=1.4)
    queue.place(figures.heap, (side * 17.2, 0.0, 24.0), 3.6, GRAVEL)
    queue.place(figures.board, (side * 14.6, 0.0, 16.0), ("BRIDGE", "WORKS"))
    queue.place(figures.tripod, (side * 12.4, -0.2, 15.0))
    queue.place(figures.worker, (side * 13.0, -0.2, 15.3))
    queue.place(figures.worker, (side * 13.6, -0.2, 22.0), "point")


def _cofferdam(canvas: Canvas, x: float, z: float) -> None:
    """A ring of sandbags around the place of a pier."""
    for row in range(3):
        for k in range(9):
            stand = canvas.stand((x - 2.2 + 0.55 * k + 0.2 * (row % 2), -0.4 + 0.26 * row, z))
            stand.disc(0, 0.13, 0.33, 0.16, shade((198, 180, 142), 0.84 + 0.08 * ((k + row) % 3)))


def _pier(canvas: Canvas, x: float, height_m: float, colour: Colour) -> None:
    for z in (_FAR_Z - 1.4, _NEAR_Z + 1.4):
        solids.box(canvas, (x - 0.55, -0.6, z - 0.55), (x + 0.55, height_m, z + 0.55), colour)


def _cap(canvas: Canvas, x: float, colour: Colour) -> None:
    solids.box(canvas, (x - 0.9, _DECK_M - 1.6, _NEAR_Z), (x + 0.9, _DECK_M - 0.8, _FAR_Z), colour)


def _abutments(canvas: Canvas) -> None:
    for side in (-1, 1):
        xs = sorted((side * (_BANK_M - 0.6), side * (_BANK_M + 2.4)))
        solids.box(canvas, (xs[0], -0.4, _NEAR_Z - 0.6), (xs[1], _DECK_M - 0.8, _FAR_Z + 0.6), shade(CONCRETE, 0.95))


def _during(canvas: Canvas, view: View, queue: Queue) -> None:
    """Piers and abutments stand, the first span has girders, the second is on falsework."""
    side = view.side
    _approach(canvas, shade(EARTH, 1.08), height_m=_DECK_M - 1.4)
    _abutments(canvas)
    for x in _PIERS:
        _pier(canvas, x, _DECK_M - 1.6, CONCRETE)
    _cap(canvas, side * _PIERS[0], CONCRETE)
    _girders(canvas, *sorted((side * -_BANK_M, side * _PIERS[0])))
    x = side * _PIERS[1]
    solids.shutter(canvas, (x - 1.1, x + 1.1), (_DECK_M - 2.2, _DECK_M - 0.9), _NEAR_Z)
    for dx in (-0.7, 0.0, 0.7):
        solids.starters(canvas, x + dx, _NEAR_Z + 0.8, _DECK_M - 0.9, 1.0)
    solids.scaffold(canvas, (x - 2.7, x + 2.7), _NEAR_Z - 0.6, 3.4)
    left, right = sorted((side * _PIERS[0], side * _PIERS[1]))
    for k in range(1, 6):
        post = left + (right - left) * k / 6
        canvas.beam((post, -0.5, _NEAR_Z + 1), (post, _DECK_M - 1.4, _NEAR_Z + 1), 0.16, (150, 120, 84))
    canvas.beam((left, _DECK_M - 1.3, _NEAR_Z + 1), (right, _DECK_M - 1.3, _NEAR_Z + 1), 0.3, (170, 138, 96))
    for bar in (-4.0, -2.0, 0.0, 2.0):
        canvas.beam((bar, 0.8, _NEAR_Z + 1), (bar + 2, 2.6, _NEAR_Z + 1), 0.08, (150, 120, 84))
    queue.add((side * 19, 0, 46), lambda: _crane(canvas, side * 21.0, 46.0, -side))
    queue.place(figures.heap, (side * 17.4, 0.0, 25.0), 3.8, GRAVEL)
    queue.place(figures.mixer, (side * 15.0, 0.0, 19.0))
    for px, py, z, pose in (
        (6.0, 1.75, 33.3, "stand"),
        (7.6, 1.75, 33.3, "point"),
        (-10.5, _DECK_M - 0.8, 35.0, "stand"),
        (14.0, -0.2, 18.6, "shovel"),
        (12.9, -0.2, 22.5, "point"),
    ):
        queue.place(figures.worker, (side * px, py, z), pose)


def _girders(canvas: Canvas, x0: float, x1: float) -> None:
    solids.box(canvas, (x0, _DECK_M - 0.8, _NEAR_Z + 0.5), (x1, _DECK_M - 0.1, _FAR_Z - 0.5), shade(CONCRETE, 0.92))
    solids.mesh(
        canvas,
        (
            (x0, _DECK_M, _NEAR_Z + 0.5),
            (x1, _DECK_M, _NEAR_Z + 0.5),
            (x1, _DECK_M + 0.1, _FAR_Z - 0.5),
            (x0, _DECK_M + 0.1, _FAR_Z - 0.5),
        ),
        14,
        4,
    )


def _crane(canvas: Canvas, x: float, z: float, lean: float) -> None:
    """A crawler crane with a lattice jib and a bucket on its hook."""
    stand = canvas.stand((x, 0, z), mirrored=lean < 0)
    stand.shape([(-2.4, 0), (2.4, 0), (2.2, 1.1), (-2.2, 1.1)], (58, 60, 62))
    stand.shape([(-2.4, 1.1), (1.6, 1.1), (1.6, 2.9), (-2.4, 2.9)], (196, 112, 62))
    stand.shape([(0.6, 1.5), (1.5, 1.5), (1.5, 2.7), (0.6, 2.7)], (132, 158, 168))
    tip = (9.0, 14.5)
    stand.stroke([(0.8, 2.2), tip], 0.14, (204, 122, 70))
    stand.stroke([(1.6, 1.8), tip], 0.14, (204, 122, 70))
    for k in range(12):
        low, high = k / 12, (k + 1) / 12
        stand.stroke([(0.8 + 8.2 * low, 2.2 + 12.3 * low), (1.6 + 7.4 * high, 1.8 + 12.7 * high)], 0.07, (182, 104, 60))
    stand.stroke([(-2.0, 2.9), tip], 0.05, (84, 86, 88))
    stand.stroke([tip, (9.0, 8.0)], 0.05, (84, 86, 88))
    stand.shape([(8.5, 8.0), (9.5, 8.0), (9.3, 6.9), (8.7, 6.9)], (120, 124, 126))


def _completion(canvas: Canvas, view: View, queue: Queue) -> None:
    """The finished bridge, its reflection in the river, traffic on it."""
    _reflection(canvas)
    _approach(canvas, shade(GRAVEL, 1.0), height_m=_DECK_M)
    _abutments(canvas)
    for x in _PIERS:
        _pier(canvas, x, _DECK_M - 1.6, shade(CONCRETE, 1.04))
        _cap(canvas, x, CONCRETE)
    solids.box(
        canvas,
        (-_BANK_M - 2, _DECK_M - 0.8, _NEAR_Z + 0.6),
        (_BANK_M + 2, _DECK_M, _FAR_Z - 0.6),
        shade(CONCRETE, 0.84),
    )
    _railing(canvas, _FAR_Z)
    side = view.side
    figures.tricycle(canvas, view.works, (side * -5.0, _DECK_M, 38.6))
    figures.truck(canvas, view.works, (side * 6.0, _DECK_M, 37.2), mirrored=side > 0)
    for x in (-1.0, 0.0):
        figures.villager(canvas, view.works, (x, _DECK_M, 35.4))
    solids.box(
        canvas,
        (-_BANK_M - 3, _DECK_M - 0.15, _NEAR_Z - 0.1),
        (_BANK_M + 3, _DECK_M + 0.2, _NEAR_Z + 0.6),
        shade(CONCRETE, 1.15),
    )
    _railing(canvas, _NEAR_Z)
    for x in (-18.4, 18.4):
        queue.place(figures.lamp, (x, _DECK_M, _NEAR_Z + 0.4))
    queue.place(scenery.shrub, (-17.0, 0.0, 29.0), 1.4)
    queue.place(scenery.shrub, (18.0, 0.0, 28.0), 1.6)
    queue.place(figures.villager, (side * 13.4, -0.2, 19.0))


def _railing(canvas: Canvas, z: float) -> None:
    """Concrete posts with two rails; red and white bands at the ends."""
    for k in range(-9, 10):
        x = k * 2.0
        solids.post(canvas, (x, _DECK_M, z), 1.1, 0.24, (186, 74, 58) if abs(k) == 9 else shade(CONCRETE, 1.3))
    for y in (0.5, 0.95):
        canvas.beam((-18, _DECK_M + y, z), (18, _DECK_M + y, z), 0.16, shade(CONCRETE, 1.35))


def _reflection(canvas: Canvas) -> None:
    """What the river shows of deck and piers."""
    dark = (86, 104, 104)
    canvas.face(
        [(-12.5, -0.4, 25.5), (12.5, -0.4, 25.5), (12.5, -0.4, 28.0), (-12.5, -0.4, 28.0)], dark, light=1.0, alpha=90
    )
    for x in _PIERS:
        canvas.face(
            [(x - 0.6, -0.4, 28.0), (x + 0.6, -0.4, 28.0), (x + 0.6, -0.4, 35.0), (x - 0.6, -0.4, 35.0)],
            dark,
            light=1.0,
            alpha=90,
        )


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
