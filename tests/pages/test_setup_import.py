"""Importing on the pages: what was sent is shown, and exactly what was shown is imported."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import reading
from server.models import Milestone, Project, Site
from tests.pages.browse import Visitor
from tests.pages.setup_story import Administrator

IMPORT = "/review/setup/import"
HEAD = "milestone,milestone_title,must_exist,weight_bp,amount_minor,starts_on,ends_on,predecessor,requirement,stage,"
HEAD += "requirement_title,photos\n"
TABLE = HEAD + "M1,Walls,,10000,1000,2026-01-05,2026-12-20,,walls,during,The walls,2\n"
RING = [[122.8, 11.5], [122.802, 11.5], [122.802, 11.502], [122.8, 11.5]]
SHAPE = json.dumps({"type": "Polygon", "coordinates": [RING]})


@pytest.fixture
def administrator(app: Flask, visitor: Callable[[str], Visitor]) -> Administrator:
    return Administrator(visitor("administrator"))


def send(page: Visitor, **files: str | bytes) -> Visitor:
    page.go(IMPORT)
    data: dict[str, Any] = {"csrf_token": page.form_with("document").values["csrf_token"]}
    for name, content in files.items():
        made = content.encode() if isinstance(content, str) else content
        data[name] = (io.BytesIO(made), f"{name}.file")
    return page._take(page.client.post(IMPORT, data=data | {"step": "show"}))


def made() -> Project | None:
    return reading().scalar(sa.select(Project).where(Project.code == "SCHOOL-9"))


def test_document_site_and_table_are_previewed_and_imported(administrator: Administrator) -> None:
    page = send(administrator.visitor, document=json.dumps(administrator.document()), site=SHAPE, milestones=TABLE)
    assert page.status == 200
    assert "This makes the project SCHOOL-9." in page.text
    assert "Two classrooms" in page.text
    assert made() is None

    page.press("Import exactly this")

    assert page.status == 200
    project = made()
    assert project is not None
    assert reading().scalars(sa.select(Milestone).where(Milestone.project_id == project.id)).one().code == "M1"
    assert reading().scalars(sa.select(Site).where(Site.project_id == project.id)).one().source == "file site.file"


def test_what_was_changed_since_the_preview_is_not_imported(administrator: Administrator) -> None:
    administrator.makes_project()
    page = send(administrator.visitor, document=json.dumps(administrator.document(title="Three")))
    carried = page.form_with("carried").values
    other = Administrator(Visitor(page.client))
    send(other.visitor, document=json.dumps(administrator.document(title="Four"))).press("Import exactly this")

    answer = page.client.post(IMPORT, data=carried | {"step": "save"})

    assert answer.status_code == 409
    project = made()
    assert project is not None
    assert project.title == "Four"


def test_every_fault_of_a_table_is_told_by_row_and_column(administrator: Administrator) -> None:
    table = HEAD + "M1,Walls,,9000,1000,2026-01-05,soon,,walls,lunch,The walls,2\n"
    page = send(administrator.visitor, document=json.dumps(administrator.document()), milestones=table)

    assert page.status == 422
    assert "Row 2, column ends_on: Not a day" in page.text
    assert "Row 2, column stage:" in page.text
    assert "Import exactly this" not in page.buttons


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "This is not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 5000, "This is not JSON"),
        ('{"code": "SCHOOL-9"}', "Missing data for required field."),
    ],
)
def test_what_is_no_document_is_told(administrator: Administrator, document: str | bytes, told: str) -> None:
    page = send(administrator.visitor, document=document)

    assert page.status == 422
    assert told in page.text


def test_what_is_wrong_with_a_document_is_told_in_the_readers_language(administrator: Administrator) -> None:
    administrator.visitor.go(f"{IMPORT}?language=fil")
    page = send(administrator.visitor, document='{"code": "SCHOOL-9", "starts_on": "soon"}')

    assert "Kailangan ang field na ito." in page.text
    assert "Hindi petsa gaya ng 2026-03-31." in page.text


@pytest.mark.parametrize("document", ["[1]", "null", '"text"'])
def test_json_that_is_no_object_is_refused(administrator: Administrator, document: str) -> None:
    assert send(administrator.visitor, document=document).status in {403, 422}


def test_nothing_sent_is_told(administrator: Administrator) -> None:
    page = administrator.visitor.go(IMPORT).press("Show what would change")

    assert page.status == 422
    assert "Choose a project document, or paste one." in page.text


def test_a_pasted_document_does_as_well(administrator: Administrator) -> None:
    page = administrator.visitor.go(IMPORT).press("Show what would change", text=json.dumps(administrator.document()))

    assert page.status == 200
    assert "Import exactly this" in page.buttons


def test_another_agencys_project_is_not_imported(administrator: Administrator) -> None:
    document = administrator.document(code="OTHER-1", agency="other-agency")

    assert send(administrator.visitor, document=json.dumps(document)).status == 403


@pytest.mark.parametrize("torn", [{"code": "\ud800"}, {"\ud800": 1}, {"milestones": [{"\ud800": 1}]}])
def test_half_a_letter_is_no_text(administrator: Administrator, torn: dict[str, Any]) -> None:
    text = json.dumps(administrator.document() | torn)

    assert send(administrator.visitor, document=text).status == 422
    assert "This file is not UTF-8 text." in administrator.visitor.text


def test_nor_is_it_where_a_document_is_carried_along(administrator: Administrator) -> None:
    page = administrator.visitor.go(IMPORT)
    carried = json.dumps(administrator.document() | {"code": "\ud800"})
    sent = {"csrf_token": page.form_with("document").values["csrf_token"], "step": "save", "carried": carried}

    assert page._take(page.client.post(IMPORT, data=sent)).status == 422
    assert "Choose the files again." in page.text
