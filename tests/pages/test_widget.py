from __future__ import annotations

import pytest
import sqlalchemy as sa

from server.db import writing
from server.models import Project
from tests.pages.browse import Visitor
from tests.pages.story import Road

WIDGET = "/widget/ROAD-1"


def test_it_tells_progress_the_newest_photo_and_the_way_to_the_project(road: Road, anyone: Visitor) -> None:
    photos = road.approved()
    anyone.go(WIDGET)

    assert "Verified 20 %" in anyone.text
    assert "/projects/ROAD-1" in anyone.page.links
    assert len(anyone.page.images) == 1
    assert any(f"/photos/{photo}/thumbnail.jpg" in anyone.page.images for photo in photos)


def test_it_stands_without_any_photo(anyone: Visitor) -> None:
    assert anyone.go(WIDGET).status == 200
    assert anyone.page.images == []


def test_every_link_leaves_the_frame(road: Road, anyone: Visitor) -> None:
    road.approved()
    html = anyone.go(WIDGET).html

    assert html.count("<a ") == html.count('target="_blank" rel="noopener"') == len(anyone.page.links)


def test_any_site_may_frame_it_and_it_may_do_nothing_there(anyone: Visitor) -> None:
    headers = anyone.client.get(WIDGET).headers

    assert "frame-ancestors *" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_it_has_no_script_no_form_and_nothing_inline(road: Road, anyone: Visitor) -> None:
    road.approved()
    anyone.go(WIDGET)

    assert "<script" not in anyone.html
    assert anyone.page.forms == []
    assert anyone.page.inline == []


@pytest.mark.parametrize("path", ["/", "/projects/ROAD-1", "/projects/ROAD-1/photos", "/sign-in", "/widget/none"])
def test_nothing_else_may_be_framed(anyone: Visitor, path: str) -> None:
    headers = anyone.client.get(path).headers

    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_page_asked_for_after_it_is_not_framed_either(anyone: Visitor) -> None:
    anyone.client.get(WIDGET)

    assert anyone.client.get("/projects/ROAD-1").headers["X-Frame-Options"] == "DENY"


def test_an_unpublished_project_has_none(anyone: Visitor) -> None:
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().published_at = None

    assert anyone.go(WIDGET).status == 404


def test_the_project_page_gives_the_frame_to_copy(anyone: Visitor) -> None:
    html = anyone.go("/projects/ROAD-1").html

    assert "&lt;iframe src=&#34;http://localhost/widget/ROAD-1&#34; title=&#34;The works of ROAD-1&#34;" in html


def test_a_hostile_name_cannot_leave_the_frame_that_is_copied(anyone: Visitor) -> None:
    with writing() as session:
        title = '"></iframe></textarea><script>alert(1)</script>'
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = title
    anyone.go("/projects/ROAD-1")

    assert "<script>alert" not in anyone.html
    # What is pasted is escaped for where it will stand, and that once more for where it stands here.
    assert "title=&#34;&amp;#34;&amp;gt;&amp;lt;/iframe&amp;gt;" in anyone.html
