"""Text that keeps within its lines: broken where words end, made smaller where it is long, cut off where nothing helps.

Thai writes no spaces between words. A phrase that is longer than its line is broken between written syllables, and a
translator may say where with a zero-width space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fpdf import FPDF

from server.board.letters import ZERO_WIDTH_SPACE

#: A Thai consonant with the vowel before it and the signs on or behind it; elsewhere a letter with its marks.
CLUSTER = re.compile(r"[เ-ไ]?[ก-ฮ][ะ-ฺๅ็-๎]*|.[̀-ͯ]*", re.DOTALL)
WORD = re.compile(f"[^ {ZERO_WIDTH_SPACE}]+|[ {ZERO_WIDTH_SPACE}]")
CUT = "…"


def wrapped(pdf: FPDF, text: str, width: float) -> list[str]:
    """The text in lines of at most ``width``, in the pdf's unit and current font."""
    lines = [""]
    for piece in _pieces(pdf, text, width):
        if pdf.get_string_width((lines[-1] + piece).rstrip()) <= width or not lines[-1].strip():
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return [line.strip() for line in lines if line.strip()]


def fitted(pdf: FPDF, text: str, width: float, sizes: Sequence[float], most: int) -> tuple[float, list[str]]:
    """The first of the sizes (in points) at which the text takes at most so many lines, and these lines.

    At the last size the text is cut off where it is too long even then.
    """
    lines: list[str] = []
    for size in sizes:
        pdf.set_font_size(size)
        lines = wrapped(pdf, text, width)
        if len(lines) <= most:
            return size, lines
    return sizes[-1], [*lines[: most - 1], _cut(pdf, lines[most - 1], width)]


def _pieces(pdf: FPDF, text: str, width: float) -> Iterator[str]:
    for word in WORD.findall(text):
        if word == ZERO_WIDTH_SPACE:
            continue
        if pdf.get_string_width(word) <= width:
            yield word
        else:
            yield from CLUSTER.findall(word)


def _cut(pdf: FPDF, line: str, width: float) -> str:
    clusters = CLUSTER.findall(line)
    sign = CUT if pdf.is_ttf_font else "..."
    while clusters and pdf.get_string_width("".join(clusters) + sign) > width:
        clusters.pop()
    return "".join(clusters).rstrip() + sign
