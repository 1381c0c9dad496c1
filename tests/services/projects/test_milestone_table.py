"""Milestones as CSV: one row per requirement, and every fault by row and column."""

from __future__ import annotations

import pytest

from server.services import projects
from server.services.importing import milestone_table
from tests.services.projects.build import document
from tests.services.projects.conftest import Imports, Previews

HEADER = ",".join(milestone_table.COLUMNS)
TABLE = f"""{HEADER}
A1,Ground cleared,,2000,20000,2026-01-05,2026-02-28,,before,before,As it was,2,,500,,,
,,,,,,,,cleared,during,Cleared ground,,,,,3.2,
A2,Road paved,,8000,80000,2026-03-01,2026-12-20,A1,paved,completion,Paved road,,,,,,
"""


def table(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def test_a_table_says_the_same_as_the_document(imports: Imports, previews: Previews) -> None:
    imports(document())

    told = previews(document(milestones=...), milestones_file=TABLE)

    assert (told.changes, told.faults) == ([], [])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_what_spreadsheets_of_other_countries_write_between_columns_is_understood(separator: str) -> None:
    written = milestone_table.read(TABLE.replace(",", separator).encode())

    assert written.faults == []
    assert written.milestones == milestone_table.read(TABLE.encode()).milestones


def test_a_milestone_goes_on_where_its_columns_are_blank_or_repeated(imports: Imports) -> None:
    repeated = TABLE.replace(",,,,,,,,cleared", "A1,Ground cleared,,2000,20000,2026-01-05,2026-02-28,,cleared")

    imports(document(milestones=...), milestones_file=repeated)

    first, _second = projects.milestones(projects.by_code("NEW-1").id)
    assert [requirement.code for requirement in first.requirements] == ["before", "cleared"]


def test_columns_stand_in_any_order_and_a_byte_order_mark_is_borne() -> None:
    read = milestone_table.read(
        "\ufeffweight_bp,milestone,milestone_title,must_exist,amount_minor,starts_on,ends_on,predecessor\r\n"
        '10000,A1,"Paved, drained",,5,2026-01-05,2026-02-28,\r\n'.encode()
    )

    assert read.faults == []
    assert read.milestones == [
        {
            "code": "A1",
            "title": "Paved, drained",
            "weight_bp": 10000,
            "amount_minor": 5,
            "starts_on": "2026-01-05",
            "ends_on": "2026-02-28",
            "requirements": [],
        }
    ]


def test_blank_rows_are_passed_over_and_still_counted(looks: Previews) -> None:
    told = looks(
        document(milestones=...), milestones_file=TABLE.replace("\nA2,", "\n,,,\nA2,").replace("8000,80000", "8000,x")
    )

    assert [fault.detail for fault in told.faults] == ["Row 5, column amount_minor: Not a whole number."]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (",2000,", ",two,", "Row 2, column weight_bp: Not a whole number."),
        (",20000,", ",200.5,", "Row 2, column amount_minor: Not a whole number."),
        (",20000,", ",1_0,", "Row 2, column amount_minor: Not a whole number."),
        (",20000,", ",,", "Row 2, column amount_minor: Missing data for required field."),
        ("2026-02-28", "28/02/2026", "Row 2, column ends_on: Not a day such as 2026-03-31."),
        ("cleared,during", "cleared,later", "Row 3, column stage: Must be one of: before, mobilisation, during"),
        ("Cleared ground", "", "Row 3, column requirement_title: Missing data for required field."),
        ("A1,paved,", "A1,,", "Row 4, column requirement: Missing data for required field."),
        (",A1,paved", ",A9,paved", "Row 4, column predecessor: No milestone before this one has the code A9."),
        (",cleared,", ",before,", "Row 3, column requirement: before stands there twice."),
        (",500,", ",5000,", "Row 2, column station_m: The centre line runs from 0+000 to 1+106."),
        (",500,", ",nan,", "Row 2, column station_m: Not a number."),
        (",,,,,,,,cleared", "A1,Other,,,,,,,cleared", "Row 3, column milestone_title: This differs from the"),
        ("Paved road,,,,,,", "Paved road,,,,,,,,x", "Row 4, column 18: There are more cells than columns."),
    ],
)
def test_a_fault_is_named_by_row_and_column(looks: Previews, before: str, after: str, told: str) -> None:
    assert before in TABLE

    faults = looks(document(milestones=...), milestones_file=TABLE.replace(before, after, 1)).faults

    assert [fault for fault in faults if fault.detail.startswith(told)], faults


def test_all_faults_of_a_table_are_told_at_once(looks: Previews) -> None:
    wrong = TABLE.replace("2000,20000", "x,y").replace("completion", "done").replace(",500,", ",far,")

    faults = looks(document(milestones=...), milestones_file=wrong).faults

    assert [fault.detail.split(":")[0] for fault in faults] == [
        "Row 2, column weight_bp",
        "Row 2, column amount_minor",
        "Row 2, column station_m",
        "Row 4, column stage",
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Row 1: The column “milestone” is missing."),
        (b"milestone,colour\n", "Row 1: There is no column “colour”."),
        (HEADER.encode() + b",stage\n", "Row 1: The column “stage” stands there twice."),
        (HEADER.encode() + b"\n\xff\xfe\n", "is not UTF-8; save the table as UTF-8."),
        (HEADER.encode() + b'\nA1,"open', "Row 2 cannot be read"),
        (table(",,,,,,,,before,before,As it was").encode(), "Row 2, column milestone: The first row has to name"),
        (HEADER.encode() + b"\n," * 6000, "The table has more than 5000 rows."),
        (b"x" * (4 * 1024 * 1024 + 1), "The table is larger than 4 MB."),
    ],
)
def test_a_table_that_is_none_is_refused_with_the_reason(data: bytes, told: str) -> None:
    assert any(told in fault.detail for fault in milestone_table.read(data).faults)


@pytest.mark.parametrize("data", [b"\xff\xfe" + HEADER.encode(), b"x" * (4 * 1024 * 1024 + 1)])
def test_a_table_that_cannot_be_read_has_that_one_fault_and_no_missing_columns(data: bytes) -> None:
    assert len(milestone_table.read(data).faults) == 1


def test_milestones_in_the_document_and_in_a_table_are_one_too_many(looks: Previews) -> None:
    faults = looks(document(), milestones_file=TABLE).faults

    assert [fault.detail for fault in faults] == ["Milestones are given here and as a table; give one."]
