"""The strip under every picture that says what it is: an illustration, never a photo."""

from __future__ import annotations

import re

from PIL import Image, ImageDraw, ImageFont

from demo.pictures.canvas import HEIGHT_PX, WIDTH_PX

LABEL = "Illustration \u2014 demonstration data"

_STRIP_PX = 104
_MARGIN_PX = 36
_INK = (248, 244, 230)
_DASHES = re.compile("[\u2013\u2014]")


def stamp(picture: Image.Image, caption: str, stage: str) -> None:
    """Write ``caption`` and ``stage`` at the left and the label at the right of a dark strip, in place."""
    pen = ImageDraw.Draw(picture, "RGBA")
    top = HEIGHT_PX - _STRIP_PX
    pen.rectangle((0, top, WIDTH_PX, HEIGHT_PX), fill=(24, 36, 40, 206))
    pen.rectangle((0, top, WIDTH_PX, top + 3), fill=(232, 196, 78, 255))
    width = _width(LABEL, 32)
    room = WIDTH_PX - width - 3 * _MARGIN_PX
    _line(pen, WIDTH_PX - width - _MARGIN_PX, top + 54, LABEL, 32)
    _line(pen, _MARGIN_PX, top + 36, _cut(caption, 36, room), 36)
    _line(pen, _MARGIN_PX, top + 76, stage.capitalize(), 28)


def _line(pen: ImageDraw.ImageDraw, x: float, y: float, text: str, size: int) -> None:
    """Write one line from ``x``; dashes are ruled, because Pillow's own font has none."""
    font = ImageFont.load_default(size)
    for number, part in enumerate(_DASHES.split(text)):
        if number:
            pen.rectangle((x + 3, y + 1, x + size - 3, y + max(2, size // 14)), fill=_INK)
            x += size
        pen.text((x, y), part, font=font, fill=_INK, anchor="lm")
        x += font.getlength(part)


def _width(text: str, size: int) -> float:
    parts = _DASHES.split(text)
    return sum(ImageFont.load_default(size).getlength(part) for part in parts) + size * (len(parts) - 1)


def _cut(text: str, size: int, room: float) -> str:
    """``text``, shortened until it is no wider than ``room`` pixels."""
    while len(text) > 4 and _width(text, size) > room:
        text = text.removesuffix("...")[:-1].rstrip() + "..."
    return text
