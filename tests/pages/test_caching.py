"""What may be kept of the public's pages: 304 where nothing changed, compressed, and never what is somebody's own."""

from __future__ import annotations

from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient

from tests.pages.browse import Visitor
from tests.pages.story import Road


def test_a_published_page_that_did_not_change_is_not_sent_again(client: FlaskClient, road: Road) -> None:
    first = client.get("/projects/ROAD-1")

    again = client.get("/projects/ROAD-1", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-while-revalidate=600"


def test_so_too_where_it_travels_compressed(client: FlaskClient, road: Road) -> None:
    small = {"Accept-Encoding": "br"}
    first = client.get("/projects/ROAD-1", headers=small)
    assert first.headers["Content-Encoding"] == "br"

    again = client.get("/projects/ROAD-1", headers={**small, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


def test_a_page_that_changed_is_sent(client: FlaskClient, road: Road) -> None:
    first = client.get("/projects/ROAD-1")
    road.approved()

    again = client.get("/projects/ROAD-1", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200


def test_a_compressed_page_says_the_same(client: FlaskClient, road: Road) -> None:
    plain = client.get("/projects/ROAD-1")
    small = client.get("/projects/ROAD-1", headers={"Accept-Encoding": "br"})

    assert brotli.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2


@pytest.mark.parametrize("accepted", ["*", "identity", "br;q=0"])
def test_who_names_no_encoding_gets_the_page_as_it_is(client: FlaskClient, road: Road, accepted: str) -> None:
    assert "Content-Encoding" not in client.get("/projects/ROAD-1", headers={"Accept-Encoding": accepted}).headers


def test_what_somebody_who_is_signed_in_sees_is_theirs_alone(road: Road, visitor: Callable[[str], Visitor]) -> None:
    client = visitor("supervisor").client

    answer = client.get("/projects/ROAD-1", headers={"Accept-Encoding": "br"})

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Content-Encoding" not in answer.headers, "its length would tell the token of its form"


def test_a_page_that_is_not_there_is_not_kept(client: FlaskClient) -> None:
    assert client.get("/projects/NONE").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["/projects/ROAD-1", "/projects/ROAD-1/feed.atom", "/find.geojson"])
def test_what_is_told_in_one_language_is_not_handed_to_readers_of_another(
    client: FlaskClient, road: Road, address: str
) -> None:
    answer = client.get(address)

    assert answer.headers["Cache-Control"].startswith("public")
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
