"""A list as a CSV file (RFC 4180) that spreadsheets open rightly: UTF-8 with its mark, and no cell that is a formula.

The rows are written while they are sent, so that a list of a million lines takes no memory.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
#: A cell that begins so is run by spreadsheets, by some also where the sign is a wide one (OWASP, CSV injection); an
#: apostrophe before it makes it text.
WIDE = (
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *WIDE)


def csv_list(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows under their heads, to be kept as ``name``.csv; None is an empty cell, numbers stay numbers."""
    response = Response(stream_with_context(_lines(head, rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _line(head)
    for row in rows:
        yield _line([_cell(value) for value in row])


def _cell(value: object) -> object:
    if value is None or isinstance(value, (int, float)):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
