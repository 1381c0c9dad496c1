"""The site on the board: the same drawing as on the pages (``server.site_picture``), in a PDF's own lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.enums import IntersectionRule

from server.site_picture import Picture

GROUND, FILL, EDGE, INK, PALE = "#e9ece2", "#a9cdc7", "#0b5a55", "#18211f", "#c9c8bd"
#: One step of the path data that ``site_picture`` writes: M or L with a place, or Z.
STEP = re.compile(r"([ML])([^,]+),([^MLZ]+)|(Z)")
POINTS_PER_MM = 72 / 25.4


class DrawnMap:
    """A picture laid on the page with its upper left corner at (left, top), ``width`` wide; all in millimetres."""

    def __init__(self, pdf: FPDF, picture: Picture, left: float, top: float, width: float) -> None:
        self.pdf, self.picture = pdf, picture
        self.left, self.top, self.width = left, top, width
        self.scale = width / picture.width
        self.height = picture.full_height * self.scale

    def draw(self, north: str, write: Callable[[float, float, str, float, str], None]) -> None:
        """Draw it; ``write(x, y, text, points, anchor)`` writes small text with its baseline at y."""
        ground = self.picture.height * self.scale
        self.pdf.set_fill_color(GROUND)
        self.pdf.rect(self.left, self.top, self.width, ground, style="F")
        # The clip's end takes colours back of which the writer of the PDF knows nothing; a context of its own does.
        with self.pdf.local_context(), self.pdf.rect_clip(self.left, self.top, self.width, ground):
            self._path(self.picture.outline, fill=FILL, stroke=EDGE, thick=0.7)
            if self.picture.centre_line:
                self._path(self.picture.centre_line, fill=None, stroke=INK, thick=0.5)
            self._stations(write)
        self._strip(north, write)
        self.pdf.set_draw_color(PALE)
        self.pdf.set_line_width(0.3)
        self.pdf.rect(self.left, self.top, self.width, self.height)

    def _x(self, pixels: float) -> float:
        return self.left + pixels * self.scale

    def _y(self, pixels: float) -> float:
        return self.top + pixels * self.scale

    def _path(self, data: str, *, fill: str | None, stroke: str, thick: float) -> None:
        with self.pdf.new_path() as path:
            path.style.fill_color = fill
            path.style.stroke_color = stroke
            path.style.stroke_width = thick
            path.style.auto_close = False
            path.style.intersection_rule = IntersectionRule.EVENODD
            self._trace(path, data)

    def _trace(self, path: PaintedPath, data: str) -> None:
        for kind, x, y, closing in STEP.findall(data):
            if closing:
                path.close()
            elif kind == "M":
                path.move_to(self._x(float(x)), self._y(float(y)))
            else:
                path.line_to(self._x(float(x)), self._y(float(y)))

    def _stations(self, write: Callable[[float, float, str, float, str], None]) -> None:
        self.pdf.set_fill_color(INK)
        for station in self.picture.stations:
            self.pdf.circle(self._x(station.x), self._y(station.y), 3.5 * self.scale, style="F")
            write(self._x(station.text_x), self._y(station.text_y), station.text, self._points(15), station.anchor)

    def _strip(self, north: str, write: Callable[[float, float, str, float, str], None]) -> None:
        """The scale on the left and the arrow to the north on the right, below the ground."""
        foot = self._y(self.picture.height + 24)
        end = self._x(16 + self.picture.scale_px)
        self.pdf.set_draw_color(INK)
        self.pdf.set_line_width(0.5)
        self.pdf.line(self._x(16), foot - 1, end, foot - 1)
        for x in (self._x(16), end):
            self.pdf.line(x, foot - 2.2, x, foot + 0.2)
        write(end + 3, foot, self.picture.scale_text, self._points(15), "start")
        right = self._x(self.picture.width - 20)
        with self.pdf.new_path() as arrow:
            arrow.style.fill_color, arrow.style.stroke_color = INK, None
            for number, (across, down) in enumerate(((-8, 6), (0, -16), (8, 6), (0, 0))):
                x, y = right + across * self.scale, foot + down * self.scale
                (arrow.line_to if number else arrow.move_to)(x, y)
        write(right - 14 * self.scale, foot, north, self._points(15), "end")

    def _points(self, pixels: float) -> float:
        return pixels * self.scale * POINTS_PER_MM
