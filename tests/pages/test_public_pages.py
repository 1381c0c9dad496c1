from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from public_site.problem_types import MEANINGS
from server.db import writing
from server.models import Project
from server.problems import CATALOGUE
from tests.pages.browse import Visitor
from tests.pages.story import Road


def test_the_first_page_lists_projects_areas_and_the_newest_photos(road: Road, anyone: Visitor) -> None:
    photos = road.approved()
    anyone.go("/")

    assert "Public works, witnessed" in anyone.text
    assert {"/projects/ROAD-1", "/projects/OTHER-1", "/areas/R6", f"/photos/{photos[0]}"} <= set(anyone.page.links)


def test_the_search_finds_and_says_when_nothing_fits(anyone: Visitor) -> None:
    assert "/projects/ROAD-1" not in anyone.go("/?text=other").page.links
    assert "No project fits this search." in anyone.go("/?text=zebra").text


@pytest.mark.parametrize(
    "query", ["state=nonsense", "cursor=nonsense", "cursor=WyJcdWQ4MDAiXQ", "cursor=WyJcdTAwMDAiXQ", "text=%00"]
)
def test_a_search_that_cannot_be_is_refused_as_a_page(anyone: Visitor, query: str) -> None:
    anyone.go(f"/?{query}")

    assert anyone.status == 422
    assert "A filter in this address is not right" in anyone.text


@pytest.mark.parametrize("address", ["/projects/%00", "/projects/ROAD-1%00", "/areas/R6%00", "/photos/%00", "/%00"])
def test_an_address_with_a_nul_in_it_leads_nowhere(anyone: Visitor, address: str) -> None:
    anyone.go(address)

    assert anyone.status == 404


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_problem_type_has_its_page(anyone: Visitor, name: str) -> None:
    anyone.go(f"/problems/{name}")

    assert anyone.status == 200
    assert CATALOGUE[name].title in anyone.text


def test_no_meaning_is_kept_for_a_problem_that_is_gone() -> None:
    assert set(MEANINGS) == set(CATALOGUE)


@pytest.mark.parametrize("path", ["/projects/none", "/areas/none", "/nowhere", "/problems/none"])
def test_what_does_not_exist_is_told_as_a_page(anyone: Visitor, path: str) -> None:
    assert anyone.go(path).status == 404
    assert "There is no such record" in anyone.text


def test_an_unexpected_fault_is_told_without_its_name(
    app: Flask, anyone: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("server.services.public.areas", break_down)
    anyone.go("/")

    assert anyone.status == 500
    assert "secret" not in anyone.html
    assert "ZeroDivisionError" not in anyone.html


def test_what_people_wrote_is_never_taken_for_markup(road: Road, anyone: Visitor) -> None:
    photo = road.send(caption='<script>alert(1)</script>" onload="x')
    road.send()
    road.approve(road.put_forward())

    for path in ("/", "/projects/ROAD-1", f"/photos/{photo}"):
        assert "<script>alert" not in anyone.go(path).html
        assert anyone.page.inline == []


def test_no_page_needs_inline_script_or_style(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    for path in ("/", "/areas/R6", "/projects/ROAD-1", f"/photos/{photo}", "/sign-in", "/nowhere"):
        assert anyone.go(path).page.inline == []


@pytest.mark.parametrize("path", ["/", "/areas/R6", "/projects/ROAD-1", "/?text=works"])
def test_a_page_may_be_kept_by_others_and_is_sent_again_only_if_it_changed(
    road: Road, anyone: Visitor, path: str
) -> None:
    first = anyone.client.get(path)
    etag = {"If-None-Match": first.headers["ETag"]}
    again = anyone.client.get(path, headers=etag)

    assert "public" in first.headers["Cache-Control"]
    assert "s-maxage=60" in first.headers["Cache-Control"]
    assert "Cookie" in first.headers["Vary"]
    assert (again.status_code, again.data) == (304, b"")
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = "Another name of the works"
    assert anyone.client.get(path, headers=etag).status_code == 200


def test_what_a_signed_in_person_sees_is_kept_by_nobody(visitor: Callable[[str], Visitor]) -> None:
    answer = visitor("supervisor").client.get("/projects/ROAD-1")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
