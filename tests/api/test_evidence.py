"""Reading evidence: one photo, lists of them by cursor, the original on record, the copies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import jobs
from server.db import new_id
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.custody_log import of_record
from tests.programme import OFF_SITE

Bearer = Callable[[str], Headers]
EVIDENCE = "/api/v1/evidence"


@pytest.fixture
def inspector(bearer: Bearer) -> Headers:
    return bearer("inspector")


@pytest.fixture
def photo(client: FlaskClient, inspector: Headers) -> dict[str, object]:
    return dict(put_photo(client, inspector, good_photo(), road_claim()).get_json())


def listed(client: FlaskClient, headers: Headers, **query: object) -> list[str]:
    """The ids of a list with these filters."""
    response = client.get(EVIDENCE, query_string={k: str(v) for k, v in query.items()}, headers=headers)
    assert response.status_code == 200, response.get_json()
    return [each["id"] for each in response.get_json()["items"]]


def test_a_list_is_walked_page_by_page_without_a_gap(client: FlaskClient, inspector: Headers) -> None:
    sent = [put_photo(client, inspector, good_photo(shade), road_claim()).get_json()["id"] for shade in range(5)]
    walked: list[str] = []
    address = f"{EVIDENCE}?limit=2"
    while address:
        response = client.get(address, headers=inspector)
        walked += [each["id"] for each in response.get_json()["items"]]
        link = response.headers.get("Link", "")
        assert bool(link) == (response.get_json()["next"] is not None)
        address = link.partition(">")[0].removeprefix("<")

    assert walked == sent[::-1]


def test_each_filter_leaves_out_what_does_not_fit(
    client: FlaskClient, inspector: Headers, photo: dict[str, object]
) -> None:
    latitude, longitude = OFF_SITE
    rejected = put_photo(
        client, inspector, good_photo(9, latitude=latitude, longitude=longitude), road_claim(stage="before")
    ).get_json()
    later = datetime.now(UTC) + timedelta(hours=1)

    assert listed(client, inspector, verdict="rejected") == [rejected["id"]]
    assert listed(client, inspector, state="rejected") == [rejected["id"]]
    assert listed(client, inspector, stage="before") == [rejected["id"]]
    assert listed(client, inspector, milestone=photo["milestone"], stage="during") == [photo["id"]]
    assert listed(client, inspector, uploader=new_id()) == []
    assert listed(client, inspector, project="OTHER-1") == []
    assert listed(client, inspector, received_from=later.isoformat()) == []
    assert len(listed(client, inspector, received_to=later.isoformat(), project="ROAD-1")) == 2


def test_a_list_holds_only_what_one_may_see(client: FlaskClient, bearer: Bearer, photo: dict[str, object]) -> None:
    assert listed(client, bearer("auditor")) == [photo["id"]]
    assert listed(client, bearer("other_inspector")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cursor", "not-a-cursor"),
        ("cursor", "W10"),
        ("cursor", "1" * 16),
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "ten"),
        ("limit", ""),
        ("verdict", "perfect"),
        ("milestone", "00000000-0000-0000-0000-000000000000"),
        ("received_from", "2026-03-31"),
        ("project", "\x00"),
        ("colour", "red"),
    ],
)
def test_a_parameter_that_is_not_right_is_named(client: FlaskClient, inspector: Headers, name: str, value: str) -> None:
    response = client.get(EVIDENCE, query_string={name: value}, headers=inspector)

    assert pointers(assert_problem(response, 422, "invalid")) == {f"#/{name}"}


def test_a_parameter_given_twice_is_refused(client: FlaskClient, inspector: Headers) -> None:
    response = client.get(f"{EVIDENCE}?limit=1&limit=2", headers=inspector)

    assert pointers(assert_problem(response, 422, "invalid")) == {"#/limit"}


def test_instants_at_the_ends_of_the_calendar_are_no_fault(client: FlaskClient, inspector: Headers) -> None:
    for instant in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60-23:59", "2016-12-31t23:59:60z"):
        assert listed(client, inspector, received_from=instant) == []


def test_an_unknown_photo_is_not_found(client: FlaskClient, inspector: Headers) -> None:
    assert_problem(client.get(f"{EVIDENCE}/{new_id()}", headers=inspector), 404, "not-found")


def test_an_id_that_is_none_is_no_address(client: FlaskClient, inspector: Headers) -> None:
    assert_problem(client.get(f"{EVIDENCE}/{UUID(int=0)}", headers=inspector), 404, "not-found")
    assert_problem(client.get(f"{EVIDENCE}/one", headers=inspector), 404, "not-found")


def test_the_original_is_what_was_sent_and_its_opening_goes_on_record(
    client: FlaskClient, inspector: Headers, bearer: Bearer
) -> None:
    sent = good_photo()
    photo = put_photo(client, inspector, sent, road_claim()).get_json()

    response = client.get(photo["links"]["original"], headers=bearer("auditor"))

    assert response.data == sent
    assert response.content_length == len(sent)
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "no-store" in response.headers["Cache-Control"]
    actions = [event.action for event in of_record("evidence", photo["id"])]
    assert actions == ["evidence.received", "evidence.original_opened"]


def test_a_copy_is_there_once_its_job_has_run(
    app: Flask, client: FlaskClient, inspector: Headers, photo: dict[str, dict[str, str]]
) -> None:
    for name in ("thumbnail", "web"):
        assert_problem(client.get(photo["links"][name], headers=inspector), 404, "not-found")
    jobs.run_all_due()

    for name in ("thumbnail", "web"):
        response = client.get(photo["links"][name], headers=inspector)
        again = client.get(photo["links"][name], headers=inspector | {"If-None-Match": response.headers["ETag"]})
        assert (response.content_type, response.data[:2]) == ("image/jpeg", b"\xff\xd8")
        assert (again.status_code, again.data) == (304, b"")
        assert response.headers["Cache-Control"].startswith("private")
