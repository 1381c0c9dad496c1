"""The letters of the board: Noto Sans where the pages' build took its files along, else a PDF reader's own Helvetica.

Helvetica knows the letters of western Europe and nothing else, so a board that needs others is refused rather than
printed with holes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF

#: The family in which everything is set; the others are asked in this order for what it lacks.
MAIN, CORE = "board", "Helvetica"
#: Signs that Helvetica's encoding lacks, and what says the same.
SPELT = {"₱": "PHP ", "฿": "THB ", "₩": "KRW ", "₹": "INR ", "₫": "VND ", "€": "EUR "}
SPELT |= {"–": "-", "—": "-", "\N{MINUS SIGN}": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."}
SPELT |= {"\N{NARROW NO-BREAK SPACE}": " ", "\N{NO-BREAK SPACE}": " "}
MISSING = "?"
#: Marks that steer the direction of text: they have no shape, and only shapes are printed.
SHAPELESS = {"Cc", "Cf"}
ZERO_WIDTH_SPACE = "\u200b"


class UnprintableError(Exception):
    """The text needs letters for which no font is there."""


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The files of one part of the alphabet, in its two weights."""

    regular: Path
    bold: Path


class Letters:
    """A page's fonts, and text as they can print it."""

    def __init__(self, pdf: FPDF, families: Sequence[FontFiles]) -> None:
        self.family = MAIN if families else CORE
        for number, files in enumerate(families):
            name = MAIN if number == 0 else f"{MAIN}{number}"
            pdf.add_font(name, "", files.regular)
            pdf.add_font(name, "B", files.bold)
        if len(families) > 1:
            pdf.set_fallback_fonts([f"{MAIN}{number}" for number in range(1, len(families))])
        if families:
            pdf.set_text_shaping(True)
        self._known = {code for font in pdf.fonts.values() for code in getattr(font, "cmap", {})}

    def printable(self, text: str) -> str:
        """The text in signs that there are.

        Raises:
            UnprintableError: there is nothing but Helvetica, and it lacks a letter.
        """
        told = unicodedata.normalize("NFC", " ".join(text.split()))
        shown = "".join(
            each for each in told if each == ZERO_WIDTH_SPACE or unicodedata.category(each) not in SHAPELESS
        )
        return self._core(shown) if self.family == CORE else "".join(map(self._shown, shown))

    def _shown(self, sign: str) -> str:
        return sign if sign == ZERO_WIDTH_SPACE or ord(sign) in self._known else MISSING

    def _core(self, text: str) -> str:
        spelt = "".join(SPELT.get(sign, sign) for sign in text.replace(ZERO_WIDTH_SPACE, ""))
        try:
            return spelt.encode("latin-1").decode("latin-1")
        except UnicodeEncodeError as error:
            raise UnprintableError(f"Helvetica has no “{spelt[error.start]}”") from None
