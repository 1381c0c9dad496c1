"""The printed site board: what is fenced in at a site, on one A3 page, with the way to its public page.

``sheet`` lays it out from words that were put into the reader's language before; ``letters`` knows the fonts, ``text``
breaks and shrinks what does not fit, ``drawn_map`` draws the site. Nothing here asks the database or the request.
"""

from __future__ import annotations

from server.board.letters import FontFiles, UnprintableError
from server.board.sheet import Board, Fact, Step, printed

__all__ = ["Board", "Fact", "FontFiles", "Step", "UnprintableError", "printed"]
