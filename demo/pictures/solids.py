"""Built things in the world: boxes, roofs, strips along the ground, scaffolds, bars and formwork."""

from __future__ import annotations

from collections.abc import Callable

from demo.pictures.canvas import Canvas, Colour, World, shade

#: From and to along one axis, in metres, the smaller first.
Span = tuple[float, float]

REBAR: Colour = (136, 84, 62)
FORMWORK: Colour = (196, 160, 108)
BAMBOO: Colour = (190, 168, 112)
BLOCKS: Colour = (172, 170, 164)


def span(one: float, other: float) -> Span:
    """The span between two places, whichever comes first."""
    return min(one, other), max(one, other)


def box(canvas: Canvas, low: World, high: World, colour: Colour, *, top: Colour | None = None) -> None:
    """An upright block between two opposite corners; only the sides that the eye can see are drawn."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    eye = canvas.camera
    if eye.z_m > z1:
        canvas.face([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], colour)
    for x, visible in ((x0, eye.x_m < x0), (x1, eye.x_m > x1)):
        if visible:
            canvas.face([(x, y0, z0), (x, y0, z1), (x, y1, z1), (x, y1, z0)], colour)
    if eye.height_m > y1:
        canvas.face([(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], top or colour)
    if eye.height_m < y0:
        canvas.face([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)], colour, light=0.55)
    if eye.z_m < z0:
        canvas.face([(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)], colour)


def post(canvas: Canvas, foot: World, height_m: float, thick_m: float, colour: Colour) -> None:
    """A square upright column."""
    x, base_m, z = foot
    half = thick_m / 2
    box(canvas, (x - half, base_m, z - half), (x + half, base_m + height_m, z + half), colour)


def ground_shadow(canvas: Canvas, xs: Span, zs: Span, height_m: float) -> None:
    """The shadow that a block of ``height_m`` throws on the ground."""
    sun = canvas.light.direction
    dx, dz = -sun[0] / sun[1] * height_m * 0.7, -sun[2] / sun[1] * height_m * 0.7
    left, right = min(xs[0], xs[0] + dx), max(xs[1], xs[1] + dx)
    near, back, far = zs[0] - 0.3, zs[0] + dz, zs[1] + dz
    outline = ((xs[0], near), (xs[1], near), (right, back), (right, far), (left, far), (left, back))
    canvas.face([(x, 0, z) for x, z in outline], (38, 50, 48), light=1.0, alpha=86)


def gable_roof(canvas: Canvas, low: World, high: World, colour: Colour, gable: Colour, *, overhang_m: float) -> None:
    """A pitched roof with its ridge along x over the rectangle ``low``-``high``; their y are eave and ridge."""
    (x0, eave, z0), (x1, ridge, z1) = low, high
    middle = (z0 + z1) / 2
    drop = (ridge - eave) * overhang_m / (middle - z0)
    for x, visible in ((x0, canvas.camera.x_m < x0), (x1, canvas.camera.x_m > x1)):
        if visible:
            canvas.face([(x, eave, z0), (x, eave, z1), (x, ridge, middle)], gable)
    for edge, visible in ((z1 + overhang_m, canvas.camera.height_m > ridge), (z0 - overhang_m, True)):
        if visible:
            slope(canvas, (x0 - overhang_m, x1 + overhang_m), (eave - drop, edge), (ridge, middle), colour)


def slope(canvas: Canvas, xs: Span, foot: Span, top: Span, colour: Colour) -> None:
    """One slope of corrugated roofing with its ribs and a fascia along the foot."""
    canvas.face([(xs[0], *foot), (xs[1], *foot), (xs[1], *top), (xs[0], *top)], colour)
    count = int((xs[1] - xs[0]) / 0.6)
    for k in range(1, count):
        x = xs[0] + (xs[1] - xs[0]) * k / count
        canvas.beam((x, *foot), (x, *top), 0.05, shade(colour, 0.86), 130)
    canvas.face(
        [(xs[0], foot[0] - 0.22, foot[1]), (xs[1], foot[0] - 0.22, foot[1]), (xs[1], *foot), (xs[0], *foot)],
        shade(colour, 0.8),
    )


def trusses(canvas: Canvas, low: World, high: World, colour: Colour, count: int) -> None:
    """Bare roof trusses across the rectangle, joined by purlins."""
    (x0, eave, z0), (x1, ridge, z1) = low, high
    middle = (z0 + z1) / 2
    for k in range(count):
        x = x0 + (x1 - x0) * k / (count - 1)
        for start, end in (((eave, z0), (ridge, middle)), ((eave, z1), (ridge, middle)), ((eave, z0), (eave, z1))):
            canvas.beam((x, *start), (x, *end), 0.14, colour)
        for share in (0.33, 0.66):
            rise = eave + (ridge - eave) * share
            canvas.beam((x, eave, z0 + (middle - z0) * share), (x, rise, z0 + (middle - z0) * share), 0.09, colour)
    for share in (0.0, 0.33, 0.66, 1.0):
        z, y = z0 + (middle - z0) * share, eave + (ridge - eave) * share
        canvas.beam((x0, y, z), (x1, y, z), 0.1, shade(colour, 0.9))


def strip(
    canvas: Canvas,
    edge: Callable[[float], Span],
    z0: float,
    z1: float,
    colour: Colour,
    *,
    y0: float = 0.0,
    y1: float | None = None,
    alpha: int = 255,
) -> None:
    """A band along z between the two x that ``edge`` gives for each z; ``y0`` left, ``y1`` right height."""
    z = z0
    right_y = y0 if y1 is None else y1
    while z < z1 - 1e-6:
        step = min(z1, z + max(1.0, z * 0.14))
        (a0, a1), (b0, b1) = edge(z), edge(step)
        light = 1.0 if y0 == right_y else None
        canvas.face(
            [(a0, y0, z), (a1, right_y, z), (b1, right_y, step), (b0, y0, step)], colour, light=light, alpha=alpha
        )
        z = step


def scaffold(canvas: Canvas, xs: Span, z: float, height_m: float) -> None:
    """A bamboo scaffold in one plane facing the eye, with planks on each lift."""
    x0, x1 = xs
    count = max(2, round((x1 - x0) / 1.8))
    for k in range(count + 1):
        x = x0 + (x1 - x0) * k / count
        canvas.beam((x, 0, z), (x, height_m + 0.5, z), 0.09, BAMBOO)
        if k:
            canvas.beam((x - (x1 - x0) / count, 0.1, z), (x, 1.9, z), 0.05, shade(BAMBOO, 0.85))
    lift = 1.7
    while lift <= height_m:
        canvas.beam((x0 - 0.3, lift, z), (x1 + 0.3, lift, z), 0.16, (164, 132, 92))
        canvas.beam((x0 - 0.3, lift + 0.9, z), (x1 + 0.3, lift + 0.9, z), 0.06, BAMBOO)
        lift += 1.7


def starters(canvas: Canvas, x: float, z: float, base_m: float, tall_m: float) -> None:
    """Bars that stick out of a column or pier, with ties."""
    spread_m = 0.16
    for dx in (-spread_m, 0.0, spread_m):
        for dz in (-spread_m, spread_m):
            canvas.beam((x + dx, base_m, z + dz), (x + dx, base_m + tall_m, z + dz), 0.035, REBAR)
    y = base_m + 0.25
    while y < base_m + tall_m * 0.7:
        canvas.beam((x - spread_m, y, z), (x + spread_m, y, z), 0.03, REBAR)
        y += 0.3


def mesh(canvas: Canvas, corners: tuple[World, World, World, World], along: int, across: int) -> None:
    """A net of reinforcing bars over a four-cornered plane."""
    a, b, c, d = corners
    for k in range(along + 1):
        canvas.beam(_between(a, b, k / along), _between(d, c, k / along), 0.03, REBAR)
    for k in range(across + 1):
        canvas.beam(_between(a, d, k / across), _between(b, c, k / across), 0.03, REBAR)


def _between(start: World, end: World, share: float) -> World:
    return (
        start[0] + (end[0] - start[0]) * share,
        start[1] + (end[1] - start[1]) * share,
        start[2] + (end[2] - start[2]) * share,
    )


def shutter(canvas: Canvas, xs: Span, ys: Span, z: float) -> None:
    """A plywood form facing the eye, with battens."""
    (x0, x1), (y0, y1) = xs, ys
    canvas.face([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], FORMWORK)
    count = max(2, round((x1 - x0) / 0.6))
    for k in range(count + 1):
        x = x0 + (x1 - x0) * k / count
        canvas.beam((x, y0, z - 0.02), (x, y1, z - 0.02), 0.08, shade(FORMWORK, 0.78))
    for y in (y0 + 0.15, y1 - 0.15):
        canvas.beam((x0, y, z - 0.04), (x1, y, z - 0.04), 0.07, shade(FORMWORK, 0.7))


def fence(canvas: Canvas, x0: float, x1: float, z: float, colour: Colour = (178, 186, 182)) -> None:
    """A fence of corrugated sheets along a site."""
    canvas.face([(x0, 0, z), (x1, 0, z), (x1, 1.8, z), (x0, 1.8, z)], colour)
    x = x0
    while x <= x1:
        canvas.beam((x, 0, z), (x, 1.8, z), 0.05, shade(colour, 0.84))
        x += 0.5
    canvas.beam((x0, 1.8, z), (x1, 1.8, z), 0.1, shade(colour, 0.7))
