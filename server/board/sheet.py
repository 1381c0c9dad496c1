"""The board laid out: a band with what is built, the facts and the map, the milestones, and the way to the page.

One landscape A3 page, in millimetres, to be read by who stands before a fence: nothing is smaller than 12 points but
the map's own figures. Whatever is long is broken, made smaller, and at last cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from fpdf import FPDF

from server.board.drawn_map import DrawnMap
from server.board.letters import FontFiles, Letters
from server.board.text import fitted
from server.site_picture import Picture

WIDE, HIGH, EDGE = 420.0, 297.0, 14.0
BAND, ON_BAND, INK, QUIET, LINE = "#0b5a55", "#ffffff", "#18211f", "#56625e", "#c9c8bd"
BAND_HIGH, TOP, FOOT = 62.0, 74.0, HIGH - EDGE
#: The left edges and widths of the three columns.
FACTS, STEPS, WAY = (EDGE, 122.0), (148.0, 118.0), (280.0, 126.0)
#: A QR code is read from about ten times its size; the quiet zone is part of it (ISO/IEC 18004).
QUIET_MODULES = 4
MM_PER_POINT = 25.4 / 72
#: A map narrower than this says nothing; above it stands its title.
MAP_LEAST, MAP_ABOVE = 50.0, 16.0
TITLE_SIZES = (44, 38, 32, 27, 23, 20)
CODE_SIDE = 112.0


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with what it is called."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone with the days that it is planned for."""

    title: str
    days: str


@dataclass(frozen=True, slots=True)
class Board:
    """Every word on a board, in the reader's language already; ``more`` stands below milestones that do not all fit."""

    language: str
    over: str
    title: str
    code: str
    agency: str
    facts: tuple[Fact, ...]
    map_title: str
    picture: Picture | None
    north: str
    steps_title: str
    steps: tuple[Step, ...]
    no_steps: str
    more: str
    address: str
    scan: str
    can_title: str
    can: tuple[str, ...]
    foot: str
    made_at: datetime


def printed(board: Board, fonts: Sequence[FontFiles] = ()) -> bytes:
    """The board as a PDF; the same board is the same bytes.

    Raises:
        UnprintableError: no fonts are given, and Helvetica lacks a letter of it.
    """
    return _Sheet(board, fonts).drawn()


class _Sheet:
    """The one page while it is drawn."""

    def __init__(self, board: Board, fonts: Sequence[FontFiles]) -> None:
        self.board = board
        self.pdf = FPDF("landscape", "mm", "A3")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.letters = Letters(self.pdf, fonts)
        self.pdf.set_title(board.title)
        self.pdf.set_author(board.agency)
        self.pdf.set_lang(board.language)
        self.pdf.set_creation_date(board.made_at)

    def drawn(self) -> bytes:
        self.pdf.add_page()
        self._band()
        below_facts, below_steps = self._facts(), self._steps()
        if self.board.picture is not None:
            self._map(self.board.picture, (FACTS, below_facts), (STEPS, below_steps))
        self._way()
        self._say(EDGE, FOOT + 1, self.board.foot, WIDE - 2 * EDGE, (12,), colour=QUIET)
        return bytes(self.pdf.output())

    def _band(self) -> None:
        self.pdf.set_fill_color(BAND)
        self.pdf.rect(0, 0, WIDE, BAND_HIGH, style="F")
        wide = WIDE - 2 * EDGE
        _size, lines = self._lines(self.board.title, wide, TITLE_SIZES, 2, bold=True)
        y = 9.0 if len(lines) > 1 else 14.0
        y = self._say(EDGE, y, f"{self.board.over} · {self.board.code}", wide, (17,), colour=ON_BAND)
        y = self._say(EDGE, y, self.board.title, wide, TITLE_SIZES, most=2, bold=True, colour=ON_BAND)
        self._say(EDGE, min(y + 1, BAND_HIGH - 10), self.board.agency, wide, (20, 17, 14), colour=ON_BAND)

    def _facts(self) -> float:
        left, width = FACTS
        y = TOP
        for fact in self.board.facts:
            y = self._say(left, y, fact.name, width, (12,), colour=QUIET) + 0.8
            y = self._say(left, y, fact.value, width, (22, 19, 16, 14, 12), most=2, bold=True) + 6
        return y

    def _map(self, picture: Picture, *rooms: tuple[tuple[float, float], float]) -> None:
        """The map where it comes out largest: below the facts, or below the milestones."""
        shape = picture.width / picture.full_height
        size, left, top = max((min(width, (FOOT - MAP_ABOVE - top) * shape), left, top) for (left, width), top in rooms)
        if size < MAP_LEAST:
            return
        top = self._say(left, top + 3, self.board.map_title, size, (12,), colour=QUIET) + 1.5
        DrawnMap(self.pdf, picture, left, top, size).draw(self.board.north, self._write)

    def _steps(self) -> float:
        left, width = STEPS
        y = self._say(left, TOP - 1.5, self.board.steps_title, width, (22, 19, 16), most=2, bold=True) + 3
        if not self.board.steps:
            return self._say(left, y, self.board.no_steps, width, (14,), most=3, colour=QUIET)
        for number, step in enumerate(self.board.steps):
            if y > FOOT - 26 and number < len(self.board.steps) - 1:
                return self._say(left, y + 1, self.board.more, width, (14, 12), most=2, colour=QUIET)
            y = self._step(step, y)
        return y

    def _step(self, step: Step, y: float) -> float:
        left, width = STEPS
        self.pdf.set_draw_color(LINE)
        self.pdf.set_line_width(0.3)
        self.pdf.line(left, y, left + width, y)
        y = self._say(left, y + 2.6, step.title, width, (16, 14), most=2, bold=True)
        return self._say(left, y + 0.6, step.days, width, (14, 12), colour=QUIET) + 2.6

    def _way(self) -> None:
        left, width = WAY
        y = self._say(left, TOP - 1.5, self.board.scan, width, (22, 19, 16), most=2, bold=True)
        self._code(left + (width - CODE_SIDE) / 2, y, CODE_SIDE)
        # The quiet zone is white as the page is, so that the address may stand close to it.
        y = self._say(left, y + CODE_SIDE - 3, self.board.address, width, (16, 14, 12, 10, 8), most=2, bold=True) + 6
        y = self._say(left, y, self.board.can_title, width, (18, 16), bold=True) + 2
        for each in self.board.can:
            if y > FOOT - 12:
                return
            self.pdf.set_fill_color(BAND)
            self.pdf.circle(left + 1.6, y + 2.8, 1.1, style="F")
            y = self._say(left + 6, y, each, width - 6, (14, 12), most=2) + 1.8

    def _code(self, left: float, top: float, side: float) -> None:
        """The address as a QR code, its quiet zone within ``side``; one path, so that no seam shows between modules."""
        rows = [list(row) for row in segno.make(self.board.address, error="m", micro=False).matrix]
        module = side / (len(rows) + 2 * QUIET_MODULES)
        with self.pdf.new_path() as path:
            path.style.fill_color, path.style.stroke_color = "#000000", None
            for down, row in enumerate(rows, QUIET_MODULES):
                for across, dark in enumerate(row, QUIET_MODULES):
                    if dark:
                        path.rectangle(left + across * module, top + down * module, module, module)

    def _say(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        sizes: Sequence[float],
        *,
        most: int = 1,
        bold: bool = False,
        colour: str = INK,
    ) -> float:
        """Write a text with its upper edge at ``y``, in at most so many lines; where it ends."""
        size, lines = self._lines(text, width, sizes, most, bold=bold)
        self.pdf.set_font_size(size)
        self.pdf.set_text_color(colour)
        # Thai sets signs above and below its letters, and needs the room.
        high = size * MM_PER_POINT * (1.45 if self.board.language == "th" else 1.25)
        for number, line in enumerate(lines):
            self.pdf.set_xy(x, y + number * high)
            self.pdf.cell(width, high, line)
        return y + len(lines) * high

    def _lines(
        self, text: str, width: float, sizes: Sequence[float], most: int, *, bold: bool
    ) -> tuple[float, list[str]]:
        self.pdf.set_font(self.letters.family, "B" if bold else "")
        return fitted(self.pdf, self.letters.printable(text), width, sizes, most)

    def _write(self, x: float, y: float, text: str, points: float, anchor: str) -> None:
        self.pdf.set_font(self.letters.family, "", points)
        self.pdf.set_text_color(INK)
        text = self.letters.printable(text)
        wide = self.pdf.get_string_width(text)
        self.pdf.text(x - {"end": wide, "middle": wide / 2}.get(anchor, 0.0), y, text)
