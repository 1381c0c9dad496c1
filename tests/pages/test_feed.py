from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient

from server.db import writing
from server.models import Milestone, Project
from tests.pages.browse import Visitor
from tests.pages.story import Road

ATOM = "{http://www.w3.org/2005/Atom}"
PROJECT, AREA = "/projects/ROAD-1/feed.atom", "/areas/R6/feed.atom"


def read(client: FlaskClient, path: str = PROJECT) -> Element:
    """The feed at an address."""
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    root: Element = fromstring(response.data)
    assert root.tag == f"{ATOM}feed"
    return root


def text(element: Element, name: str) -> str:
    found = element.findtext(f"{ATOM}{name}")
    assert found, f"there is no {name}"
    return found


def entries(feed: Element) -> list[Element]:
    return feed.findall(f"{ATOM}entry")


def titles(feed: Element) -> str:
    """All titles, without the invisible signs that keep a name apart from the sentence."""
    together = "\n".join(text(entry, "title") for entry in entries(feed))
    return together.replace("\u2068", "").replace("\u2069", "")


def test_a_project_that_was_only_published_has_that_as_its_news(client: FlaskClient) -> None:
    assert titles(read(client)) == "The project was published here."


def test_approvals_and_payments_are_told_the_latest_first(road: Road, client: FlaskClient) -> None:
    road.paid()
    feed = read(client)

    assert titles(feed).splitlines()[:2] == [
        "₱150,000.00 was paid for “Milestone 1”.",
        "“Milestone 1” was approved on its evidence; 2 photos can be seen here.",
    ]
    times = [datetime.fromisoformat(text(entry, "updated")) for entry in entries(feed)]
    assert times == sorted(times, reverse=True)
    assert datetime.fromisoformat(text(feed, "updated")) == times[0]
    assert all(time.tzinfo for time in times)


def test_everything_that_rfc_4287_asks_for_is_there(road: Road, client: FlaskClient) -> None:
    road.paid()
    feed = read(client)

    assert text(feed, "title") == "The works of ROAD-1"
    ids = [text(each, "id") for each in (feed, *entries(feed))]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("urn:uuid:") for each in ids)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://localhost/projects/ROAD-1", "self": f"http://localhost{PROJECT}"}
    for entry in entries(feed):
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Agency"
        assert [link.get("href", "").split("#")[0] for link in entry.findall(f"{ATOM}link")] == [links["alternate"]]


def test_an_entry_keeps_its_id_when_more_happens_and_wherever_it_is_read(road: Road, client: FlaskClient) -> None:
    first = {text(entry, "id") for entry in entries(read(client))}
    road.approved()
    elsewhere = client.get(PROJECT, base_url="https://saksi.example").data

    assert first < {text(entry, "id") for entry in entries(fromstring(elsewhere))}


def test_a_picture_of_what_was_approved_comes_along(road: Road, client: FlaskClient) -> None:
    photos = road.approved()
    content = text(entries(read(client))[0], "content")

    assert any(f'src="http://localhost/photos/{photo}/web.jpg"' in content for photo in photos)


def test_who_decided_and_who_paid_is_not_told(road: Road, client: FlaskClient) -> None:
    road.paid()
    told = client.get(PROJECT).get_data(as_text=True).lower()

    for name in ("supervisor", "paymaster", "inspector", "all is there", "lddap"):
        assert name not in told


def test_what_is_not_approved_is_no_news(road: Road, client: FlaskClient) -> None:
    road.send()
    road.put_forward()

    assert titles(read(client)) == "The project was published here."


HOSTILE = '</title><script>alert("1")</script>&\x01\u202eevil'


def test_a_hostile_name_breaks_no_feed_and_is_no_markup(road: Road, client: FlaskClient) -> None:
    road.approved()
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = HOSTILE
        session.scalars(sa.select(Milestone).where(Milestone.id == road.milestone().id)).one().title = HOSTILE
    feed = read(client)

    assert "<script>" in text(feed, "title")  # As text: the parser has taken the escapes away.
    assert "<script>" not in text(entries(feed)[0], "content")
    assert "\x01" not in titles(feed)


def test_a_feed_of_an_area_names_the_projects(road: Road, client: FlaskClient) -> None:
    road.approved()
    feed = read(client, AREA)

    assert text(feed, "title") == "Region Six"
    assert "The works of ROAD-1: “Milestone 1” was approved" in titles(feed)


def test_an_area_without_news_has_an_empty_feed(client: FlaskClient) -> None:
    feed = read(client, AREA)

    assert entries(feed) == []
    assert text(feed, "updated").startswith("1970-01-01")


@pytest.mark.parametrize("path", ["/projects/none/feed.atom", "/areas/none/feed.atom"])
def test_what_does_not_exist_has_no_feed(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_reader_that_has_the_feed_is_spared_it(client: FlaskClient) -> None:
    first = client.get(PROJECT)

    assert client.get(PROJECT, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_project_page_says_where_its_feed_is(anyone: Visitor) -> None:
    assert (
        f'type="application/atom+xml" title="News of The works of ROAD-1" href="{PROJECT}"'
        in anyone.go("/projects/ROAD-1").html
    )


def test_a_feed_is_told_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    assert client.get(PROJECT, headers={"Accept-Language": "th"}).data.count(b'xml:lang="th"') == 1
