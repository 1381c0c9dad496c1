"""A village pond: a dry hollow that becomes a reservoir with a stone edge, steps and trees."""

from __future__ import annotations

import math

from PIL import Image

from demo.pictures import figures, scenery, solids
from demo.pictures.canvas import Camera, Canvas, Colour, Queue, World, mix, shade
from demo.pictures.scenery import CONCRETE, EARTH, GRAVEL, MUD
from demo.pictures.view import View

_CENTRE_Z = 33.0
_HALF_X = 19.0
_HALF_Z = 15.0


def picture(view: View, stage: str) -> Image.Image:
    """The pond at ``stage``, from its bank."""
    land = view.land
    eye = Camera(
        x_m=view.side * land.uniform(1, 6), height_m=land.uniform(4.4, 5.6), yaw=-view.side * land.uniform(0.02, 0.12)
    )
    canvas = view.open_air(eye)
    scenery.paddies(canvas, land)
    scenery.woods(canvas, land, 110)
    queue = Queue(canvas, view.works)
    view.plant(
        queue, [(-27, 38), (27, 41), (-22 * view.side, 54), (6 * view.side, 57), (-30, 30), (15 * view.side, 60)]
    )
    waves = [(k, land.uniform(0, math.tau), land.uniform(0.02, 0.06)) for k in (2, 3, 5)]
    _STAGES[stage](canvas, view, queue, waves)
    queue.run()
    return canvas.finished()


_Waves = list[tuple[int, float, float]]


def _shore(waves: _Waves, grow_m: float, level_m: float) -> list[World]:
    """The outline of the pond, ``grow_m`` outside the normal water's edge."""
    outline = []
    for step in range(72):
        angle = step * math.tau / 72
        reach = 1.0 + sum(part * math.sin(k * angle + shift) for k, shift, part in waves)
        x = (_HALF_X * reach + grow_m) * math.cos(angle)
        outline.append((x, level_m, _CENTRE_Z + (_HALF_Z * reach + grow_m) * math.sin(angle)))
    return outline


def _bowl(canvas: Canvas, waves: _Waves, steps: int, depth_m: float, colour: Colour) -> None:
    """Terraces going down; each lower ring is drawn over the higher one."""
    for step in range(steps):
        level = -depth_m * step / steps
        tone = shade(colour, 1.08 - 0.1 * step)
        canvas.face(_shore(waves, 1.2 - 2.6 * step, level), shade(tone, 0.84), light=1.0)
        canvas.face(_shore(waves, 0.7 - 2.6 * step, level - depth_m / steps), tone, light=1.0)


def _water(canvas: Canvas, view: View, outline: list[World], murk: float) -> None:
    """A mirror of the sky, darker under the far bank, with ripples."""
    mirror = mix(mix(canvas.light.horizon, canvas.light.zenith, 0.78), (112, 120, 92), murk)
    level = outline[0][1]
    canvas.face(outline, mirror, light=1.0)
    for lift, alpha in ((0.93, 60), (0.84, 50), (0.7, 34)):
        canvas.face(
            [(x, y, max(z, _CENTRE_Z + _HALF_Z * (lift - 0.12))) for x, y, z in outline],
            (74, 104, 96),
            light=1.0,
            alpha=alpha,
        )
    for _ in range(70):
        angle, reach = view.works.uniform(0, math.tau), 0.86 * math.sqrt(view.works.random())
        x, z = _HALF_X * reach * math.cos(angle), _CENTRE_Z + _HALF_Z * reach * math.sin(angle)
        wide = view.works.uniform(0.3, 1.4)
        canvas.beam((x - wide, level, z), (x + wide, level, z), 0.06, (246, 248, 242), 90)


def _before(canvas: Canvas, view: View, queue: Queue, waves: _Waves) -> None:
    """A shallow hollow, dried and cracked, with a last puddle."""
    canvas.face(_shore(waves, 2.5, 0), (158, 152, 98), light=1.0)
    canvas.face(_shore(waves, 0.5, -0.1), shade(EARTH, 1.12), light=1.0)
    canvas.face(_shore(waves, -4, -0.3), shade(EARTH, 1.26), light=1.0)
    land = view.land
    for _ in range(150):
        angle, reach = land.uniform(0, math.tau), 0.72 * math.sqrt(land.random())
        x, z = _HALF_X * reach * math.cos(angle), _CENTRE_Z + _HALF_Z * reach * math.sin(angle)
        _crack(canvas, view, x, z)
    scenery.puddle(canvas, land, (land.uniform(-3, 3), -0.3, _CENTRE_Z + 3), 3.4)
    scenery.grass(canvas, land, (-14, 14, 7, 19), tufts=190)
    queue.place(figures.villager, (-5.0, 0.0, 21.0))


def _crack(canvas: Canvas, view: View, x: float, z: float) -> None:
    heading = view.land.uniform(0, math.tau)
    for _ in range(4):
        end = x + math.cos(heading) * 0.9, z + math.sin(heading) * 0.9
        canvas.beam((x, -0.3, z), (end[0], -0.3, end[1]), 0.05, shade(MUD, 0.9), 170)
        x, z = end
        heading += view.land.uniform(-1.1, 1.1)


def _mobilisation(canvas: Canvas, view: View, queue: Queue, waves: _Waves) -> None:
    """The edge is staked and the first machine is at work."""
    canvas.face(_shore(waves, 3.5, 0), shade(EARTH, 1.1), light=1.0)
    canvas.face(_shore(waves, 0.5, -0.1), shade(EARTH, 1.0), light=1.0)
    outline = _shore(waves, 1.4, 0.0)
    for k in range(0, 72, 4):
        queue.place(figures.stake, outline[k])
        here, there = outline[k], outline[(k + 4) % 72]
        canvas.beam((here[0], 0.55, here[2]), (there[0], 0.55, there[2]), 0.03, (240, 236, 220))
    side = view.side
    queue.place(figures.excavator, (side * 6.0, 0.0, 33.0), mirrored=side > 0, dip=1.0)
    queue.place(figures.heap, (-side * 3.0, 0.0, 34.0), 4.0, shade(EARTH, 0.88))
    queue.place(figures.truck, (-side * 11.0, 0.0, 40.0), mirrored=side > 0)
    queue.place(figures.board, (-side * 5.0, 0.0, 16.0), ("VILLAGE", "POND"))
    queue.place(figures.tripod, (side * 3.0, 0.0, 15.0))
    queue.place(figures.worker, (side * 3.6, 0.0, 15.4))
    queue.place(figures.worker, (-side * 1.0, 0.0, 24.0), "point")


def _during(canvas: Canvas, view: View, queue: Queue, waves: _Waves) -> None:
    """The basin is dug in terraces; a machine loads a truck on the bed."""
    canvas.face(_shore(waves, 5.5, 0), shade(EARTH, 1.08), light=1.0)
    _bowl(canvas, waves, 4, 3.2, EARTH)
    for _ in range(30):
        place = (view.works.uniform(-6, 6), -3.2, _CENTRE_Z + view.works.uniform(-3, 3))
        scenery.patch(
            canvas,
            view.works,
            place,
            view.works.uniform(0.4, 1.4),
            shade(EARTH, view.works.choice((0.74, 0.9))),
            alpha=150,
        )
    side = view.side
    queue.place(figures.excavator, (side * 4.4, -3.2, 34.0), mirrored=side > 0, reach=0.95)
    queue.place(figures.truck, (-side * 4.2, -3.2, 35.0), mirrored=side < 0, load=shade(EARTH, 0.86))
    queue.place(figures.roller, (-side * 16.0, 0.0, 21.0), mirrored=side < 0)
    queue.place(figures.heap, (side * 19.0, 0.0, 24.0), 6.0, shade(EARTH, 0.94))
    queue.place(figures.heap, (side * 23.0, 0.0, 29.0), 6.6, shade(EARTH, 0.9))
    for x, y, z, pose in (
        (-2.0, 0.0, 16.4, "point"),
        (-3.0, 0.0, 16.8, "stand"),
        (1.0, -3.2, 31.0, "shovel"),
        (-7.0, -0.8, 23.0, "shovel"),
    ):
        queue.place(figures.worker, (side * x, y, z), pose)
    for x in (-8.0, -4.5, 5.0, 8.5):
        queue.place(figures.cone, (x, 0.0, 17.0))


def _completion(canvas: Canvas, view: View, queue: Queue, waves: _Waves) -> None:
    """Full of water, with a stone edge, a path, steps and a spillway."""
    canvas.face(_shore(waves, 5.0, 0), (136, 158, 88), light=1.0)
    canvas.face(_shore(waves, 3.8, 0.02), shade(GRAVEL, 1.12), light=1.0)
    canvas.face(_shore(waves, 2.0, 0.03), (136, 158, 88), light=1.0)
    canvas.face(_shore(waves, 1.1, 0.0), shade(CONCRETE, 1.1), light=1.0)
    _riprap(canvas, view, waves)
    _water(canvas, view, _shore(waves, -1.0, -0.6), 0.12)
    _steps(canvas, view.side * -4.0)
    side = view.side
    queue.add((side * 12, 0, 47), lambda: _spillway(canvas, side * 10.0, 47.5))
    outline = _shore(waves, 4.4, 0.0)
    for k in (3, 8, 28, 33, 40, 66):
        queue.place(scenery.shrub, outline[k], 1.3)
    for k in (1, 31):
        queue.place(figures.lamp, outline[k])
    for x, z in ((-4.0, 13.6), (-3.2, 13.9), (6.0, 14.6)):
        queue.place(figures.villager, (side * x, 0.0, z))


def _riprap(canvas: Canvas, view: View, waves: _Waves) -> None:
    """Pitched stones between the kerb and the water."""
    canvas.face(_shore(waves, 0.8, -0.05), shade(GRAVEL, 0.84), light=1.0)
    for ring in range(4):
        for x, y, z in _shore(waves, 0.4 - 0.45 * ring, -0.1 - 0.14 * ring):
            stand = canvas.stand((x + view.works.uniform(-0.4, 0.4), y, z))
            stand.disc(0, 0, view.works.uniform(0.3, 0.5), 0.16, shade(GRAVEL, view.works.uniform(0.72, 1.12)))


def _steps(canvas: Canvas, x: float) -> None:
    """A flight of steps on the near bank, down to the water."""
    for k in range(5):
        z = 16.6 + 0.62 * k
        solids.box(
            canvas, (x - 2, -0.15 * (k + 1) - 0.2, z), (x + 2, -0.15 * k, z + 0.62), shade(CONCRETE, 1.15 - 0.05 * k)
        )
    for edge in (-2.2, 2.0):
        solids.box(canvas, (x + edge, -0.8, 16.4), (x + edge + 0.24, 0.25, 19.8), CONCRETE)


def _spillway(canvas: Canvas, x: float, z: float) -> None:
    for edge in (-2.2, 1.8):
        solids.box(canvas, (x + edge, -0.6, z), (x + edge + 0.4, 1.0, z + 2), CONCRETE)
    canvas.face([(x - 1.8, -0.55, z), (x + 1.8, -0.55, z), (x + 1.8, 0.5, z), (x - 1.8, 0.5, z)], (84, 112, 128))
    canvas.beam((x - 2.2, 1.05, z), (x + 2.2, 1.05, z), 0.18, shade(CONCRETE, 0.9))


_STAGES = {"before": _before, "mobilisation": _mobilisation, "during": _during, "completion": _completion}
