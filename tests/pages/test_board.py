from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient

from server import assets
from server.access import Actor
from server.db import reading, writing
from server.languages import LANGUAGES
from server.models import Milestone, Organisation, Project
from server.models.milestones import MilestoneState
from server.texts import catalogue

BUILT = (assets.BUILT / ".vite" / "manifest.json").is_file()
built_fonts = pytest.mark.skipif(not BUILT, reason="the pages' modules are not built (bin/build-field)")
A3_LANDSCAPE_MM = (420, 297)
BOARD = "/projects/ROAD-1/board.pdf"


def board(client: FlaskClient, language: str = "en") -> bytes:
    answer = client.get(BOARD, query_string={"language": language})
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return answer.data


def words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        text = str(document[0].get_textpage().get_text_range())
    return " ".join(text.split())


def codes(pdf: bytes) -> list[str]:
    """What a reader of QR codes sees on the page, as a phone's camera would have it at about 60 dots per inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=0.85).to_pil()
    return [each.text for each in zxingcpp.read_barcodes(picture)]


def rename(title: str) -> None:
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = title


@built_fonts
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_code_leads_to_the_project_in_every_language(client: FlaskClient, language: str) -> None:
    pdf = board(client, language)

    assert codes(pdf) == ["http://localhost/projects/ROAD-1"]
    assert "http://localhost/projects/ROAD-1" in words(pdf)


def test_is_one_page_of_a3(client: FlaskClient) -> None:
    with pypdfium2.PdfDocument(board(client)) as document:
        size_mm = [round(points * 25.4 / 72) for points in document[0].get_size()]

        assert (len(document), tuple(size_mm)) == (1, A3_LANDSCAPE_MM)


@built_fonts
def test_says_what_is_built_for_whom_by_whom_and_for_how_much(client: FlaskClient) -> None:
    told = words(board(client))

    for each in ("The works of ROAD-1", "Agency", "Builder", "₱1,000,000.00", "Region Six", "Milestone 3", "0+000"):
        assert each in told, each


@built_fonts
def test_thai_is_in_it(client: FlaskClient) -> None:
    rename("ก่อสร้างถนนสายหนองคำ")
    told = words(board(client, "th"))

    # Marks above and below come out of a PDF as letters of their own, in the order of their places.
    assert "สายหนองค" in told.replace(" ", "")
    assert any(month in told.replace(" ", "") for month in ("มกราคม", "ตลาคม", "ตุลาคม", "คม", "ยน"))


@built_fonts
@pytest.mark.parametrize(
    "title",
    [
        "A road " * 40,
        "ก่อสร้างถนนคอนกรีตเสริมเหล็ก" * 15,
        "x" * 300,
        "شارع السوق \u202e abc",
        "<script>alert('x')</script> & “quotes” \\",
        "도로 😀 \u0301",
    ],
)
def test_no_title_breaks_it(client: FlaskClient, title: str) -> None:
    rename(title[:300])

    assert codes(board(client)) == ["http://localhost/projects/ROAD-1"]


@built_fonts
def test_milestones_beyond_the_page_are_said_to_be_elsewhere(client: FlaskClient) -> None:
    with writing() as session:
        first = session.scalars(sa.select(Milestone).join(Milestone.project).where(Project.code == "ROAD-1")).first()
        assert first is not None
        for number in range(4, 40):
            more = {"code": f"M{number}", "position": number, "title": f"Milestone {number}"}
            days = {"starts_on": first.starts_on, "ends_on": first.ends_on}
            session.add(
                Milestone(
                    project_id=first.project_id,
                    weight_bp=0,
                    amount_minor=0,
                    state=MilestoneState.PLANNED,
                    **more,
                    **days,
                )
            )
    told = words(board(client))

    assert "Milestone 5" in told
    assert "Milestone 39" not in told
    assert "The other milestones are on the project's page." in told


def test_is_made_without_the_fonts_where_latin_letters_do(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.config[assets.BUILD] = tmp_path
    pdf = board(client)

    assert codes(pdf) == ["http://localhost/projects/ROAD-1"]
    assert "PHP 1,000,000.00" in words(pdf)


def test_says_so_where_letters_are_missing(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.config[assets.BUILD] = tmp_path
    answer = client.get(BOARD, query_string={"language": "th"})

    assert answer.status_code == 503
    told = "The board needs letters that are not installed on this server. It can be printed in English."
    assert catalogue("th").gettext(told) in answer.get_data(as_text=True)


def test_the_same_board_is_not_sent_twice(client: FlaskClient) -> None:
    answer = client.get(BOARD)
    again = client.get(BOARD, headers={"If-None-Match": answer.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_there_is_none_of_a_project_that_is_not_published(client: FlaskClient) -> None:
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().published_at = None

    assert client.get(BOARD).status_code == 404


def test_tells_the_agency_and_not_its_people(client: FlaskClient, actor: Callable[[str], Actor]) -> None:
    told = words(board(client))

    assert reading().scalars(sa.select(Organisation.name).where(Organisation.code == "agency")).one() in told
    assert actor("supervisor").name not in told
