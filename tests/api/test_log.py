"""/api/v1/log: what a watchdog needs, from the first checkpoint it keeps to the proof that nothing was rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws

import config
from evidence import merkle
from evidence.checkpoints import Checkpoint, NoteKey, opened
from evidence.receipts import Receipt, verify
from server.app import create_app
from server.db import db, writing
from server.services import custody, receipts, sequencer
from server.times import utc_now
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim

LOG = "/api/v1/log"
Bearer = Callable[[str], Headers]


def tell(count: int) -> list[bytes]:
    """Events with their places, signed."""
    with writing() as session:
        made = [custody.append(session, None, "tried", "thing", "x", now=utc_now(), n=n) for n in range(count)]
    sequencer.sequence()
    return made


def newest(client: FlaskClient) -> Checkpoint:
    """The newest checkpoint, verified by the key that is told."""
    told = client.get(f"{LOG}/key").get_json()
    return opened(client.get(f"{LOG}/checkpoint").get_data(as_text=True), [NoteKey.read(told["key"])], told["origin"])


def proof(response: Any) -> list[bytes]:
    """The hashes of an answered proof."""
    return [bytes.fromhex(each) for each in response.get_json()["hashes"]]


def test_a_receipt_promises_a_leaf_that_is_proved_to_be_in_the_log(client: FlaskClient, bearer: Bearer) -> None:
    photo = put_photo(client, bearer("inspector"), good_photo(), road_claim()).get_json()
    promised = verify(photo["receipt"], client.get("/.well-known/saksi-keys.json").get_json()["keys"])
    assert promised.leaf is not None
    assert_problem(client.get(f"{LOG}/inclusion?leaf={promised.leaf}"), 404, "not-found")

    sequencer.sequence()

    signed, told = newest(client), client.get(f"{LOG}/inclusion?leaf={promised.leaf}")
    assert promised.log == signed.origin
    index, leaf = told.get_json()["index"], bytes.fromhex(promised.leaf)
    assert told.get_json()["size"] == signed.size
    assert merkle.includes(signed.root, signed.size, index, leaf, proof(told))


def test_the_same_photo_sent_again_has_the_same_receipt(client: FlaskClient, bearer: Bearer) -> None:
    headers, photo, claim = bearer("inspector"), good_photo(), road_claim()
    first = put_photo(client, headers, photo, claim).get_json()
    sequencer.sequence()
    again = put_photo(client, headers, photo, claim, evidence_id=first["id"]).get_json()
    alone = client.get(f"/api/v1/evidence/{first['id']}/receipt", headers=headers).get_data(as_text=True)

    assert first["receipt"] == again["receipt"] == alone


def test_a_receipt_from_before_the_tree_says_nothing_of_it(app: Flask) -> None:
    row = {"id": "0190f3c2-7a3e-7b1c-8d2e-4f5a6b7c8d9e", "sha256": "ab" * 32, "received_at": utc_now()}
    text = receipts.receipt_of(row, size=3, leaf=None)

    assert verify(text, receipts.keys()["keys"]) == Receipt(row["id"], row["sha256"], 3, str(verify_at(text)))
    assert b"leaf" not in jws.extract_compact(text.encode()).payload


def verify_at(text: str) -> object:
    """When a receipt says that its photo was received."""
    return verify(text, receipts.keys()["keys"]).received_at


def test_a_checkpoint_that_was_kept_is_continued_by_every_later_one(client: FlaskClient, app: Flask) -> None:
    tell(3)
    kept = newest(client)
    tell(4)

    later = newest(client)
    told = client.get(f"{LOG}/consistency?first={kept.size}&second={later.size}")

    assert (kept.size, later.size) == (3, 7)
    assert merkle.continues(kept.root, kept.size, later.root, later.size, proof(told))


def test_the_leaves_make_the_root_that_was_signed(client: FlaskClient, app: Flask) -> None:
    made = tell(5)

    first = client.get(f"{LOG}/leaves?limit=3").get_json()
    rest = client.get(f"{LOG}/leaves?from=3&limit=100").get_json()

    assert first == {"first": 0, "size": 5, "leaves": [leaf.hex() for leaf in made[:3]]}
    assert rest == {"first": 3, "size": 5, "leaves": [leaf.hex() for leaf in made[3:]]}
    assert client.get(f"{LOG}/leaves?from=9").get_json()["leaves"] == []


def test_checkpoints_are_listed_the_newest_first_and_stay(client: FlaskClient, app: Flask) -> None:
    notes = []
    for count in (1, 2, 3):
        tell(count)
        notes.append(client.get(f"{LOG}/checkpoint").get_data(as_text=True))

    page = client.get(f"{LOG}/checkpoints?limit=2").get_json()
    rest = client.get(f"{LOG}/checkpoints?limit=2&before={page['before']}").get_json()

    assert [each["note"] for each in page["items"] + rest["items"]] == notes[::-1]
    assert [each["size"] for each in page["items"] + rest["items"]] == [6, 3, 1]
    assert rest["before"] is None
    for each in page["items"]:
        assert client.get(f"{LOG}/checkpoints/{each['size']}").get_data(as_text=True) == each["note"]
    assert_problem(client.get(f"{LOG}/checkpoints/2"), 404, "not-found")


def test_a_checkpoint_is_plain_text_that_may_be_kept_by_its_etag(client: FlaskClient, app: Flask) -> None:
    tell(1)
    told = client.get(f"{LOG}/checkpoint")

    assert told.content_type == "text/plain; charset=utf-8"
    again = client.get(f"{LOG}/checkpoint", headers={"If-None-Match": told.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_log_without_an_event_has_nothing_to_show_and_says_so(client: FlaskClient) -> None:
    assert_problem(client.get(f"{LOG}/checkpoint"), 404, "not-found")
    assert client.get(f"{LOG}/checkpoints").get_json() == {"items": [], "before": None}
    assert client.get(f"{LOG}/leaves").get_json() == {"first": 0, "size": 0, "leaves": []}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("consistency?first=0&second=2", "#/first"),
        ("consistency?first=1", "#/second"),
        ("consistency?first=x&second=2", "#/first"),
        ("inclusion?leaf=abc", "#/leaf"),
        ("inclusion", "#/leaf"),
        ("leaves?from=-1", "#/from"),
        ("leaves?limit=100000", "#/limit"),
        ("checkpoints?before=9999999999999999", "#/before"),
        ("leaves?first=1", "#/first"),
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field(
    client: FlaskClient, app: Flask, address: str, field: str
) -> None:
    tell(2)

    assert pointers(assert_problem(client.get(f"{LOG}/{address}"), 422, "invalid")) == {field}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("consistency?first=2&second=1", "#/first"),
        ("consistency?first=1&second=9", "#/second"),
        (f"inclusion?leaf={'0' * 64}&size=9", "#/size"),
    ],
)
def test_a_tree_that_never_was_is_not_there(client: FlaskClient, app: Flask, address: str, field: str) -> None:
    tell(2)

    assert pointers(assert_problem(client.get(f"{LOG}/{address}"), 404, "not-found")) == {field}


def test_an_earlier_key_stays_listed(settings: config.Settings, client: FlaskClient, app: Flask) -> None:
    tell(1)
    earlier = client.get(f"{LOG}/key").get_json()["key"]
    later = create_app(replace(settings, log_key="n" * 42 + "A", log_origin="saksi.example.org/custody"))
    with later.app_context():
        tell(1)
        told = later.test_client().get(f"{LOG}/key").get_json()
        db.session.remove()
        db.engine.dispose()

    assert told["earlier"] == [earlier]
    assert NoteKey.read(told["key"]).name == told["origin"] == "saksi.example.org/custody"


def test_the_key_is_made_once_and_kept(settings: config.Settings) -> None:
    made = config.log_key(settings)

    assert config.log_key(settings) == made != config.receipt_key(settings)
    assert (settings.data_root / "log.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["a b", "a+b", "https://x y", "é", "-x", "x" * 101])
def test_a_name_that_could_not_stand_in_a_checkpoint_is_no_setting(name: str) -> None:
    with pytest.raises(config.SettingsError, match="SAKSI_LOG_ORIGIN"):
        config.load({"SAKSI_DATA_ROOT": "/nowhere", "SAKSI_SECRET_KEY": "x" * 40, "SAKSI_LOG_ORIGIN": name})
