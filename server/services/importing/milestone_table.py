"""Milestones and their requirements as a CSV table, one row per requirement.

The table becomes the ``milestones`` of a project document, and every value keeps its row and
column, so that a fault found later can be named by them. Judging the values is kept out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from server.problems import FieldError, pointer
from server.texts import _

MILESTONE_COLUMNS = {
    "milestone": "code",
    "milestone_title": "title",
    "must_exist": "must_exist",
    "weight_bp": "weight_bp",
    "amount_minor": "amount_minor",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "predecessor": "predecessor",
}
REQUIREMENT_COLUMNS = {
    "requirement": "code",
    "stage": "stage",
    "requirement_title": "title",
    "photos": "photos",
    "view": "view",
    "station_m": "station_m",
    "station_tolerance_m": "station_tolerance_m",
    "minimum_megapixels": "minimum_megapixels",
    "oldest_age_h": "oldest_age_h",
}
COLUMNS = (*MILESTONE_COLUMNS, *REQUIREMENT_COLUMNS)
NUMBERS = frozenset(
    {"weight_bp", "amount_minor", "photos", "station_m", "station_tolerance_m", "minimum_megapixels", "oldest_age_h"}
)
NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
SEPARATORS = ",;\t"
MOST_ROWS = 5_000
MOST_BYTES = 4 * 1024 * 1024


@dataclass
class MilestoneTable:
    """A table as read.

    ``milestones`` has the shape of the document's. ``places`` maps a pointer into it to
    (row, column); rows are counted as a spreadsheet does, the header being row 1.
    """

    milestones: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[FieldError] = field(default_factory=list)

    def fault(self, detail: str) -> None:
        """Note that the table itself is wrong."""
        self.faults.append(FieldError(pointer("milestones"), detail))

    def named(self, fault: FieldError) -> FieldError:
        """The fault with its row and column in front, where its pointer leads into the table."""
        steps = fault.pointer.split("/")
        while len(steps) > 2:
            place = self.places.get("/".join(steps))
            if place is not None:
                missing = _column_of(fault.pointer) if place[1] in {"milestone", "requirement"} else None
                return FieldError(fault.pointer, _at(place[0], missing or place[1], fault.detail))
            steps.pop()
        return fault


def read(data: bytes) -> MilestoneTable:
    """Read a table; whatever is wrong with its form is in ``faults``."""
    table = MilestoneTable()
    rows = _rows(data, table)
    header = [name.strip() for name in next(rows, (1, []))[1]]
    # A table that cannot be read has no header to find fault with.
    if not table.faults:
        _check_header(header, table)
    if not table.faults:
        reader = _Reader(table)
        for number, cells in rows:
            reader.take(number, header, cells)
    return table


class _Reader:
    """Takes the rows one after another and remembers which milestone they continue."""

    def __init__(self, table: MilestoneTable) -> None:
        self._table = table
        self._index: dict[str, int] = {}
        self._current: int | None = None

    def take(self, number: int, header: list[str], cells: list[str]) -> None:
        """Add one row: a milestone where it names a new one, and a requirement where it has one."""
        if not any(cell.strip() for cell in cells):
            return
        if len(cells) > len(header):
            self._fault(number, len(header) + 1, _("There are more cells than columns."))
            return
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        index = self._milestone_of(number, row)
        if index is not None and REQUIREMENT_COLUMNS.keys() & row.keys():
            self._add_requirement(index, number, row)

    def _milestone_of(self, number: int, row: dict[str, str]) -> int | None:
        """The place in the list of the milestone that a row names or continues."""
        code = row.get("milestone")
        if code is None and self._current is None:
            self._fault(number, "milestone", _("The first row has to name a milestone."))
        elif code is not None and code not in self._index:
            self._current = self._index[code] = len(self._table.milestones)
            self._table.milestones.append({**_values(row, MILESTONE_COLUMNS), "requirements": []})
            self._place((self._current,), number, row, MILESTONE_COLUMNS)
        else:
            self._current = self._current if code is None else self._index[code]
            self._compare(self._current, number, row)
        return self._current

    def _compare(self, index: int | None, number: int, row: dict[str, str]) -> None:
        """A repeated milestone cell must say what the milestone's first row said."""
        known = {} if index is None else self._table.milestones[index]
        for column, name in MILESTONE_COLUMNS.items():
            if column in row and known.get(name) != _value(column, row[column]):
                self._fault(number, column, _("This differs from the milestone's first row."))

    def _add_requirement(self, index: int, number: int, row: dict[str, str]) -> None:
        requirements = self._table.milestones[index]["requirements"]
        requirements.append(_values(row, REQUIREMENT_COLUMNS))
        self._place((index, "requirements", len(requirements) - 1), number, row, REQUIREMENT_COLUMNS)

    def _place(self, steps: tuple[int | str, ...], number: int, row: dict[str, str], columns: dict[str, str]) -> None:
        self._table.places[pointer("milestones", *steps)] = (number, next(iter(columns)))
        for column, name in columns.items():
            if column in row:
                self._table.places[pointer("milestones", *steps, name)] = (number, column)

    def _fault(self, number: int, column: str | int, detail: str) -> None:
        self._table.fault(_at(number, column, detail))


def _at(number: int, column: str | int, detail: str) -> str:
    """A fault with its row and column in front."""
    return _("Row %(number)s, column %(column)s: %(detail)s", number=number, column=column, detail=detail)


def _rows(data: bytes, table: MilestoneTable) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers, up to the first that cannot be read or is one too many."""
    if len(data) > MOST_BYTES:
        table.fault(_("The table is larger than 4 MB."))
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        table.fault(_("Byte %(byte)s is not UTF-8; save the table as UTF-8.", byte=error.start + 1))
        return
    number = 0
    try:
        lines = io.StringIO(text, newline="")
        for number, cells in enumerate(csv.reader(lines, delimiter=_separator(text), strict=True), start=1):
            if number > MOST_ROWS:
                table.fault(_("The table has more than %(most)s rows.", most=MOST_ROWS))
                return
            yield number, cells
    except csv.Error as error:
        table.fault(_("Row %(number)s cannot be read: %(error)s.", number=number + 1, error=error))


def _separator(text: str) -> str:
    """What stands between the columns of the first row; spreadsheets of many countries write semicolons."""
    header = text.partition("\n")[0]
    return max(SEPARATORS, key=header.count)


def _check_header(header: list[str], table: MilestoneTable) -> None:
    for name in dict.fromkeys(header):
        if name not in COLUMNS:
            table.fault(_("Row 1: There is no column “%(name)s”.", name=name))
    for name in MILESTONE_COLUMNS:
        if name not in header:
            table.fault(_("Row 1: The column “%(name)s” is missing.", name=name))
    for name in COLUMNS:
        if header.count(name) > 1:
            table.fault(_("Row 1: The column “%(name)s” stands there twice.", name=name))


def _values(row: dict[str, str], columns: dict[str, str]) -> dict[str, Any]:
    return {name: _value(column, row[column]) for column, name in columns.items() if column in row}


def _value(column: str, cell: str) -> Any:
    """A number where the column holds numbers and the cell is one; else the text, for the schema to judge."""
    if column not in NUMBERS or not NUMBER.fullmatch(cell):
        return cell
    return float(cell) if "." in cell else int(cell)


def _column_of(fault_pointer: str) -> str | None:
    """The column whose cell is missing, told from the pointer of the missing field."""
    name = fault_pointer.rsplit("/", 1)[-1]
    columns = REQUIREMENT_COLUMNS if "/requirements/" in fault_pointer else MILESTONE_COLUMNS
    return next((column for column, known in columns.items() if known == name), None)
