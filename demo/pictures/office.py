"""A desk in an office: what somebody photographs who is not on any site. It is drawn to be refused."""

from __future__ import annotations

from PIL import Image

from demo.pictures import scenery
from demo.pictures.canvas import HEIGHT_PX, WIDTH_PX, Camera, Canvas, Colour, mix, shade
from demo.pictures.view import View

_DESK: Colour = (168, 128, 92)
_DESK_TOP_PX = 1010


def picture(view: View, stage: str) -> Image.Image:
    """The desk; ``stage`` changes nothing but the papers on it."""
    canvas = Canvas(Camera(horizon_px=520), scenery.light(view.land, view.number))
    scenery.sky(canvas, view.land)
    scenery.hills(canvas, view.land)
    left = 250 if view.side > 0 else 1130
    _room(canvas, left, view.land.choice(((214, 206, 188), (196, 204, 200), (218, 210, 200))))
    _desk(canvas)
    other = 1180 if view.side > 0 else 330
    _monitor(canvas, other, view)
    _papers(canvas, view, other - 700 * view.side)
    _mug(canvas, other + 280 - 420 * view.side)
    _plant(canvas, view, 215 if view.side < 0 else WIDTH_PX - 215)
    return canvas.finished()


def _rectangle(canvas: Canvas, box: tuple[float, float, float, float], colour: Colour, *, alpha: int = 255) -> None:
    x0, y0, x1, y1 = box
    canvas.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, alpha)


def _room(canvas: Canvas, left: float, wall: Colour) -> None:
    """The wall around a window through which the hills are seen."""
    right, top, bottom = left + 700, 170, 760
    for box in (
        (0, 0, left, HEIGHT_PX),
        (right, 0, WIDTH_PX, HEIGHT_PX),
        (left, 0, right, top),
        (left, bottom, right, HEIGHT_PX),
    ):
        _rectangle(canvas, box, wall)
    frame = shade(wall, 1.5)
    for x in (left, left + 350, right):
        _rectangle(canvas, (x - 12, top - 12, x + 12, bottom + 12), frame)
    for y in (top, bottom):
        _rectangle(canvas, (left - 12, y - 12, right + 12, y + 12), frame)
    _rectangle(canvas, (left - 40, bottom + 12, right + 40, bottom + 40), shade(wall, 0.86))
    for k in range(9):
        _rectangle(canvas, (left + 12, top + 14 + k * 17, right - 12, top + 24 + k * 17), shade(wall, 1.3), alpha=215)
    canvas.shape(
        [(left + 60, bottom + 40), (right + 60, bottom + 40), (right + 300, _DESK_TOP_PX), (left + 300, _DESK_TOP_PX)],
        (255, 244, 214),
        46,
    )


def _desk(canvas: Canvas) -> None:
    canvas.shape([(0, HEIGHT_PX), (0, _DESK_TOP_PX), (WIDTH_PX, _DESK_TOP_PX), (WIDTH_PX, HEIGHT_PX)], _DESK)
    for k in range(13):
        y = _DESK_TOP_PX + 14 + k * k * 3.2
        canvas.stroke([(0, y), (WIDTH_PX, y + 6 * (k % 3))], 1.6, shade(_DESK, 0.86), 120)
    canvas.shape(
        [(0, _DESK_TOP_PX), (WIDTH_PX, _DESK_TOP_PX), (WIDTH_PX, _DESK_TOP_PX + 12), (0, _DESK_TOP_PX + 12)],
        shade(_DESK, 1.25),
    )


def _monitor(canvas: Canvas, x: float, view: View) -> None:
    """A screen with a table of figures, its stand, keyboard and mouse."""
    canvas.disc(x + 280, 1072, 190, 30, (60, 46, 36), alpha=90)
    _rectangle(canvas, (x + 240, 930, x + 320, 1060), (74, 78, 82))
    canvas.disc(x + 280, 1064, 150, 24, (92, 96, 100))
    _rectangle(canvas, (x, 540, x + 560, 950), (52, 56, 60))
    _rectangle(canvas, (x + 16, 556, x + 544, 926), (228, 234, 234))
    _rectangle(canvas, (x + 16, 556, x + 544, 598), (84, 128, 132))
    for row in range(10):
        y = 622 + row * 29
        for column, width in enumerate((120, 90, 60, 110)):
            start = x + 40 + column * 128
            _rectangle(
                canvas,
                (start, y, start + width * view.works.uniform(0.5, 1.0), y + 10),
                mix((228, 234, 234), (74, 90, 96), 0.5),
            )
    canvas.shape([(x + 20, 1150), (x + 500, 1150), (x + 530, 1260), (x - 10, 1260)], (222, 220, 212))
    for row in range(4):
        for key in range(14):
            _rectangle(
                canvas,
                (x + 26 + key * 33 - row * 4, 1160 + row * 24, x + 52 + key * 33 - row * 4, 1178 + row * 24),
                (178, 178, 172),
            )
    canvas.disc(x + 620, 1215, 38, 46, (222, 220, 212))
    canvas.stroke([(x + 620, 1172), (x + 620, 1204)], 3, (150, 150, 146))


def _papers(canvas: Canvas, view: View, x: float) -> None:
    """A fan of printed sheets with a pen across them."""
    for sheet in range(3):
        dx, dy = view.works.uniform(-50, 70) + sheet * 24, sheet * -16
        corners = [(x + dx, 1140 + dy), (x + dx + 380, 1120 + dy), (x + dx + 460, 1330 + dy), (x + dx - 30, 1360 + dy)]
        canvas.shape([(u + 9, v + 10) for u, v in corners], (60, 46, 36), 70)
        canvas.shape(corners, shade((244, 242, 232), 0.94 + 0.03 * sheet))
    for line in range(9):
        y = 1128 + line * 20
        canvas.stroke([(x + 80, y), (x + 80 + view.works.uniform(220, 360), y - 12)], 4, (140, 144, 146))
    canvas.stroke([(x + 250, 1320), (x + 450, 1180)], 11, (58, 88, 122))
    canvas.stroke([(x + 430, 1194), (x + 450, 1180)], 11, (206, 176, 92))


def _mug(canvas: Canvas, x: float) -> None:
    canvas.disc(x + 30, 1160, 92, 20, (60, 46, 36), alpha=90)
    canvas.disc(x + 66, 1090, 42, 46, (186, 96, 72))
    canvas.disc(x + 66, 1090, 24, 28, _DESK)
    _rectangle(canvas, (x - 64, 1020, x + 64, 1146), (186, 96, 72))
    canvas.disc(x, 1146, 64, 18, (166, 82, 62))
    canvas.disc(x, 1020, 64, 18, (214, 134, 104))
    canvas.disc(x, 1023, 54, 13, (74, 52, 42))


def _plant(canvas: Canvas, view: View, x: float) -> None:
    """A pot plant at the end of the desk."""
    for _ in range(24):
        lean, tall = view.land.uniform(-170, 170), view.land.uniform(160, 380)
        tip, tone = (x + lean, 960 - tall), shade((92, 128, 84), view.land.uniform(0.75, 1.2))
        canvas.shape(
            [
                (x - 8, 960),
                (x + lean * 0.6 - 30, 960 - tall * 0.6),
                tip,
                (x + lean * 0.6 + 24, 960 - tall * 0.5),
                (x + 8, 960),
            ],
            tone,
        )
    canvas.shape([(x - 90, 940), (x + 90, 940), (x + 66, 1090), (x - 66, 1090)], (176, 112, 82))
    canvas.shape([(x - 98, 930), (x + 98, 930), (x + 94, 968), (x - 94, 968)], (190, 126, 94))
