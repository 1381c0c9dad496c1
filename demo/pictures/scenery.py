"""The land around every work: sky, clouds, hills, fields, trees and grass.

All of it follows from the view alone, never from the stage, so that the pictures of one view show the
same place before, during and after the works.
"""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from demo.pictures.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Colour, Light, Pixel, Stand, World, mix, shade

#: A stretch of ground: x0, x1, z0, z1 in metres.
Area = tuple[float, float, float, float]

GRASS: Colour = (126, 146, 82)
EARTH: Colour = (166, 130, 94)
MUD: Colour = (136, 106, 78)
GRAVEL: Colour = (176, 168, 152)
CONCRETE: Colour = (204, 202, 194)
WATER: Colour = (132, 158, 164)

_HOURS = (
    ((98, 146, 190), (224, 232, 230), (255, 246, 226), 0.75),
    ((112, 150, 182), (240, 228, 206), (255, 226, 178), 0.5),
    ((86, 134, 182), (214, 228, 234), (255, 250, 240), 1.0),
    ((126, 154, 176), (232, 230, 220), (250, 240, 222), 0.85),
    ((104, 138, 176), (246, 222, 196), (255, 214, 160), 0.42),
)
_GREENS: tuple[Colour, ...] = (
    (128, 158, 78), (148, 170, 86), (112, 146, 78), (166, 178, 96), (186, 180, 104), (120, 152, 92),
)  # fmt: skip
_LEAVES: tuple[Colour, ...] = ((72, 106, 62), (86, 118, 66), (62, 96, 64), (98, 126, 72))
_TRUNK: Colour = (112, 92, 72)


def light(rng: Random, view: int) -> Light:
    """The hour of a view: the sun changes sides from one view to the next."""
    zenith, horizon, warmth, height = _HOURS[(view + rng.randrange(len(_HOURS))) % len(_HOURS)]
    return Light(-1.0 if view % 2 else 1.0, height, zenith, horizon, warmth)


def sky(canvas: Canvas, rng: Random) -> None:
    """A graded sky with fair-weather clouds that flatten and crowd towards the horizon."""
    gradient = Image.new("RGB", (1, 64))
    for row in range(64):
        height = 1.0 - min(1.0, row / 64 * HEIGHT_PX / canvas.camera.horizon_px)
        gradient.putpixel((0, row), mix(canvas.light.horizon, canvas.light.zenith, height**0.8))
    canvas.backdrop(gradient)
    sun_x = WIDTH_PX * (0.5 + 0.62 * canvas.light.side)
    canvas.soft([(sun_x, 260, 620, 420)], canvas.light.warmth, 110, 240)
    for _ in range(rng.randrange(6, 10)):
        _cloud(canvas, rng)
    canvas.settle()


def _cloud(canvas: Canvas, rng: Random) -> None:
    """A heap of puffs on a flat base, grey beneath and bright on the sun's side."""
    depth = rng.uniform(0.08, 0.8)
    x, y = rng.uniform(-100, WIDTH_PX + 100), canvas.camera.horizon_px * depth
    size = 260 * (1.1 - depth) * rng.uniform(0.6, 1.1)
    puffs = []
    for _ in range(16):
        u = rng.triangular(-1.0, 1.0)
        radius = size * rng.uniform(0.18, 0.38) * (1.15 - 0.8 * abs(u))
        puffs.append((x + u * size * 1.4, y - radius * 0.5, radius * 1.25, radius * 0.62))
    under = [(px, py + size * 0.07, rx, ry) for px, py, rx, ry in puffs]
    lit = [(px + canvas.light.side * rx * 0.2, py - ry * 0.25, rx * 0.75, ry * 0.7) for px, py, rx, ry in puffs]
    canvas.soft(under, mix(canvas.light.zenith, (206, 210, 216), 0.7), 120, 16)
    canvas.soft(puffs, mix((246, 246, 244), canvas.light.horizon, 0.3), 190, 11)
    canvas.soft(lit, mix((255, 255, 255), canvas.light.warmth, 0.4), 170, 14)


def hills(canvas: Canvas, rng: Random) -> None:
    """Three ranges of hills, each nearer one lower, greener and less hazy, then the plain."""
    horizon = canvas.camera.horizon_px
    for height, air, green in ((215, 0.6, (86, 116, 140)), (135, 0.42, (84, 118, 112)), (66, 0.24, (84, 116, 84))):
        ridge = _ridge(rng, horizon + 6, height)
        colour = mix(green, canvas.light.horizon, air)
        canvas.shape([*ridge, (WIDTH_PX + 40, horizon + 30), (-40, horizon + 30)], colour)
        _spurs(canvas, rng, ridge, shade(colour, 0.92), horizon + 10)
        for lift in (34, 20, 8):
            canvas.shape(_bar(horizon - lift, horizon), canvas.light.horizon, 40)
    canvas.shape(_bar(horizon, HEIGHT_PX), canvas.in_air(GRASS, 300))


def _bar(top_px: float, bottom_px: float) -> list[tuple[float, float]]:
    return [(0, top_px), (WIDTH_PX, top_px), (WIDTH_PX, bottom_px), (0, bottom_px)]


def _ridge(rng: Random, base_px: float, height_px: float) -> list[tuple[float, float]]:
    waves = [(rng.uniform(0.6, 1.4) * k, rng.uniform(0, 6.3), 1 / k) for k in (1, 2, 4, 9, 21)]
    ridge = []
    for x in range(-40, WIDTH_PX + 41, 14):
        lift = sum(part * math.sin(pace * x / 420 + shift) for pace, shift, part in waves)
        ridge.append((float(x), base_px - height_px * (0.62 + 0.26 * lift)))
    return ridge


def _spurs(canvas: Canvas, rng: Random, ridge: list[tuple[float, float]], colour: Colour, base_px: float) -> None:
    """Shaded flanks that fall from the ridge away from the sun."""
    for i in range(4, len(ridge) - 12, rng.randrange(9, 14)):
        x, y = ridge[i + rng.randrange(4)]
        lean, width = -canvas.light.side * rng.uniform(20, 90), rng.uniform(40, 120)
        foot = y + (base_px - y) * rng.uniform(0.6, 1.0)
        canvas.shape([(x, y), (x + lean + width * 0.4, foot), (x + lean - width * 0.5, foot)], colour, 110)


def meadow(canvas: Canvas, rng: Random, colour: Colour = GRASS) -> None:
    """One green plain to the horizon, in bands that mottle it."""
    for z0, z1 in ((140, 900), (60, 140), (28, 60), (14, 28), (7, 14), (0.5, 7)):
        tone = shade(colour, rng.uniform(0.94, 1.03))
        canvas.face([(-900, 0, z0), (900, 0, z0), (900, 0, z1), (-900, 0, z1)], tone, light=1.0)
    for _ in range(46):
        z = 5 + 110 * rng.random() ** 2
        x = rng.uniform(-0.75, 0.75) * z
        patch(canvas, rng, (x, 0, z), rng.uniform(0.06, 0.16) * z, shade(colour, rng.choice((0.93, 1.05))), alpha=120)


def paddies(canvas: Canvas, rng: Random) -> None:
    """Rice fields to the horizon: plots of different greens with dikes, some of them flooded."""
    meadow(canvas, rng)
    z = 3.0
    while z < 420:
        depth = 7 + z * 0.28
        x = -1.1 * z - 26 - rng.uniform(0, 10)
        while x < 1.1 * z + 26:
            width = rng.uniform(9, 20) + z * 0.1
            _plot(canvas, rng, (x, x + width, z, z + depth))
            x += width
        z += depth


def _plot(canvas: Canvas, rng: Random, area: Area) -> None:
    x0, x1, z0, z1 = area
    dike = 0.35 + z0 * 0.004
    corners: list[World] = [(x0 + dike, 0, z0 + dike), (x1, 0, z0 + dike), (x1, 0, z1), (x0 + dike, 0, z1)]
    flooded = rng.random() < 0.16
    colour = rng.choice(_GREENS)
    if flooded:
        canvas.face(corners, mix(WATER, canvas.light.horizon, 0.55), light=1.0)
        canvas.face(
            [(x0 + dike, 0, z1 - 0.14 * (z1 - z0)), (x1, 0, z1 - 0.14 * (z1 - z0)), *corners[2:]], GRASS, light=0.8
        )
    else:
        canvas.face(corners, colour, light=rng.uniform(0.95, 1.04))
    if z0 < 45:
        _rows(canvas, rng, (x0 + dike, x1, z0 + dike, z1), shade(colour, 0.8), 90 if flooded else 150)


def _rows(canvas: Canvas, rng: Random, plot: Area, colour: Colour, alpha: int) -> None:
    """Planted rows: short tufts nearby, thin lines farther away."""
    x0, x1, z0, z1 = plot
    z = z0 + 0.4
    while z < z1:
        step = max(0.5, z * 0.03)
        reach = min(x1, 0.68 * z + 3), max(x0, -0.68 * z - 3)
        if z < 16:
            x = reach[1]
            while x < reach[0]:
                tall = rng.uniform(0.18, 0.34)
                canvas.beam((x, 0, z), (x + rng.uniform(-0.08, 0.08), tall, z), 0.035, colour, alpha)
                x += 0.3
        elif reach[1] < reach[0]:
            canvas.beam((reach[1], 0.1, z), (reach[0], 0.1, z), 0.12, colour, alpha // 2)
        z += step


def patch(canvas: Canvas, rng: Random, centre: World, radius_m: float, colour: Colour, *, alpha: int = 255) -> None:
    """A rounded uneven blot on the ground: mud, puddle, worn grass."""
    x, y, z = centre
    waves = [(k, rng.uniform(0, math.tau), rng.uniform(0.05, 0.14)) for k in (2, 3, 5)]
    points: list[World] = []
    for step in range(36):
        angle = step * math.tau / 36
        reach = radius_m * (1.0 + sum(part * math.sin(k * angle + shift) for k, shift, part in waves))
        points.append((x + reach * math.cos(angle), y, z + 0.8 * reach * math.sin(angle)))
    canvas.face(points, colour, light=1.0, alpha=alpha)


def grass(canvas: Canvas, rng: Random, area: Area, tufts: int) -> None:
    """Blades of grass over an area (x0, x1, z0, z1), more of them near the eye."""
    x0, x1, z0, z1 = area
    for _ in range(tufts):
        near = rng.random() ** 1.7
        x, z = rng.uniform(x0, x1), z0 + (z1 - z0) * near
        colour = shade(rng.choice(_GREENS), rng.uniform(0.72, 1.08))
        for _ in range(4):
            lean, tall = rng.uniform(-0.16, 0.16), rng.uniform(0.14, 0.4)
            canvas.beam((x + lean / 3, 0, z), (x + lean, tall, z), 0.028, colour)


def tree(canvas: Canvas, rng: Random, point: World, height_m: float) -> None:
    """A broad-leaved tree with a crown of leaf clumps, lit from the sun's side."""
    shadow(canvas, point, height_m * 0.42, height_m * 0.5)
    stand = canvas.stand(point)
    lean = rng.uniform(-0.05, 0.05) * height_m
    stand.shape([(-0.035 * height_m, 0), (0.035 * height_m, 0), (lean + 0.02 * height_m, 0.5 * height_m),
                 (lean - 0.02 * height_m, 0.5 * height_m)], _TRUNK)  # fmt: skip
    leaf = rng.choice(_LEAVES)
    clumps = [(rng.gauss(0, 0.17), rng.uniform(0.4, 0.92), rng.uniform(0.07, 0.16)) for _ in range(40)]
    sun = canvas.light.side
    for tone, shift in ((0.78, -0.03), (1.0, 0.02), (1.14, 0.055)):
        for u, v, radius in clumps:
            size = radius * (1.0 if tone < 1 else 0.86 if tone == 1.0 else 0.4)
            stand.disc(lean + (u + sun * shift) * height_m, (v + shift) * height_m, size * height_m,
                       size * 0.8 * height_m, shade(leaf, tone))  # fmt: skip


def palm(canvas: Canvas, rng: Random, point: World, height_m: float) -> None:
    """A coconut palm: a bent trunk and a rosette of drooping fronds."""
    shadow(canvas, point, 1.6, height_m * 0.4)
    stand = canvas.stand(point)
    bend = rng.uniform(-0.16, 0.16) * height_m
    trunk = [(bend * (k / 8) ** 2, height_m * k / 8) for k in range(9)]
    stand.stroke(trunk, 0.24, (132, 116, 96))
    top_u, top_v = trunk[-1]
    leaf = rng.choice(_LEAVES)
    for k in range(21):
        angle = k * math.tau / 21 + rng.uniform(-0.18, 0.18)
        _frond(stand, (top_u, top_v), angle, height_m * rng.uniform(0.28, 0.36), shade(leaf, rng.uniform(0.86, 1.12)))
    for u in (-0.22, 0.05, 0.26):
        stand.disc(top_u + u, top_v - 0.24, 0.17, 0.19, (122, 110, 66))


def _frond(stand: Stand, top: Pixel, angle: float, length_m: float, colour: Colour) -> None:
    u, v = top
    spine = []
    for k in range(7):
        t = k / 6
        spine.append(
            (u + math.cos(angle) * length_m * t, v + math.sin(angle) * length_m * 0.55 * t - length_m * 0.55 * t * t)
        )
    width = length_m * 0.15
    under = [(x + 0.2 * width, y - width * math.sin(math.pi * (0.18 + 0.82 * k / 6))) for k, (x, y) in enumerate(spine)]
    stand.shape([*spine, *reversed(under)], colour)


def shadow(canvas: Canvas, point: World, radius_m: float, reach_m: float) -> None:
    """A long soft blot on the ground on the side away from the sun."""
    x, y, z = point
    shift = -canvas.light.side * reach_m * (1.1 - canvas.light.height) * 1.2
    far = [(x + shift + radius_m * 1.2 * math.cos(a), y, z + radius_m * 0.5 * math.sin(a)) for a in _ROUND]
    near = [(x + radius_m * 0.5 * math.cos(a), y, z + radius_m * 0.3 * math.sin(a)) for a in _ROUND]
    canvas.face(far, (40, 54, 50), light=1.0, alpha=58)
    canvas.face(near, (40, 54, 50), light=1.0, alpha=64)


_ROUND = tuple(k * math.tau / 24 for k in range(24))


def woods(canvas: Canvas, rng: Random, z_m: float, gap: tuple[float, float] | None = None) -> None:
    """A loose row of trees and palms across the view at ``z_m``, open between the x of ``gap``."""
    x = -0.7 * z_m
    while x < 0.7 * z_m:
        x += rng.uniform(0.02, 0.085) * z_m
        if gap and gap[0] < x < gap[1]:
            continue
        place = (x, 0.0, z_m * rng.uniform(0.9, 1.15))
        if rng.random() < 0.3:
            palm(canvas, rng, place, rng.uniform(8, 12))
        else:
            tree(canvas, rng, place, rng.uniform(4.5, 9))


def puddle(canvas: Canvas, rng: Random, point: World, radius_m: float) -> None:
    """Standing water that mirrors the sky, with a wet rim."""
    state = rng.getstate()
    patch(canvas, rng, point, radius_m * 1.2, shade(MUD, 0.84))
    rng.setstate(state)
    patch(canvas, rng, point, radius_m, mix(mix(canvas.light.horizon, canvas.light.zenith, 0.3), MUD, 0.25))


def shrub(canvas: Canvas, rng: Random, point: World, height_m: float) -> None:
    """A low bush, as planted along a wall."""
    stand = canvas.stand(point)
    leaf = rng.choice(_LEAVES)
    for tone, share in ((0.84, 1.0), (1.08, 0.62)):
        for _ in range(9):
            u, v = rng.gauss(0, 0.3) * height_m, rng.uniform(0.15, 0.6) * height_m * share + 0.1
            stand.disc(u, v, 0.3 * height_m * share, 0.26 * height_m * share, shade(leaf, tone))


def pebbles(canvas: Canvas, rng: Random, area: Area, colour: Colour, count: int) -> None:
    """Small stones strewn over the ground between x0, x1, z0, z1."""
    x0, x1, z0, z1 = area
    for _ in range(count):
        stand = canvas.stand((rng.uniform(x0, x1), 0.0, z0 + (z1 - z0) * rng.random() ** 1.6))
        stand.disc(0, 0.02, rng.uniform(0.03, 0.1), 0.035, shade(colour, rng.choice((0.76, 0.86, 1.16))))
