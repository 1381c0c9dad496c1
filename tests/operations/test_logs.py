"""Log lines: one per request with its id, in JSON for machines, and nothing in them that is personal."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from evidence.errors import StoreAwayError
from server.db import writing
from server.telemetry import logs
from tests.api.calls import assert_problem

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What a process with JSON logs writes while the test runs."""
    stream = StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    logs.configure("json")
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name in ("saksi", "procrastinate.worker", "_granian"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_request_has_one_line(client: FlaskClient, bearer: Bearer, written: StringIO) -> None:
    headers = bearer("inspector")
    response = client.get("/api/v1/evidence?limit=3", headers=headers)

    [line] = [json.loads(line) for line in written.getvalue().splitlines()]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/evidence", 200)
    assert (line["level"], line["logger"]) == ("INFO", "saksi.access")
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert UUID(line["person"])
    assert line["ms"] > 0


def test_tokens_queries_and_addresses_are_not_written(client: FlaskClient, bearer: Bearer, written: StringIO) -> None:
    headers = bearer("inspector")
    client.get("/api/v1/evidence?limit=3&token=secret", headers=headers)
    client.get("/sign-in?next=/secret")
    client.get("/secret")

    text = written.getvalue()
    assert len(text.splitlines()) == 3
    assert "secret" not in text
    assert headers["Authorization"].split()[1] not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize(
    "fault", [RuntimeError("broken"), StoreAwayError("gone"), sa.exc.OperationalError("", {}, Exception())]
)
def test_no_address_makes_a_line_of_its_own(
    client: FlaskClient, written: StringIO, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr("sys.stderr", written)
    logs.configure("text")

    def fail(*_given: object, **_named: object) -> None:
        raise fault

    monkeypatch.setattr("server.services.public.project", fail)

    assert client.get("/projects/AB%0a2026-01-01 INFO forged").status_code >= 500
    assert "/projects/<string:code>" in written.getvalue()
    assert "forged" not in written.getvalue()


def test_what_a_statement_was_given_is_not_told_when_it_fails(app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError) as failed, writing() as session:
        session.execute(sa.text("SELECT no_column FROM person WHERE email = :email"), {"email": "juan@example.org"})

    assert "juan" not in str(failed.value)


def test_an_id_that_a_proxy_gave_is_kept(client: FlaskClient) -> None:
    response = client.get("/healthz", headers={"X-Request-Id": "balancer-0123.abc"})

    assert response.headers["X-Request-Id"] == "balancer-0123.abc"


@pytest.mark.parametrize("given", ["short", "with a space in it", "x" * 65, 'quo"te-0123', "ümlaut-0123456"])
def test_an_id_that_could_spoil_a_line_is_replaced(client: FlaskClient, given: str) -> None:
    response = client.get("/healthz", headers={"X-Request-Id": given})

    assert UUID(response.headers["X-Request-Id"])


def test_a_problem_names_the_request(client: FlaskClient) -> None:
    response = client.get("/api/v1/evidence")

    assert assert_problem(response, 401, "not-signed-in")["request_id"] == response.headers["X-Request-Id"]


def test_the_servers_advice_about_our_own_threads_is_not_written(written: StringIO) -> None:
    logging.getLogger("_granian").warning("Configuration allows spawning up to 8 Python threads, which seems …")
    logging.getLogger("_granian").warning("Something else")

    assert [json.loads(line)["message"] for line in written.getvalue().splitlines()] == ["Something else"]


def test_text_is_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    assert logs.configuration("auto")["handlers"]["stderr"]["formatter"] == "text"

    monkeypatch.setattr(terminal, "isatty", lambda: False)
    assert logs.configuration("auto")["handlers"]["stderr"]["formatter"] == "json"
