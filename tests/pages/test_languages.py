"""Which language a page is told in, and that programs always read English."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from marshmallow import ValidationError
from werkzeug.test import EnvironBuilder

from review_ui.door import text_field
from server.languages import LANGUAGES
from tests.pages.browse import PageReader, Visitor

LANGUAGE = '<html lang="{}">'


def lang(client: FlaskClient, address: str = "/", **headers: str) -> str:
    text = client.get(address, headers=headers).get_data(as_text=True)
    return text.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("asked", "given"), [("th", "th"), ("fil-PH, en;q=0.5", "fil"), ("ko, th;q=0.3", "th"), ("ko", "en"), ("", "en")]
)
def test_a_browser_is_answered_in_the_language_it_asks_for(client: FlaskClient, asked: str, given: str) -> None:
    assert lang(client, **{"Accept-Language": asked}) == given


def test_a_language_once_chosen_is_kept(client: FlaskClient) -> None:
    assert lang(client, "/?language=th") == "th"
    assert lang(client, **{"Accept-Language": "en"}) == "th"


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    assert lang(client, "/?language=xx") == "en"
    assert not client.get("/?language=xx").headers.getlist("Set-Cookie")


def test_a_page_names_its_languages_and_how_to_get_them(anyone: Visitor) -> None:
    anyone.go("/?text=road")

    assert {"/?text=road&language=fil", "/?text=road&language=th"} <= set(anyone.page.links)


@pytest.mark.parametrize("path", ["/%5Celsewhere.example", "/%09/elsewhere.example", "//elsewhere.example/a%3Fb"])
def test_the_ways_to_other_languages_never_lead_away(client: FlaskClient, path: str) -> None:
    page = client.open(EnvironBuilder(base_url="http://localhost", environ_overrides={"PATH_INFO": unquote(path)}))

    ways = [link for link in PageReader(page.get_data(as_text=True)).links if "language=" in link]
    assert len(ways) == len(LANGUAGES)
    assert all(re.match(r"/[^/\\\s]", way) for way in ways), ways


def test_caches_are_told_that_a_page_differs_by_language(client: FlaskClient) -> None:
    answer = client.get("/")

    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    assert answer.headers["Content-Language"] == "en"


def test_programs_read_english(client: FlaskClient) -> None:
    answer = client.get("/api/v1/public/projects/NONE", headers={"Accept-Language": "th"})

    assert answer.get_json()["title"] == "There is no such record"


def test_a_text_that_is_too_long_is_refused_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context(), force_locale("fil"), pytest.raises(ValidationError) as refused:
        text_field(3).deserialize("long")

    assert refused.value.messages == ["Hanggang 3 karakter lang ang maitatago."]
