"""Who and what stands on a site: workers, machines, heaps, boards, stakes and cones.

Each is a flat figure turned to the camera, placed by its foot point in metres.
"""

from __future__ import annotations

import math
from random import Random

from demo.pictures.canvas import Canvas, Colour, Stand, World, mix, shade
from demo.pictures.scenery import shadow

YELLOW: Colour = (222, 172, 62)
_DARK: Colour = (52, 54, 58)
_STEEL: Colour = (116, 122, 126)
_WOOD: Colour = (178, 146, 104)
_RED: Colour = (186, 74, 58)
_SKIN: tuple[Colour, ...] = ((150, 108, 80), (134, 94, 70), (168, 124, 94))
_VESTS: tuple[Colour, ...] = ((222, 124, 60), (196, 200, 84))
_HATS: tuple[Colour, ...] = ((232, 196, 78), (238, 236, 228), (92, 132, 172), (212, 108, 62))
_SHIRTS: tuple[Colour, ...] = ((96, 116, 140), (148, 96, 92), (120, 136, 112), (160, 150, 130))


def worker(canvas: Canvas, rng: Random, point: World, pose: str = "stand") -> None:
    """A worker with hard hat and vest; ``pose`` is stand, point, shovel or kneel."""
    shadow(canvas, point, 0.34, 1.2)
    stand = canvas.stand(point, mirrored=rng.random() < 0.5)
    drop = 0.42 if pose == "kneel" else 0.0
    trousers = shade((84, 94, 112), rng.uniform(0.8, 1.1))
    _legs(stand, trousers, pose)
    vest, shirt, skin = rng.choice(_VESTS), rng.choice(_SHIRTS), rng.choice(_SKIN)
    _arms(stand, shirt, skin, pose, drop)
    stand.shape([(-0.2, 1.46 - drop), (0.2, 1.46 - drop), (0.17, 0.84 - drop), (-0.17, 0.84 - drop)], vest)
    stand.shape(
        [(-0.2, 1.46 - drop), (-0.05, 1.46 - drop), (-0.07, 0.84 - drop), (-0.17, 0.84 - drop)], shade(vest, 0.86)
    )
    stand.stroke([(-0.18, 1.06 - drop), (0.18, 1.06 - drop)], 0.055, (236, 234, 214))
    _head(stand, skin, rng.choice(_HATS), drop)


def villager(canvas: Canvas, rng: Random, point: World) -> None:
    """Someone of the place, in everyday clothes."""
    shadow(canvas, point, 0.32, 1.1)
    stand = canvas.stand(point, mirrored=rng.random() < 0.5)
    shirt, skin = (
        shade(rng.choice(((206, 120, 96), (236, 226, 206), (112, 150, 168), (198, 172, 96))), 1.0),
        rng.choice(_SKIN),
    )
    _legs(stand, rng.choice(((72, 82, 104), (128, 108, 92), (96, 92, 96))), "stand")
    _arms(stand, shirt, skin, "stand", 0.0)
    stand.shape([(-0.19, 1.44), (0.19, 1.44), (0.18, 0.82), (-0.18, 0.82)], shirt)
    stand.disc(0, 1.6, 0.105, 0.13, skin)
    stand.disc(0, 1.66, 0.115, 0.09, (54, 46, 44))


def _legs(stand: Stand, colour: Colour, pose: str) -> None:
    if pose == "kneel":
        stand.stroke([(-0.08, 0.45), (0.22, 0.42), (0.2, 0.05)], 0.16, colour)
        stand.stroke([(0.0, 0.45), (-0.06, 0.1), (-0.4, 0.06)], 0.16, shade(colour, 0.85))
        return
    stand.stroke([(-0.07, 0.88), (-0.12, 0.06)], 0.16, shade(colour, 0.85))
    stand.stroke([(0.07, 0.88), (0.13, 0.06)], 0.16, colour)
    stand.disc(-0.1, 0.05, 0.12, 0.06, (66, 58, 52))
    stand.disc(0.16, 0.05, 0.12, 0.06, (66, 58, 52))


def _arms(stand: Stand, sleeve: Colour, skin: Colour, pose: str, drop: float) -> None:
    top = 1.38 - drop
    if pose == "point":
        stand.stroke([(0.17, top), (0.5, top + 0.08), (0.78, top + 0.14)], 0.09, sleeve)
        stand.disc(0.82, top + 0.15, 0.05, 0.05, skin)
        stand.stroke([(-0.17, top), (-0.26, top - 0.3), (-0.1, top - 0.42)], 0.09, shade(sleeve, 0.85))
    elif pose in ("shovel", "kneel"):
        stand.stroke([(0.72, 0.05), (0.1, 1.2 - drop)], 0.035, _WOOD)
        stand.shape([(0.66, 0.16), (0.86, 0.1), (0.82, -0.04), (0.64, 0.0)], _STEEL)
        stand.stroke([(0.16, top), (0.34, top - 0.26), (0.3, top - 0.46)], 0.09, sleeve)
        stand.stroke([(-0.16, top), (0.0, top - 0.3), (0.14, top - 0.24)], 0.09, shade(sleeve, 0.85))
    else:
        for side in (-1, 1):
            stand.stroke([(0.18 * side, top), (0.25 * side, top - 0.3), (0.22 * side, top - 0.54)], 0.09, sleeve)
            stand.disc(0.22 * side, top - 0.58, 0.045, 0.05, skin)


def _head(stand: Stand, skin: Colour, hat: Colour, drop: float) -> None:
    stand.disc(0, 1.58 - drop, 0.1, 0.13, skin)
    brim = 1.62 - drop
    dome = [(0.145 * math.cos(a), brim + 0.15 * math.sin(a)) for a in [k * math.pi / 10 for k in range(11)]]
    stand.shape(dome, hat)
    stand.stroke([(-0.18, brim), (0.2, brim)], 0.035, shade(hat, 0.86))


def excavator(
    canvas: Canvas, _rng: Random, point: World, *, mirrored: bool = False, reach: float = 1.0, dip: float = 0.0
) -> None:
    """A tracked excavator; ``reach`` stretches the arm, ``dip`` lowers the bucket by metres."""
    shadow(canvas, point, 2.6, 2.4)
    stand = canvas.stand(point, mirrored=mirrored)
    _tracks(stand, 3.6)
    _arm(stand, reach, dip)
    stand.shape([(-2.0, 1.0), (1.25, 1.0), (1.25, 1.55), (0.2, 2.0), (-1.9, 2.0), (-2.15, 1.6)], YELLOW)
    stand.shape([(-2.0, 1.0), (1.25, 1.0), (1.25, 1.18), (-2.05, 1.18)], shade(YELLOW, 0.74))
    stand.shape([(-2.15, 1.1), (-1.3, 1.1), (-1.3, 2.0), (-1.9, 2.0), (-2.15, 1.6)], _DARK)
    stand.shape([(-0.35, 1.3), (1.1, 1.3), (1.0, 2.2), (0.7, 2.95), (-0.35, 2.95)], shade(YELLOW, 0.9))
    stand.shape([(-0.2, 1.85), (0.95, 1.85), (0.88, 2.2), (0.6, 2.8), (-0.2, 2.8)], (128, 156, 168))
    stand.shape([(-0.2, 1.85), (0.1, 1.85), (0.4, 2.8), (-0.1, 2.8)], (164, 188, 194))


def _tracks(stand: Stand, length: float) -> None:
    half = length / 2
    stand.shape(
        [(-half + 0.3, 0), (half - 0.3, 0), (half, 0.4), (half - 0.3, 0.85), (-half + 0.3, 0.85), (-half, 0.4)], _DARK
    )
    for k in range(5):
        stand.disc(-half + 0.45 + k * (length - 0.9) / 4, 0.38, 0.24, 0.24, (92, 90, 86))
    stand.shape([(-half + 0.4, 0.85), (half - 0.4, 0.85), (half - 0.6, 1.02), (-half + 0.6, 1.02)], shade(YELLOW, 0.62))


def _arm(stand: Stand, reach: float, dip: float) -> None:
    elbow, wrist = (3.1 * reach, 4.3 - 0.3 * dip), (5.2 * reach, 2.2 - dip)
    for points, width in (([(0.9, 1.5), (1.7, 3.5), elbow], 0.5), ([elbow, wrist], 0.36)):
        stand.stroke(points, width, shade(YELLOW, 0.72))
        stand.stroke([(u, v + 0.06) for u, v in points], width * 0.7, YELLOW)
    stand.stroke([(1.1, 1.9), (2.2 * reach, 3.5)], 0.12, (206, 206, 200))
    u, v = wrist
    stand.shape(
        [(u - 0.15, v + 0.15), (u + 0.3, v + 0.05), (u + 0.2, v - 0.75), (u - 0.5, v - 0.95), (u - 0.75, v - 0.45)],
        _DARK,
    )


def roller(canvas: Canvas, _rng: Random, point: World, *, mirrored: bool = False) -> None:
    """A road roller with its smooth drum in front."""
    shadow(canvas, point, 1.9, 1.6)
    stand = canvas.stand(point, mirrored=mirrored)
    stand.disc(-1.4, 0.72, 0.74, 0.74, _DARK)
    stand.disc(-1.4, 0.72, 0.34, 0.34, (184, 178, 164))
    stand.shape([(-2.1, 0.9), (0.7, 0.9), (0.7, 1.5), (-0.2, 1.75), (-2.1, 1.7)], YELLOW)
    stand.shape([(0.4, 0.75), (1.5, 0.75), (1.5, 1.0), (0.4, 1.2)], shade(YELLOW, 0.8))
    stand.disc(1.45, 0.76, 0.76, 0.76, (150, 150, 146))
    stand.disc(1.45, 0.76, 0.6, 0.6, (182, 182, 176))
    for u in (-0.9, 0.25):
        stand.stroke([(u, 1.7), (u, 2.7)], 0.07, _DARK)
    stand.shape([(-1.1, 2.7), (0.45, 2.7), (0.4, 2.84), (-1.05, 2.84)], YELLOW)
    stand.shape([(-0.6, 1.7), (-0.1, 1.7), (-0.15, 2.25), (-0.55, 2.25)], (222, 124, 60))
    stand.disc(-0.35, 2.42, 0.14, 0.16, _HATS[1])


def truck(canvas: Canvas, _rng: Random, point: World, *, mirrored: bool = False, load: Colour | None = None) -> None:
    """A tipper truck, with a heap in its tray where ``load`` gives a colour."""
    shadow(canvas, point, 3.0, 2.2)
    stand = canvas.stand(point, mirrored=mirrored)
    if load:
        stand.shape([(-2.9, 2.1), (-1.9, 2.7), (-0.9, 2.5), (-0.1, 2.75), (0.8, 2.1)], load)
    tray = (92, 122, 146)
    stand.shape([(-3.2, 1.1), (0.9, 1.1), (1.0, 2.25), (-3.3, 2.25)], tray)
    for k in range(6):
        stand.stroke([(-3.0 + k * 0.76, 1.15), (-3.0 + k * 0.76, 2.2)], 0.08, shade(tray, 0.76))
    stand.shape([(1.15, 0.7), (3.0, 0.7), (3.0, 1.6), (2.65, 2.5), (1.15, 2.5)], (226, 220, 206))
    stand.shape([(1.75, 1.6), (2.85, 1.6), (2.55, 2.3), (1.75, 2.3)], (126, 154, 166))
    stand.shape([(-3.2, 0.75), (3.0, 0.75), (3.0, 1.0), (-3.2, 1.1)], _DARK)
    for u in (-2.3, -1.25, 2.2):
        stand.disc(u, 0.5, 0.5, 0.5, (46, 46, 48))
        stand.disc(u, 0.5, 0.2, 0.2, (150, 148, 142))


def mixer(canvas: Canvas, _rng: Random, point: World, *, mirrored: bool = False) -> None:
    """A small drum mixer on wheels."""
    shadow(canvas, point, 0.8, 0.9)
    stand = canvas.stand(point, mirrored=mirrored)
    stand.stroke([(-0.6, 0.1), (0.0, 0.9), (0.6, 0.1)], 0.1, _DARK)
    stand.disc(-0.5, 0.25, 0.25, 0.25, (50, 50, 52))
    stand.shape([(-0.55, 0.75), (0.15, 0.6), (0.6, 1.25), (0.42, 1.62), (0.1, 1.75), (-0.5, 1.3)], (206, 112, 62))
    stand.shape([(0.1, 1.75), (0.42, 1.62), (0.6, 1.25), (0.5, 1.4), (0.3, 1.6)], (92, 66, 50))
    stand.stroke([(-0.53, 1.0), (0.36, 1.7)], 0.06, (166, 84, 46))


def heap(canvas: Canvas, rng: Random, point: World, width_m: float, colour: Colour) -> None:
    """A tipped heap of sand, stone or soil with a lit and a shaded flank."""
    shadow(canvas, point, width_m * 0.5, width_m * 0.3)
    stand = canvas.stand(point)
    tall, half = width_m * 0.36, width_m / 2
    crest = [(half * k / 6, tall * (1 - abs(k / 6) ** 1.5) * rng.uniform(0.92, 1.05)) for k in range(-6, 7)]
    stand.shape([*crest, (half, 0), (-half, 0)], colour)
    side = -canvas.light.side
    flank = [(side * u, v * 0.98) for u, v in [(half * k / 6, tall * (1 - (k / 6) ** 1.5)) for k in range(7)]]
    stand.shape(
        [*flank, (side * half, 0), (side * half * 0.24, 0), (side * half * 0.1, tall * 0.5)], shade(colour, 0.84)
    )
    for _ in range(60):
        u = rng.uniform(-0.9, 0.9)
        v = rng.uniform(0, 0.85) * (1 - abs(u) ** 1.5) * tall
        stand.disc(u * half, v, 0.05, 0.035, shade(colour, rng.choice((0.78, 1.12))))


def stake(canvas: Canvas, _rng: Random, point: World, ribbon: Colour = _RED) -> None:
    """A survey stake with a ribbon."""
    stand = canvas.stand(point)
    stand.stroke([(0, 0), (0, 0.9)], 0.06, (206, 186, 148))
    stand.shape([(0, 0.9), (0.3, 0.82), (0.26, 0.7), (0, 0.74)], ribbon)


def cone(canvas: Canvas, _rng: Random, point: World) -> None:
    """A traffic cone."""
    stand = canvas.stand(point)
    stand.shape([(-0.24, 0), (0.24, 0), (0.22, 0.07), (-0.22, 0.07)], (150, 70, 44))
    stand.shape([(-0.17, 0.07), (0.17, 0.07), (0.04, 0.7), (-0.04, 0.7)], (220, 106, 56))
    stand.shape([(-0.115, 0.3), (0.115, 0.3), (0.08, 0.46), (-0.08, 0.46)], (240, 236, 226))


def tripod(canvas: Canvas, _rng: Random, point: World) -> None:
    """A surveyor's level on its legs."""
    stand = canvas.stand(point)
    for u in (-0.4, 0.05, 0.45):
        stand.stroke([(u, 0), (0, 1.35)], 0.05, (200, 168, 92))
    stand.shape([(-0.17, 1.35), (0.17, 1.35), (0.17, 1.58), (-0.17, 1.58)], (84, 118, 112))
    stand.disc(0.19, 1.48, 0.07, 0.07, _DARK)


def board(canvas: Canvas, _rng: Random, point: World, lines: tuple[str, ...], colour: Colour = (244, 240, 226)) -> None:
    """A painted board on two posts, such as stand at stations and at the gate of a site."""
    shadow(canvas, point, 0.5, 0.9)
    stand = canvas.stand(point)
    half, low, high = 0.78, 0.95, 0.95 + 0.5 * len(lines)
    for u in (-half * 0.7, half * 0.7):
        stand.stroke([(u, 0), (u, high)], 0.08, (142, 122, 96))
    stand.shape([(-half, low), (half, low), (half, high), (-half, high)], mix(colour, (70, 84, 84), 0.75))
    stand.shape(
        [
            (-half + 0.04, low + 0.04),
            (half - 0.04, low + 0.04),
            (half - 0.04, high - 0.04),
            (-half + 0.04, high - 0.04),
        ],
        colour,
    )
    for row, text in enumerate(lines):
        _write(canvas, stand, text, high - 0.25 - 0.5 * row, 0.34 if len(text) < 8 else 0.27)


def _write(canvas: Canvas, stand: Stand, text: str, v: float, tall_m: float) -> None:
    size = tall_m * stand.scale
    if size >= 5:
        canvas.write(text, stand.x_px, stand.y_px - v * stand.scale, size, canvas.in_air((46, 60, 66), stand.away_m))


def tricycle(canvas: Canvas, rng: Random, point: World) -> None:
    """A motorised tricycle with its sidecar, seen from behind."""
    shadow(canvas, point, 1.1, 1.4)
    stand = canvas.stand(point)
    paint = rng.choice(((62, 112, 128), (170, 84, 66), (84, 122, 84)))
    for u in (-0.75, 0.0, 0.62):
        stand.shape([(u - 0.07, 0), (u + 0.07, 0), (u + 0.07, 0.5), (u - 0.07, 0.5)], _DARK)
    stand.shape([(-0.16, 0.5), (0.16, 0.5), (0.14, 0.95), (-0.14, 0.95)], shade(paint, 0.7))
    stand.shape([(0.16, 0.3), (1.1, 0.3), (1.14, 0.95), (0.16, 0.95)], paint)
    stand.shape([(0.2, 0.95), (1.1, 0.95), (1.05, 1.6), (0.2, 1.6)], (92, 104, 108))
    stand.shape([(-0.4, 1.6), (1.2, 1.6), (1.1, 1.82), (-0.3, 1.82)], shade(paint, 1.2))
    stand.shape([(0.24, 0.5), (1.04, 0.5), (1.04, 0.62), (0.24, 0.62)], (238, 228, 196))
    stand.shape([(-0.2, 0.9), (0.2, 0.9), (0.17, 1.45), (-0.17, 1.45)], (206, 196, 172))
    stand.disc(0, 1.58, 0.12, 0.14, (74, 68, 66))


def lamp(canvas: Canvas, _rng: Random, point: World) -> None:
    """A lamp post with a small solar panel."""
    stand = canvas.stand(point)
    stand.stroke([(0, 0), (0, 3.8)], 0.09, (108, 116, 118))
    stand.stroke([(0, 3.5), (0.7, 3.7)], 0.07, (108, 116, 118))
    stand.shape([(0.5, 3.6), (1.0, 3.72), (0.98, 3.82), (0.5, 3.74)], (236, 232, 206))
    stand.shape([(-0.5, 3.9), (0.3, 4.2), (0.4, 4.1), (-0.4, 3.8)], (66, 88, 118))
