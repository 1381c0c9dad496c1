"""Lists as CSV: what a spreadsheet makes of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask

from server.csv_lists import csv_list


@pytest.fixture(autouse=True)
def request_of_a_list() -> Iterator[None]:
    """A list is written within the request that asks for it."""
    with Flask("test").test_request_context():
        yield


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_list_has_its_heads_its_rows_and_a_name() -> None:
    response = csv_list("payments", ["Code", "Net"], [["ROAD-1", 125000050], [None, "ถนน"]])

    text = response.get_data(as_text=True)
    assert text.startswith("\ufeff"), "or a spreadsheet reads Thai as Latin"
    assert rows_of(text.removeprefix("\ufeff")) == [["Code", "Net"], ["ROAD-1", "125000050"], ["", "ถนน"]]
    assert response.headers["Content-Disposition"] == "attachment; filename=payments.csv"
    assert response.mimetype == "text/csv"


@pytest.mark.parametrize("text", ["=1+1", "+63 2", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1", "＋1", "－1", "＠1"])
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    response = csv_list("a", ["Name"], [[text]])

    assert rows_of(response.get_data(as_text=True))[1] == [f"'{text}"]


def test_a_negative_number_stays_a_number() -> None:
    assert rows_of(csv_list("a", ["Net"], [[-5]]).get_data(as_text=True))[1] == ["-5"]


def test_quotes_and_line_ends_stay_within_their_cell() -> None:
    response = csv_list("a", ["Name"], [['the "new"\nroad, part 2']])

    assert rows_of(response.get_data(as_text=True))[1] == ['the "new"\nroad, part 2']


def test_rows_are_asked_for_while_they_are_sent() -> None:
    asked = []

    def rows() -> object:
        for number in range(3):
            asked.append(number)
            yield [number]

    response = csv_list("a", ["No."], rows())  # type: ignore[arg-type]

    assert asked == []
    response.get_data()
    assert asked == [0, 1, 2]
