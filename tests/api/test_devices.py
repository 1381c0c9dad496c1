"""/api/v1/devices: phones are enrolled, listed, taken off the list, and given nonces."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from evidence.claims import DeviceClaim
from evidence.envelope import read
from server.access import Actor
from server.db import db, reading, writing
from server.models import CustodyEvent, Device, Nonce, Person
from server.problems import Problem
from server.services import attesting, devices
from tests.api.calls import Headers, assert_problem, pointers
from tests.conftest import InThreads
from tests.personas import PERSONAS
from tests.phones import Phone

Bearer = Callable[[str], Headers]


@pytest.fixture
def phone() -> Phone:
    return Phone()


def events(action: str) -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(CustodyEvent.record_id).where(CustodyEvent.action == action)))


def person_id(name: str) -> str:
    return str(reading().scalars(sa.select(Person.id).where(Person.email == PERSONAS[name].email)).one())


def test_a_phone_is_enrolled_once(client: FlaskClient, bearer: Bearer, phone: Phone) -> None:
    told = {"public_key": phone.public_key, "name": "Pixel 7", "id": str(phone.id)}

    first = client.post("/api/v1/devices", json=told, headers=bearer("inspector"))
    again = client.post("/api/v1/devices", json=told, headers=bearer("inspector"))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    document = first.get_json()
    assert document["thumbprint"] == phone.key.thumbprint()
    assert (document["id"], document["name"], document["revoked_at"]) == (str(phone.id), "Pixel 7", None)
    assert document["person"]["id"] == person_id("inspector")
    assert events("device.enrolled") == [str(phone.id)]


def test_the_key_as_a_browser_exports_it_is_taken_and_named_by_us(client: FlaskClient, bearer: Bearer) -> None:
    exported = Phone().public_key | {"ext": True, "key_ops": ["verify"]}

    response = client.post("/api/v1/devices", json={"public_key": exported, "name": "x"}, headers=bearer("inspector"))

    assert response.status_code == 201
    device = reading().get_one(Device, UUID(response.get_json()["id"]))
    assert set(device.public_key) == {"kty", "crv", "x", "y"}


@pytest.mark.parametrize("id_of_its_own", [{}, {"id": str(uuid4())}], ids=["no id", "another id"])
def test_the_same_key_is_the_same_device_under_whatever_id(
    client: FlaskClient, bearer: Bearer, phone: Phone, id_of_its_own: dict[str, str]
) -> None:
    phone.enrol(client, bearer("inspector"))

    told = {"public_key": phone.public_key, "name": "Another name"} | id_of_its_own
    again = client.post("/api/v1/devices", json=told, headers=bearer("inspector"))

    assert (again.status_code, again.get_json()["id"], again.get_json()["name"]) == (200, str(phone.id), "Test phone")


@pytest.mark.parametrize("who", ["second_inspector", "other_inspector"])
def test_a_key_of_another_person_is_refused(client: FlaskClient, bearer: Bearer, phone: Phone, who: str) -> None:
    phone.enrol(client, bearer("inspector"))

    told = {"public_key": phone.public_key, "name": "Mine"}
    assert_problem(client.post("/api/v1/devices", json=told, headers=bearer(who)), 409, "device-conflict")


def test_an_id_stands_for_one_key(client: FlaskClient, bearer: Bearer, phone: Phone) -> None:
    phone.enrol(client, bearer("inspector"))

    others = {"public_key": Phone().public_key, "name": "x", "id": str(phone.id)}
    assert_problem(client.post("/api/v1/devices", json=others, headers=bearer("inspector")), 409, "device-conflict")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kty": "oct"}, "#/public_key/kty"),
        ({"crv": "P-384"}, "#/public_key/crv"),
        ({"x": "short"}, "#/public_key/x"),
        ({"y": "A" * 43}, "#/public_key"),
        ({"d": "A" * 43}, "#/public_key/d"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(
    client: FlaskClient, bearer: Bearer, phone: Phone, change: dict[str, str], pointer: str
) -> None:
    told = {"public_key": phone.public_key | change, "name": "x"}

    refused = assert_problem(client.post("/api/v1/devices", json=told, headers=bearer("inspector")), 422, "invalid")

    assert pointers(refused) == {pointer}


def test_each_sees_their_own_devices_newest_first(client: FlaskClient, bearer: Bearer) -> None:
    mine = [Phone().enrol(client, bearer("inspector")) for _ in range(3)]
    Phone().enrol(client, bearer("second_inspector"))

    first = client.get("/api/v1/devices?limit=2", headers=bearer("inspector")).get_json()
    second = client.get(f"/api/v1/devices?limit=2&cursor={first['next']}", headers=bearer("inspector")).get_json()

    assert [each["id"] for each in [*first["items"], *second["items"]]] == mine[::-1]
    assert second["next"] is None


def test_an_administrator_sees_those_of_their_agencys_people_alone(
    client: FlaskClient, bearer: Bearer, phone: Phone
) -> None:
    phone.enrol(client, bearer("inspector"))
    address = f"/api/v1/devices?person={person_id('inspector')}"

    seen = client.get(address, headers=bearer("administrator")).get_json()

    assert [each["id"] for each in seen["items"]] == [str(phone.id)]
    for who in ("other_administrator", "supervisor", "auditor", "second_inspector"):
        assert_problem(client.get(address, headers=bearer(who)), 403, "not-allowed")


@pytest.mark.parametrize("who", ["inspector", "administrator"])
def test_a_device_is_taken_off_the_list_once_and_for_ever(
    client: FlaskClient, bearer: Bearer, phone: Phone, who: str
) -> None:
    phone.enrol(client, bearer("inspector"))
    address = f"/api/v1/devices/{phone.id}"

    assert [client.delete(address, headers=bearer(who)).status_code for _ in range(2)] == [204, 204]

    assert events("device.revoked") == [str(phone.id)]
    phone.enrol(client, bearer("inspector"))
    listed = client.get("/api/v1/devices", headers=bearer("inspector")).get_json()["items"]
    assert listed[0]["revoked_at"] is not None
    refused = client.post(f"{address}/nonces", json={"count": 1}, headers=bearer("inspector"))
    assert_problem(refused, 403, "not-allowed")


def test_a_device_that_is_not_there_is_not_found(client: FlaskClient, bearer: Bearer) -> None:
    address = f"/api/v1/devices/{uuid4()}"

    assert_problem(client.delete(address, headers=bearer("inspector")), 404, "not-found")
    refused = client.post(f"{address}/nonces", json={"count": 1}, headers=bearer("inspector"))
    assert_problem(refused, 404, "not-found")


def test_nonces_are_fresh_and_hold_for_a_week(client: FlaskClient, bearer: Bearer, phone: Phone) -> None:
    phone.enrol(client, bearer("inspector"))
    address = f"/api/v1/devices/{phone.id}/nonces"

    given = [client.post(address, json={"count": 50}, headers=bearer("inspector")).get_json() for _ in range(2)]

    assert len({each["nonce"] for answer in given for each in answer["nonces"]}) == 100
    expires_at = datetime.fromisoformat(given[0]["nonces"][0]["expires_at"])
    assert expires_at - datetime.fromisoformat(given[0]["server_time"]) == timedelta(days=7)


def test_a_device_holds_so_many_unused_nonces_and_no_more(client: FlaskClient, bearer: Bearer, phone: Phone) -> None:
    phone.enrol(client, bearer("inspector"))
    address = f"/api/v1/devices/{phone.id}/nonces"

    numbers = [
        len(client.post(address, json={"count": 150}, headers=bearer("inspector")).get_json()["nonces"])
        for _ in range(3)
    ]

    assert numbers == [150, 50, 0]


def test_expired_nonces_make_room_and_very_old_ones_are_forgotten(
    client: FlaskClient, bearer: Bearer, actor: Callable[[str], Actor], phone: Phone
) -> None:
    phone.enrol(client, bearer("inspector"))
    inspector, now = actor("inspector"), datetime.now(UTC)
    devices.give_nonces(inspector, phone.id, 200, now=now - timedelta(days=98))
    devices.give_nonces(inspector, phone.id, 200, now=now - timedelta(days=8))

    assert len(devices.give_nonces(inspector, phone.id, 200, now=now).nonces) == 200

    reading().rollback()
    assert reading().scalar(sa.select(sa.func.count()).select_from(Nonce)) == 400


def test_calls_at_once_give_no_more_than_a_device_may_hold(
    app: Flask, client: FlaskClient, bearer: Bearer, actor: Callable[[str], Actor], in_threads: InThreads, phone: Phone
) -> None:
    phone.enrol(client, bearer("inspector"))
    inspector, given = actor("inspector"), []

    def one(_number: int) -> None:
        given.append(len(devices.give_nonces(inspector, phone.id, 90, now=datetime.now(UTC)).nonces))

    in_threads(one, range(4))

    assert sorted(given) == [0, 20, 90, 90]


def test_one_key_enrolled_by_two_people_at_once_is_one_persons(
    app: Flask, actor: Callable[[str], Actor], in_threads: InThreads, phone: Phone
) -> None:
    people = [actor("inspector"), actor("second_inspector")]
    key = phone.public_key
    ends: list[str] = []

    def one(number: int) -> None:
        offered = devices.OfferedKey(key["x"], key["y"], "Mine")
        try:
            devices.enrol(people[number], offered, now=datetime.now(UTC))
            ends.append("enrolled")
        except Problem as problem:
            ends.append(problem.name)

    in_threads(one, range(2))

    assert sorted(ends) == ["device-conflict", "enrolled"]


def test_a_person_who_is_gone_from_the_project_may_still_see_and_revoke_their_own(
    client: FlaskClient, bearer: Bearer, phone: Phone
) -> None:
    phone.enrol(client, bearer("inspector"))
    with writing() as session:
        person = session.scalars(sa.select(Person).where(Person.email == PERSONAS["inspector"].email)).one()
        for grant in list(person.grants):
            session.delete(grant)
    db.session.remove()

    assert client.delete(f"/api/v1/devices/{phone.id}", headers=bearer("inspector")).status_code == 204


@pytest.mark.postgresql_only(reason="on SQLite writers take turns from their beginning")
def test_a_revocation_is_answered_only_when_no_photo_before_it_is_still_being_weighed(
    app: Flask, client: FlaskClient, bearer: Bearer, actor: Callable[[str], Actor], phone: Phone, in_threads: InThreads
) -> None:
    phone.enrol(client, bearer("inspector"))
    inspector = actor("inspector")
    photo, evidence_id = b"photo", uuid4()
    envelope = read(phone.envelope(photo, evidence_id, phone.nonce(client, bearer("inspector"))))
    weighed = threading.Event()
    told: list[str] = []

    def one(number: int) -> None:
        if number == 0:
            with writing() as session:
                attesting.attest(
                    session.connection(),
                    inspector,
                    envelope,
                    evidence_id=evidence_id,
                    sha256="of another photo, which spends no nonce",
                    beside=DeviceClaim(),
                    now=datetime.now(UTC),
                )
                weighed.set()
                time.sleep(0.5)
                told.append("recorded")
        else:
            assert weighed.wait(10)
            devices.revoke(inspector, phone.id, now=datetime.now(UTC))
            told.append("revoked")

    in_threads(one, range(2))

    assert told == ["recorded", "revoked"]


def test_a_person_has_so_many_devices_and_no_more_until_one_is_taken_off(client: FlaskClient, bearer: Bearer) -> None:
    mine = [Phone() for _ in range(devices.MOST_DEVICES)]
    for each in mine:
        each.enrol(client, bearer("inspector"))
    told = {"public_key": Phone().public_key, "name": "One more"}

    assert_problem(client.post("/api/v1/devices", json=told, headers=bearer("inspector")), 409, "too-many-devices")
    known = {"public_key": mine[0].public_key, "name": "The first"}
    assert client.post("/api/v1/devices", json=known, headers=bearer("inspector")).status_code == 200
    Phone().enrol(client, bearer("second_inspector"))
    client.delete(f"/api/v1/devices/{mine[0].id}", headers=bearer("inspector"))

    assert client.post("/api/v1/devices", json=told, headers=bearer("inspector")).status_code == 201
