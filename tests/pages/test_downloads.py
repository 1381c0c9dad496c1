from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.db import writing
from server.engines import EXTENSION
from server.models import Milestone, Project
from tests.pages.browse import Visitor
from tests.pages.story import Road

FILES = {
    "milestones.csv": "text/csv",
    "payments.csv": "text/csv",
    "photos.csv": "text/csv",
    "photos.geojson": "application/geo+json",
    "site.geojson": "application/geo+json",
    "project.json": "application/json",
}


def rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    content = client.get(f"/projects/ROAD-1/{name}").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


def document(client: FlaskClient, name: str) -> Any:
    return json.loads(client.get(f"/projects/ROAD-1/{name}").data)


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_each_file_is_kept_under_a_name_that_says_whose_it_is(client: FlaskClient, name: str, kind: str) -> None:
    response = client.get(f"/projects/ROAD-1/{name}")

    assert (response.status_code, response.mimetype) == (200, kind)
    assert "attachment" in response.headers["Content-Disposition"]
    assert "ROAD-1" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("name", FILES)
def test_the_project_page_leads_to_each_file(anyone: Visitor, name: str) -> None:
    assert f"/projects/ROAD-1/{name}" in anyone.go("/projects/ROAD-1").page.links


@pytest.mark.parametrize("name", FILES)
def test_an_unknown_or_unpublished_project_has_none(client: FlaskClient, name: str) -> None:
    assert client.get(f"/projects/none/{name}").status_code == 404
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().published_at = None

    assert client.get(f"/projects/ROAD-1/{name}").status_code == 404


def test_milestones_come_in_their_order_with_amounts_as_numbers(client: FlaskClient) -> None:
    first, *rest = rows(client, "milestones.csv")

    assert (first["code"], first["amount"], first["currency"], first["state"]) == ("M1", "200000.00", "PHP", "open")
    assert first["share_of_works_percent"] == "20"
    assert [row["code"] for row in rest] == ["M2", "M3"]


def test_payments_are_told_line_by_line(road: Road, client: FlaskClient) -> None:
    assert rows(client, "payments.csv") == []
    road.paid()
    (line,) = rows(client, "payments.csv")

    lines = [float(line[name]) for name in ("gross", "advance_recovery", "retention", "liquidated_damages", "net")]
    assert lines[0] - sum(lines[1:4]) == lines[4] == 150_000
    assert (line["state"], line["paid_on"]) == ("paid", road.today().isoformat())


def test_photos_are_told_with_where_and_when_and_where_to_see_them(road: Road, client: FlaskClient) -> None:
    photos = road.approved()
    told = rows(client, "photos.csv")

    assert {row["id"] for row in told} == {str(photo) for photo in photos}
    assert {row["page"] for row in told} == {f"http://localhost/photos/{photo}" for photo in photos}
    assert all(row["latitude"] == "11.0" and row["taken_at"].endswith("Z") and row["grade"] == "B" for row in told)


def test_photos_are_points_with_their_longitude_first(road: Road, client: FlaskClient) -> None:
    assert document(client, "photos.geojson") == {"type": "FeatureCollection", "features": []}
    photos = road.approved()
    told = document(client, "photos.geojson")["features"]

    assert {feature["id"] for feature in told} == {str(photo) for photo in photos}
    assert told[0]["geometry"] == {"type": "Point", "coordinates": [122.5, 11.0]}


def test_the_site_is_a_feature_and_the_project_a_document(client: FlaskClient) -> None:
    site, project = document(client, "site.geojson"), document(client, "project.json")

    assert (site["type"], site["geometry"]["type"]) == ("Feature", "LineString")
    assert project["code"] == "ROAD-1"
    assert len(project["milestones"]) == 3


def test_what_is_not_public_is_in_no_file(road: Road, client: FlaskClient) -> None:
    hidden = road.send(caption="Not yet")
    road.send_rejected(caption="Elsewhere")

    for name in FILES:
        content = client.get(f"/projects/ROAD-1/{name}").get_data(as_text=True)
        assert str(hidden) not in content
        assert "Not yet" not in content
        assert "Elsewhere" not in content


def test_nobody_is_named_below_an_organisation(road: Road, client: FlaskClient) -> None:
    road.paid()

    for name in FILES:
        content = client.get(f"/projects/ROAD-1/{name}").get_data(as_text=True).lower()
        assert not any(person in content for person in ("inspector", "supervisor", "paymaster", "lddap"))


def test_a_name_that_is_a_formula_is_text_to_spreadsheets(road: Road, client: FlaskClient) -> None:
    with writing() as session:
        milestone = session.scalars(sa.select(Milestone).where(Milestone.id == road.milestone().id)).one()
        milestone.title = '=HYPERLINK("http://evil.example")'

    assert rows(client, "milestones.csv")[0]["title"] == '\'=HYPERLINK("http://evil.example")'


def test_only_what_is_known_of_a_licence_is_said(app: Flask, anyone: Visitor) -> None:
    assert "has not said under which licence" in anyone.go("/projects/ROAD-1").text
    engines = app.extensions[EXTENSION]
    object.__setattr__(engines.settings, "data_licence", "CC BY 4.0")

    assert "Terms of use: CC BY 4.0" in anyone.go("/projects/ROAD-1").text
