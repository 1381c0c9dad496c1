"""A school: an empty lot that becomes a building of classrooms with a covered walk."""

from __future__ import annotations

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Colour, Queue, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL
from demo.pictures.view import View

_LOW = (-13.0, 0.0, 31.0)
_HIGH = (13.0, 6.6, 40.0)
_COLUMNS = (-13.0, -9.0, -5.0, -1.0, 3.0, 7.0, 11.0)
_EAVE_M = 3.6
_WALL: Colour = (240, 230, 204)
_DADO: Colour = (124, 152, 122)
_ROOF: Colour = (160, 84, 66)
_GLASS: Colour = (112, 140, 150)


def picture(view: View, stage: str) -> Image.Image:
    """The school lot at ``stage``, from one of its corners."""
    land = view.land
    eye = Camera(
        x_m=view.side * land.uniform(9, 14),
        height_m=land.uniform(2.2, 3.2),
        yaw=-view.side * land.uniform(0.3, 0.42),
        z_m=6,
        horizon_px=700,
    )
    canvas = view.open_air(eye)
    scenery.meadow(canvas, land, (140, 156, 92))
    scenery.woods(canvas, land, 95)
    queue = Queue(canvas, view.works)
    view.plant(
        queue, [(view.side * -21, 34), (-6 * view.side, 56), (8, 58), (view.side * 19, 47), (view.side * -24, 50)]
    )
    queue.run()
    scenery.grass(canvas, land, (-14, 16, 9, 20), tufts=260)
    scenery.grass(canvas, land, (-20, 22, 20, 46), tufts=160 if stage == "before" else 0)
    _STAGES[stage](canvas, view, queue)
    queue.run()
    return canvas.finished()


def _yard(canvas: Canvas, view: View, colour: Colour) -> None:
    """The trodden ground of the lot."""
    canvas.face([(-19, 0, 16), (19, 0, 16), (21, 0, 46), (-21, 0, 46)], colour, light=1.0)
    for _ in range(26):
        place = (view.works.uniform(-17, 17), 0.0, view.works.uniform(17, 40))
        scenery.patch(
            canvas,
            view.works,
            place,
            view.works.uniform(0.8, 2.6),
            shade(colour, view.works.choice((0.93, 1.1))),
            alpha=130,
        )
    scenery.pebbles(canvas, view.works, (-18, 18, 16, 30), colour, 110)


def _before(canvas: Canvas, view: View, queue: Queue) -> None:
    """An empty lot with a footpath and an old wooden shed."""
    for k in range(14):
        scenery.patch(canvas, view.land, (-9 + 1.4 * k, 0, 17 + 1.6 * k), 1.5, shade(EARTH, 1.15), alpha=190)
    x = view.side * -7.0
    queue.add((x, 0, 38), lambda: _shed(canvas, x))
    for place in ((4.0, 36.0), (12.0, 33.0), (-13.0, 30.0)):
        queue.place(scenery.tree, (place[0], 0.0, place[1]), view.land.uniform(1.4, 2.6))
    queue.place(figures.villager, (1.5, 0.0, 27.0))


def _shed(canvas: Canvas, x: float) -> None:
    solids.ground_shadow(canvas, (x - 3, x + 3), (36, 40), 3)
    solids.box(canvas, (x - 3, 0, 36), (x + 3, 2.4, 40), (146, 124, 98))
    for k in range(13):
        canvas.beam((x - 3 + k * 0.5, 0, 36), (x - 3 + k * 0.5, 2.4, 36), 0.04, (120, 100, 78))
    canvas.face([(x - 0.4, 0, 35.98), (x + 0.5, 0, 35.98), (x + 0.5, 1.9, 35.98), (x - 0.4, 1.9, 35.98)], (84, 72, 60))
    solids.gable_roof(canvas, (x - 3, 2.4, 36), (x + 3, 3.9, 40), (142, 112, 92), (146, 124, 98), overhang_m=0.5)


def _mobilisation(canvas: Canvas, view: View, queue: Queue) -> None:
    """The lot cleared and staked, footings dug, materials delivered."""
    _yard(canvas, view, shade(EARTH, 1.12))
    solids.fence(canvas, -20, 20, 44)
    for x in _COLUMNS:
        for z in (31.0, 40.0):
            canvas.face([(x - 0.8, 0, z - 0.8), (x + 0.8, 0, z - 0.8), (x + 0.8, 0, z + 0.8), (x - 0.8, 0, z + 0.8)],
                        (112, 84, 62), light=1.0)  # fmt: skip
            queue.place(figures.stake, (x - 1.0, 0.0, z - 1.0))
    for z in (30.0, 41.0):
        canvas.beam((-14, 0.6, z), (14, 0.6, z), 0.03, (240, 236, 220))
    side = view.side
    queue.place(figures.heap, (side * 6.0, 0.0, 24.0), 4.0, (196, 174, 134))
    queue.place(figures.heap, (side * 1.2, 0.0, 25.0), 3.4, GRAVEL)
    queue.add((-side * 5, 0, 25), lambda: _blocks(canvas, -side * 5.0, 25.0))
    queue.place(figures.truck, (-side * 11.0, 0.0, 28.0), mirrored=side > 0)
    queue.place(figures.board, (side * 9.6, 0.0, 21.0), ("SCHOOL", "BUILDING"))
    for x, z, pose in ((0.0, 29.0, "point"), (-3.5, 28.4, "stand"), (4.0, 32.0, "shovel"), (-9.0, 33.0, "shovel")):
        queue.place(figures.worker, (x, 0.0, z), pose)


def _blocks(canvas: Canvas, x: float, z: float) -> None:
    """A stack of hollow blocks."""
    for row in range(4):
        solids.box(
            canvas,
            (x - 1.2, row * 0.3, z),
            (x + 1.2 - 0.2 * row, row * 0.3 + 0.27, z + 1),
            shade(solids.BLOCKS, 1 - 0.04 * (row % 2)),
        )


def _during(canvas: Canvas, view: View, queue: Queue) -> None:
    """Columns stand, block walls rise, trusses go up at one end."""
    _yard(canvas, view, shade(EARTH, 1.06))
    solids.ground_shadow(canvas, (_LOW[0], _HIGH[0]), (_LOW[2], _HIGH[2]), 2.4)
    solids.box(canvas, (-13.4, 0, 30.4), (13.4, 0.35, 40.4), CONCRETE)
    for z in (40.0, 31.0):
        _wall_courses(canvas, view, z)
        for x in _COLUMNS:
            solids.post(canvas, (x + 0.5 * (x < 0), 0.35, z), 3.0, 0.4, shade(CONCRETE, 0.94))
            solids.starters(canvas, x + 0.5 * (x < 0), z, 3.35, 0.7)
    left, right = sorted((view.side * -13.0, 0.0))
    solids.trusses(canvas, (left, _EAVE_M, 31), (right, _HIGH[1], 40), (150, 84, 66), 7)
    solids.scaffold(canvas, solids.span(view.side * 2.0, view.side * 12.0), 29.6, 3.4)
    side = view.side
    queue.place(figures.mixer, (side * 4.0, 0.0, 23.0))
    queue.place(figures.heap, (side * 7.4, 0.0, 23.6), 3.2, (196, 174, 134))
    queue.add((-side * 4, 0, 24), lambda: _blocks(canvas, -side * 4.0, 24.0))
    for x, y, z, pose in ((5.0, 1.75, 29.5, "stand"), (8.0, 1.75, 29.5, "point"), (2.6, 0.0, 22.6, "shovel"),
                          (-2.0, 0.0, 27.0, "point"), (-6.5, 0.0, 25.5, "stand")):  # fmt: skip
        queue.place(figures.worker, (side * x, y, z), pose)


def _wall_courses(canvas: Canvas, view: View, z: float) -> None:
    """Block walls between the columns, each bay as high as it has got."""
    for bay in range(-13, 12, 4):
        tall = 0.35 + 0.25 * view.works.randrange(3, 11)
        canvas.face([(bay, 0.35, z), (bay + 4, 0.35, z), (bay + 4, tall, z), (bay, tall, z)], solids.BLOCKS)
        y = 0.6
        while y < tall:
            canvas.beam((bay, y, z - 0.02), (bay + 4, y, z - 0.02), 0.025, shade(solids.BLOCKS, 0.8))
            y += 0.25


def _completion(canvas: Canvas, view: View, queue: Queue) -> None:
    """Painted, roofed and in use."""
    _yard(canvas, view, (152, 162, 104))
    canvas.face([(-1.6, 0, 9), (1.6, 0, 9), (1.6, 0, 30), (-1.6, 0, 30)], shade(CONCRETE, 0.98), light=1.0)
    solids.ground_shadow(canvas, (_LOW[0], _HIGH[0]), (_LOW[2], _HIGH[2]), 4.6)
    solids.box(canvas, (-13.6, 0, 29), (13.6, 0.4, 40.4), CONCRETE)
    solids.box(canvas, (-13, 0.4, 31), (13, _EAVE_M, 40), _WALL)
    canvas.face([(-13, 0.4, 30.98), (13, 0.4, 30.98), (13, 1.2, 30.98), (-13, 1.2, 30.98)], _DADO)
    for room in (-13.0, -4.33, 4.33):
        _classroom(canvas, room)
    solids.gable_roof(canvas, (-13, _EAVE_M, 31), (13, _HIGH[1], 40), _ROOF, _WALL, overhang_m=2.2)
    for x in _COLUMNS:
        solids.post(canvas, (x + 0.5 * (x < 0), 0.4, 29.4), 2.7, 0.26, _WALL)
    side = view.side
    for k in range(11):
        queue.place(scenery.shrub, (-12.5 + 2.5 * k + (0.0 if abs(-12.5 + 2.5 * k) > 1.7 else 2.0), 0.0, 28.2), 0.8)
    queue.add((side * 5, 0, 22), lambda: _flagpole(canvas, side * 5.0, 22.0))
    for x, z in ((0.4, 24.0), (-0.8, 24.6), (0.9, 20.0), (-7.0, 26.0), (-6.3, 26.2)):
        queue.place(figures.villager, (x, 0.0, z))


def _classroom(canvas: Canvas, x: float) -> None:
    """A door and three windows on the front wall."""
    z = 30.96
    canvas.face([(x + 0.7, 0.4, z), (x + 1.8, 0.4, z), (x + 1.8, 2.6, z), (x + 0.7, 2.6, z)], (122, 88, 66))
    for k in range(3):
        left = x + 2.5 + k * 2.0
        canvas.face([(left, 1.3, z), (left + 1.6, 1.3, z), (left + 1.6, 2.7, z), (left, 2.7, z)], shade(_WALL, 1.4))
        canvas.face(
            [(left + 0.1, 1.4, z), (left + 1.5, 1.4, z), (left + 1.5, 2.6, z), (left + 0.1, 2.6, z)], _GLASS, light=0.95
        )
        for y in (1.7, 2.0, 2.3):
            canvas.beam((left + 0.1, y, z), (left + 1.5, y, z), 0.05, shade(_GLASS, 1.3))


def _flagpole(canvas: Canvas, x: float, z: float) -> None:
    solids.box(canvas, (x - 0.9, 0, z - 0.6), (x + 0.9, 0.35, z + 0.6), CONCRETE)
    stand = canvas.stand((x, 0.3, z))
    stand.stroke([(0, 0), (0, 7.2)], 0.09, (222, 222, 214))
    stand.shape([(0.05, 7.1), (1.5, 6.9), (1.9, 6.95), (1.85, 6.1), (1.4, 6.05), (0.05, 6.3)], (226, 190, 92))


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
