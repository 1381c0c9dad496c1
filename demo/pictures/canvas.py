"""A sheet to draw on, seen through a simple camera: metres in the world become pixels on the sheet.

World points are (x right, y up, z ahead) in metres with the ground at y = 0. The sheet is drawn at
twice its size and reduced once, which smooths every edge. What is drawn is not this file's concern.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH_PX = 2080
HEIGHT_PX = 1560
_FINE = 2
_COARSE = 4
_NEAR_M = 0.6

Colour = tuple[int, int, int]
Pixel = tuple[float, float]
World = tuple[float, float, float]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """``first`` with ``share`` (0 to 1) of ``second`` in it."""
    share = min(1.0, max(0.0, share))
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def shade(colour: Colour, light: float) -> Colour:
    """``colour`` under ``light``: 1 leaves it, below darkens towards a cool dark, above lightens."""
    if light <= 1.0:
        return mix((24, 30, 44), colour, light)
    return mix(colour, (255, 250, 236), light - 1.0)


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the photographer stands and looks; ``yaw`` in radians, to the right positive."""

    x_m: float = 0.0
    height_m: float = 2.4
    z_m: float = 0.0
    yaw: float = 0.0
    horizon_px: float = 610.0
    focal_px: float = 1700.0

    def seen(self, point: World) -> World:
        """``point`` as the camera has it: right, up and ahead of the eye, in metres."""
        x, z = point[0] - self.x_m, point[2] - self.z_m
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return x * cos - z * sin, point[1] - self.height_m, x * sin + z * cos

    def pixel(self, seen: World) -> Pixel:
        """Where a seen point lies on the sheet."""
        return WIDTH_PX / 2 + self.focal_px * seen[0] / seen[2], self.horizon_px - self.focal_px * seen[1] / seen[2]


@dataclass(frozen=True, slots=True)
class Light:
    """The hour: the sun's side (-1 left, 1 right), its strength and the colours it gives the air."""

    side: float
    height: float
    zenith: Colour
    horizon: Colour
    warmth: Colour

    @property
    def direction(self) -> World:
        """Unit vector towards the sun, which stands behind the photographer's shoulder."""
        x, y, z = 0.75 * self.side, self.height, -0.55
        length = math.hypot(x, y, z)
        return x / length, y / length, z / length


class Canvas:
    """The sheet with its camera and light; colours fade into the air with distance by themselves."""

    def __init__(self, camera: Camera, light: Light, haze_m: float = 420.0) -> None:
        self.camera = camera
        self.light = light
        self.haze_m = haze_m
        self.image = Image.new("RGB", (WIDTH_PX * _FINE, HEIGHT_PX * _FINE), light.horizon)
        self._far = Image.new("RGB", (WIDTH_PX // _COARSE, HEIGHT_PX // _COARSE), light.horizon)
        self._pen = ImageDraw.Draw(self.image, "RGBA")

    def finished(self) -> Image.Image:
        """The sheet at its true size."""
        return self.image.reduce(_FINE)

    def in_air(self, colour: Colour, distance_m: float) -> Colour:
        """``colour`` seen through ``distance_m`` of air."""
        return mix(colour, self.light.horizon, 0.82 * (1.0 - math.exp(-max(0.0, distance_m) / self.haze_m)))

    def backdrop(self, picture: Image.Image) -> None:
        """Begin the far background with ``picture``, stretched over the sheet."""
        self._far = picture.resize((WIDTH_PX // _COARSE, HEIGHT_PX // _COARSE), Image.Resampling.BICUBIC)

    def soft(self, blots: Sequence[tuple[float, float, float, float]], colour: Colour, alpha: int, blur: float) -> None:
        """Blurred ellipses (centre x, y, radii, all in sheet pixels) on the far background: clouds, glow."""
        mask = Image.new("L", self._far.size)
        pen = ImageDraw.Draw(mask)
        for x, y, rx, ry in blots:
            pen.ellipse([side / _COARSE for side in (x - rx, y - ry, x + rx, y + ry)], fill=alpha)
        self._far.paste(colour, mask=mask.filter(ImageFilter.GaussianBlur(blur / _COARSE)))

    def settle(self) -> None:
        """Lay the far background on the sheet; what is soft is done small, for large it would take seconds."""
        self.image.paste(self._far.resize(self.image.size, Image.Resampling.BICUBIC))

    def shape(self, points: Sequence[Pixel], colour: Colour, alpha: int = 255) -> None:
        """A filled polygon in sheet pixels."""
        if len(points) > 2:
            self._pen.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=(*colour, alpha))

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour, *, alpha: int = 255) -> None:
        """A filled ellipse in sheet pixels."""
        if rx * _FINE >= 0.5 and ry * _FINE >= 0.5:
            box = ((x - rx) * _FINE, (y - ry) * _FINE, (x + rx) * _FINE, (y + ry) * _FINE)
            self._pen.ellipse(box, fill=(*colour, alpha))

    def stroke(self, points: Sequence[Pixel], width: float, colour: Colour, alpha: int = 255) -> None:
        """A line in sheet pixels; thin ones fade instead of growing."""
        fine = width * _FINE
        if fine < 1.0:
            alpha = int(alpha * max(0.25, fine))
        ends = [(x * _FINE, y * _FINE) for x, y in points]
        self._pen.line(ends, fill=(*colour, alpha), width=max(1, round(fine)), joint="curve")

    def write(self, text: str, x: float, y: float, size: float, colour: Colour) -> None:
        """``text`` in Pillow's own font, ``size`` pixels high, its middle at x, y."""
        font = ImageFont.load_default(size * _FINE)
        self._pen.text((x * _FINE, y * _FINE), text, font=font, fill=colour, anchor="mm")

    def distance_m(self, point: World) -> float:
        """How far ahead of the eye ``point`` lies."""
        return self.camera.seen(point)[2]

    def face(self, points: Sequence[World], colour: Colour, *, light: float | None = None, alpha: int = 255) -> None:
        """A flat polygon in the world, lit by the sun unless ``light`` says how bright it is."""
        seen = _in_front([self.camera.seen(point) for point in points])
        if len(seen) < 3:
            return
        bright = self._lit(points) if light is None else light
        away = sum(point[2] for point in seen) / len(seen)
        self.shape([self.camera.pixel(point) for point in seen], self.in_air(shade(colour, bright), away), alpha)

    def _lit(self, points: Sequence[World]) -> float:
        normal = _normal(points)
        eye = (self.camera.x_m - points[0][0], self.camera.height_m - points[0][1], self.camera.z_m - points[0][2])
        if _dot(normal, eye) < 0:
            normal = (-normal[0], -normal[1], -normal[2])
        return 0.62 + 0.46 * max(0.0, _dot(normal, self.light.direction))

    def beam(self, start: World, end: World, thick_m: float, colour: Colour, alpha: int = 255) -> None:
        """A straight bar between two world points."""
        seen = [self.camera.seen(start), self.camera.seen(end)]
        if min(seen[0][2], seen[1][2]) < _NEAR_M:
            return
        away = (seen[0][2] + seen[1][2]) / 2
        width = thick_m * self.camera.focal_px / away
        self.stroke([self.camera.pixel(point) for point in seen], width, self.in_air(colour, away), alpha)

    def stand(self, point: World, *, mirrored: bool = False) -> Stand:
        """A flat figure's own axes at ``point``: metres to the right and up, facing the camera."""
        seen = self.camera.seen(point)
        x, y = self.camera.pixel((seen[0], seen[1], max(_NEAR_M, seen[2])))
        return Stand(self, x, y, self.camera.focal_px / max(_NEAR_M, seen[2]), -1.0 if mirrored else 1.0, seen[2])


@dataclass(frozen=True, slots=True)
class Stand:
    """Draws in metres around one foot point; ``scale`` is pixels per metre there."""

    canvas: Canvas
    x_px: float
    y_px: float
    scale: float
    side: float
    away_m: float

    def _pixel(self, u: float, v: float) -> Pixel:
        return self.x_px + self.side * u * self.scale, self.y_px - v * self.scale

    def shape(self, points: Sequence[Pixel], colour: Colour, alpha: int = 255) -> None:
        """A filled polygon of (right, up) metres."""
        self.canvas.shape([self._pixel(u, v) for u, v in points], self.canvas.in_air(colour, self.away_m), alpha)

    def disc(self, u: float, v: float, ru: float, rv: float, colour: Colour, *, alpha: int = 255) -> None:
        """A filled ellipse around (right, up) metres."""
        x, y = self._pixel(u, v)
        self.canvas.disc(x, y, ru * self.scale, rv * self.scale, self.canvas.in_air(colour, self.away_m), alpha=alpha)

    def stroke(self, points: Sequence[Pixel], width_m: float, colour: Colour, alpha: int = 255) -> None:
        """A line through (right, up) metres."""
        ends = [self._pixel(u, v) for u, v in points]
        self.canvas.stroke(ends, width_m * self.scale, self.canvas.in_air(colour, self.away_m), alpha)


class Queue:
    """Things that stand about, drawn from the farthest to the nearest whatever the order of placing."""

    def __init__(self, canvas: Canvas, rng: Random) -> None:
        self.canvas = canvas
        self._rng = rng
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []

    def place(self, figure: Callable[..., None], point: World, *args: Any, **kwargs: Any) -> None:
        """Draw ``figure(canvas, rng, point, ...)`` when its turn comes; behind the eye it never does."""
        own = Random(self._rng.getrandbits(64))
        self.add(point, partial(figure, self.canvas, own, point, *args, **kwargs))

    def add(self, point: World, draw: Callable[[], None]) -> None:
        """Call ``draw`` when the turn of ``point`` comes."""
        away = self.canvas.distance_m(point)
        if away > 1.0:
            self._waiting.append((-away, len(self._waiting), draw))

    def run(self) -> None:
        """Draw everything."""
        for _, _, draw in sorted(self._waiting, key=lambda entry: entry[:2]):
            draw()
        self._waiting.clear()


def _in_front(points: Sequence[World]) -> list[World]:
    """The part of a seen polygon that lies in front of the eye (Sutherland-Hodgman, one plane)."""
    kept: list[World] = []
    for here, there in zip(points, [*points[1:], points[0]], strict=True):
        if here[2] >= _NEAR_M:
            kept.append(here)
        if (here[2] >= _NEAR_M) != (there[2] >= _NEAR_M):
            share = (_NEAR_M - here[2]) / (there[2] - here[2])
            kept.append((here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share, _NEAR_M))
    return kept


def _dot(a: World, b: World) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _normal(points: Sequence[World]) -> World:
    """Unit normal of a polygon (right-handed with x right, y up, z towards the viewer's back)."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = points[0], points[1], points[2]
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    normal = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    length = math.hypot(*normal) or 1.0
    return normal[0] / length, normal[1] / length, normal[2] / length
