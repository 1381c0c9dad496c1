"""/api/v1/session: a token for a password, and nothing for anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from server.app import create_app
from server.db import db
from tests.api.calls import Headers, assert_problem, pointers
from tests.personas import PASSWORD

SESSION = "/api/v1/session"


def test_a_password_gives_a_token_that_opens_doors(client: FlaskClient) -> None:
    response = client.post(SESSION, json={"email": "Inspector@example.org ", "password": PASSWORD})
    told = response.get_json()

    assert response.status_code == 201
    assert told["person"]["roles"] == ["inspector"]
    assert told["person"]["organisation"]["kind"] == "agency"
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get("/api/v1/assignments", headers={"Authorization": f"Bearer {told['token']}"}).status_code == 200


def test_the_end_of_a_session_is_the_end_of_its_token(client: FlaskClient, bearer: Callable[[str], Headers]) -> None:
    headers = bearer("inspector")

    assert client.delete(SESSION, headers=headers).status_code == 204
    assert_problem(client.get("/api/v1/assignments", headers=headers), 401, "not-signed-in")


@pytest.mark.parametrize("email", ["inspector@example.org", "nobody-at-all@example.org"])
def test_a_wrong_password_and_an_unknown_account_are_told_alike(client: FlaskClient, email: str) -> None:
    response = client.post(SESSION, json={"email": email, "password": "wrong"})

    assert assert_problem(response, 401, "sign-in-failed")["detail"] == "No account has this address and password."


def test_too_many_failures_are_refused_for_a_while_even_with_the_right_password(
    client: FlaskClient, app: Flask
) -> None:
    for _ in range(app.extensions["saksi"].settings.sign_in_attempts):
        client.post(SESSION, json={"email": "inspector@example.org", "password": "wrong"})

    response = client.post(SESSION, json={"email": "inspector@example.org", "password": PASSWORD})

    assert_problem(response, 429, "too-many-attempts")
    assert int(response.headers["Retry-After"]) > 0


def test_the_cookie_of_a_page_opens_no_door_of_the_api(client: FlaskClient) -> None:
    client.post(SESSION, json={"email": "inspector@example.org", "password": PASSWORD})

    assert_problem(client.get("/api/v1/assignments"), 401, "not-signed-in")


class TestBodiesThatAreRefused:
    def test_no_json(self, client: FlaskClient) -> None:
        assert_problem(client.post(SESSION, data="{", content_type="application/json"), 400, "bad-request")

    def test_json_with_a_nan(self, client: FlaskClient) -> None:
        assert_problem(client.post(SESSION, data="NaN", content_type="application/json"), 400, "bad-request")

    def test_json_too_deep(self, client: FlaskClient) -> None:
        response = client.post(SESSION, data="[" * 60_000, content_type="application/json")

        assert_problem(response, 400, "bad-request")

    def test_another_content_type(self, client: FlaskClient) -> None:
        assert_problem(client.post(SESSION, data={"email": "x"}), 415, "media-type-unsupported")

    @pytest.mark.parametrize("body", [[], "text", 1, True])
    def test_no_object(self, client: FlaskClient, body: object) -> None:
        assert_problem(client.post(SESSION, json=body), 422, "invalid")

    def test_fields_that_are_missing_unknown_or_of_another_type(self, client: FlaskClient) -> None:
        document = assert_problem(client.post(SESSION, json={"email": 5, "e/mail~": "x"}), 422, "invalid")

        assert pointers(document) == {"#/email", "#/password", "#/e~1mail~0"}

    @pytest.mark.parametrize("email", ["a\x00b", "\ud800", "x" * 255, ""])
    def test_text_that_cannot_be_an_address(self, client: FlaskClient, email: str) -> None:
        document = assert_problem(client.post(SESSION, json={"email": email, "password": "x"}), 422, "invalid")

        assert pointers(document) == {"#/email"}

    def test_a_parameter_that_there_is_not(self, client: FlaskClient) -> None:
        response = client.post(f"{SESSION}?debug=1", json={"email": "x", "password": "x"})

        assert pointers(assert_problem(response, 422, "invalid")) == {"#/debug"}


class TestMethods:
    def test_a_method_that_is_not_taken_is_answered_with_those_that_are(self, client: FlaskClient) -> None:
        response = client.patch(SESSION)

        assert_problem(response, 405, "method-not-allowed")
        assert {"POST", "DELETE"} <= set(response.headers["Allow"].split(", "))

    def test_options_names_the_methods(self, client: FlaskClient) -> None:
        response = client.options("/api/v1/public/projects")

        assert response.status_code == 200
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}

    def test_head_is_get_without_its_body(self, client: FlaskClient) -> None:
        got, asked = client.get("/api/v1/public/projects"), client.head("/api/v1/public/projects")

        assert (asked.status_code, asked.data) == (200, b"")
        assert asked.headers["ETag"] == got.headers["ETag"]

    def test_an_address_that_there_is_not(self, client: FlaskClient) -> None:
        assert_problem(client.get("/api/v1/nothing"), 404, "not-found")


class TestTheNamesItAnswersTo:
    """Addresses in answers are built on the name that was asked for, so a name can be refused."""

    @pytest.fixture
    def named(self, settings: config.Settings) -> Iterator[FlaskClient]:
        app = create_app(replace(settings, serving=replace(settings.serving, hosts=("saksi.example.org",))))
        yield app.test_client()
        with app.app_context():
            db.engine.dispose()

    @pytest.mark.parametrize("path", ["/", "/robots.txt", "/display/worker.js", "/sign-in", "/readyz"])
    def test_another_name_is_refused(self, named: FlaskClient, path: str) -> None:
        answer = named.get(path, headers={"Host": "evil.example"})

        assert answer.status_code == 400
        assert b"evil.example" not in answer.data

    def test_its_own_name_is_answered_to(self, named: FlaskClient) -> None:
        answer = named.get("/robots.txt", headers={"Host": "saksi.example.org"})

        assert "Sitemap: http://saksi.example.org/sitemap.xml" in answer.get_data(as_text=True)

    def test_a_program_is_told_as_programs_are(self, named: FlaskClient) -> None:
        assert_problem(named.get(SESSION, headers={"Host": "evil.example"}), 400, "bad-request")


class TestBehindProxies:
    """What a trusted proxy says of the caller counts, and what the caller says of itself never does."""

    @pytest.fixture
    def behind(self, settings: config.Settings) -> Iterator[Callable[[int], FlaskClient]]:
        """A caller through this many trusted proxies."""
        made: list[Flask] = []

        def through(proxies: int) -> FlaskClient:
            serving = replace(settings.serving, proxies=proxies)
            made.append(create_app(replace(settings, serving=serving, sign_in_attempts=1)))
            return made[-1].test_client()

        yield through
        for each in made:
            with each.app_context():
                db.engine.dispose()

    def test_each_client_has_a_limit_of_its_own(self, behind: Callable[[int], FlaskClient]) -> None:
        client = behind(1)

        assert [self._fail(client, number, "198.51.100.1") for number in range(11)] == [401] * 10 + [429]
        assert self._fail(client, 11, "198.51.100.2") == 401

    def test_an_address_that_the_client_made_up_stands_before_the_proxys(
        self, behind: Callable[[int], FlaskClient]
    ) -> None:
        client = behind(1)

        told = [self._fail(client, number, f"203.0.113.{number}, 198.51.100.1") for number in range(11)]

        assert told == [401] * 10 + [429]

    def test_without_a_trusted_proxy_the_header_counts_for_nothing(self, behind: Callable[[int], FlaskClient]) -> None:
        client = behind(0)

        assert [self._fail(client, number, f"203.0.113.{number}") for number in range(11)] == [401] * 10 + [429]

    def _fail(self, client: FlaskClient, number: int, forwarded_for: str) -> int:
        body = {"email": f"nobody-{number}@example.org", "password": "wrong"}
        return client.post(SESSION, json=body, headers={"X-Forwarded-For": forwarded_for}).status_code
