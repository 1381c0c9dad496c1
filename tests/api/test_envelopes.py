"""Photos with an envelope: each way in which it may not hold is a finding in words, and no refusal.

Only bytes that changed on their way are refused, so that they can be sent again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from evidence.receipts import Receipt, verify
from server.db import db, new_id, reading, writing
from server.engines import engines
from server.models import CustodyEvent, Evidence, EvidenceEnvelope, Nonce
from server.services import custody
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.api.tus_client import Tus, about
from tests.custody_log import of_record
from tests.phones import Phone, payload

Bearer = Callable[[str], Headers]
DAY = timedelta(days=1)


class Sender:
    """The inspector with an enrolled phone."""

    def __init__(self, client: FlaskClient, headers: Headers) -> None:
        self.client, self.headers, self.phone = client, headers, Phone()
        self.phone.enrol(client, headers)

    def nonce(self) -> str:
        return self.phone.nonce(self.client, self.headers)

    def send(
        self, photo: bytes, envelope: str | None, *, evidence_id: UUID | None = None, **claim: Any
    ) -> dict[str, Any]:
        told = road_claim(**claim) | ({} if envelope is None else {"envelope": envelope})
        response = put_photo(self.client, self.headers, photo, told, evidence_id=evidence_id)
        assert response.status_code in {200, 201}, response.get_json()
        return dict(response.get_json())

    def send_signed(self, photo: bytes, **changes: Any) -> dict[str, Any]:
        evidence_id = new_id()
        envelope = self.phone.envelope(photo, evidence_id, self.nonce(), **changes)
        return self.send(photo, envelope, evidence_id=evidence_id)


@pytest.fixture
def sender(client: FlaskClient, bearer: Bearer) -> Sender:
    return Sender(client, bearer("inspector"))


def sharp(shade: int = 1) -> bytes:
    return good_photo(shade, size=(2400, 1800))


def finding(document: dict[str, Any], check: str = "device.enrolled") -> tuple[str, str]:
    """Outcome and measured value of a finding."""
    (found,) = [each for each in document["findings"] if each["check"] == check]
    return found["outcome"], found["measured"]


def unused() -> int:
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count()).where(Nonce.used_by.is_(None))) or 0


def test_a_signed_photo_is_attested(sender: Sender) -> None:
    told = sender.send_signed(sharp())

    assert finding(told) == ("pass", "genuine")
    assert (told["verdict"], told["grade"]) == ("verified", "A")
    assert told["claims"]["device"]["envelope"]["source"] == "camera"
    assert told["claims"]["device"]["position"]["accuracy_m"] == 8.5
    assert told["claims"]["device"]["sha256"] == told["sha256"]


def test_its_envelope_is_kept_as_it_came_and_its_device_known(sender: Sender) -> None:
    told = sender.send_signed(sharp())

    kept = reading().get_one(EvidenceEnvelope, UUID(told["id"]))
    assert kept.device_id == sender.phone.id
    assert kept.jws.count(".") == 2
    assert unused() == 0


def test_an_unsigned_photo_is_as_good_as_before(sender: Sender) -> None:
    told = sender.send(sharp(), None)

    assert finding(told) == ("warn", "unsigned")
    assert told["verdict"] == "verified"
    assert told["claims"]["device"]["envelope"] is None


def test_the_same_upload_again_is_the_same_record(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    envelope = sender.phone.envelope(photo, evidence_id, sender.nonce())

    first, again = (sender.send(photo, envelope, evidence_id=evidence_id) for _ in range(2))

    assert first == again
    assert finding(again) == ("pass", "genuine")


def test_a_nonce_counts_once(sender: Sender) -> None:
    nonce = sender.nonce()
    photos = [(sharp(n), new_id()) for n in range(2)]

    first, replayed = (
        sender.send(photo, sender.phone.envelope(photo, each, nonce), evidence_id=each) for photo, each in photos
    )

    assert finding(first) == ("pass", "genuine")
    assert finding(replayed) == ("fail", "nonce used before")
    assert replayed["verdict"] == "rejected"
    assert "number" in replayed["advice"]


def test_a_whole_envelope_replayed_with_another_photo_spends_nothing(sender: Sender) -> None:
    envelope = sender.phone.envelope(sharp(1), new_id(), sender.nonce())

    told = sender.send(sharp(2), envelope)

    assert finding(told) == ("fail", "signed for another photo")
    assert finding(told, "file.sealed")[0] == "fail"
    assert unused() == 1


def test_bytes_that_changed_after_they_were_signed_are_refused_and_can_be_sent_again(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    claim = road_claim(envelope=sender.phone.envelope(photo, evidence_id, sender.nonce()))
    harmed = photo[:-9] + bytes([photo[-9] ^ 1]) + photo[-8:]
    refused = put_photo(sender.client, sender.headers, harmed, claim, evidence_id=evidence_id)

    assert pointers(assert_problem(refused, 409, "photo-digest-mismatch")) == {"#/claim/envelope"}
    assert reading().scalar(sa.select(sa.func.count()).select_from(Evidence)) == 0
    assert unused() == 1
    assert finding(sender.send(photo, claim["envelope"], evidence_id=evidence_id)) == ("pass", "genuine")


def test_bytes_that_changed_in_pieces_are_refused_as_well(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    claim = road_claim(envelope=sender.phone.envelope(photo, evidence_id, sender.nonce()))
    tus = Tus(sender.client, sender.headers)
    told = {"Upload_Metadata": about(evidence_id, claim)}

    refused = tus.begin(len(photo) - 9, body=photo[:-9], **told)
    assert_problem(refused, 409, "photo-digest-mismatch")
    assert tus.begin(len(photo), body=photo, **told).headers["Saksi-Evidence"]


def test_bytes_that_are_those_said_in_the_open_are_weighed_against_the_envelope(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    envelope = sender.phone.envelope(sharp(2), evidence_id, sender.nonce())

    told = sender.send(photo, envelope, evidence_id=evidence_id, sha256=hashlib.sha256(photo).hexdigest())

    assert finding(told) == ("fail", "signed for another photo")


def test_a_revoked_device_signs_nothing_any_more(sender: Sender) -> None:
    nonce, photo, evidence_id = sender.nonce(), sharp(), new_id()
    sender.client.delete(f"/api/v1/devices/{sender.phone.id}", headers=sender.headers)

    told = sender.send(photo, sender.phone.envelope(photo, evidence_id, nonce), evidence_id=evidence_id)

    assert finding(told) == ("fail", "revoked device")
    assert told["verdict"] == "rejected"


def test_another_persons_phone_does_not_sign_for_this_one(sender: Sender, bearer: Bearer) -> None:
    other = Sender(sender.client, bearer("second_inspector"))
    photo, evidence_id = sharp(), new_id()
    envelope = other.phone.envelope(photo, evidence_id, other.nonce())

    assert finding(sender.send(photo, envelope, evidence_id=evidence_id)) == ("fail", "another person's device")


def test_a_nonce_of_another_phone_does_not_count(sender: Sender) -> None:
    other = Sender(sender.client, sender.headers)
    photo, evidence_id = sharp(), new_id()
    envelope = sender.phone.envelope(photo, evidence_id, other.nonce())

    assert finding(sender.send(photo, envelope, evidence_id=evidence_id)) == ("fail", "another device's nonce")
    assert unused() == 1


def test_a_made_up_nonce_does_not_count(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()

    told = sender.send(photo, sender.phone.envelope(photo, evidence_id, "n" * 32), evidence_id=evidence_id)

    assert finding(told) == ("fail", "unknown nonce")


def test_an_expired_nonce_is_warned_of_and_spent(sender: Sender) -> None:
    nonce = sender.nonce()
    with writing() as session:
        session.execute(sa.update(Nonce).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    photos = [(sharp(n), new_id()) for n in range(2)]

    told, again = (
        sender.send(photo, sender.phone.envelope(photo, each, nonce), evidence_id=each) for photo, each in photos
    )

    assert (finding(told), told["grade"], told["verdict"]) == (("warn", "nonce expired"), "B", "verified")
    assert finding(again) == ("fail", "nonce used before")


@pytest.mark.parametrize(
    ("envelope", "measured"),
    [
        ("", "unreadable"),
        ("a.b.c", "unreadable"),
        ("\0", "unreadable"),
        ("x" * 60_000, "too large"),
    ],
)
def test_what_is_no_envelope_is_a_finding_and_no_refusal(sender: Sender, envelope: str, measured: str) -> None:
    told = sender.send(sharp(), envelope, sha256=None)

    assert finding(told) == ("fail", measured)
    assert told["verdict"] == "rejected"
    assert reading().scalar(sa.select(sa.func.count()).select_from(EvidenceEnvelope)) == 0


def test_a_lone_surrogate_is_no_envelope(sender: Sender) -> None:
    told = put_photo(sender.client, sender.headers, sharp(), '{"project": "ROAD-1", "envelope": "\\ud800"}').get_json()

    assert finding(told) == ("fail", "unreadable")


def test_a_huge_payload_is_a_finding(sender: Sender) -> None:
    assert finding(sender.send_signed(sharp(), user_agent="x" * 20_000)) == ("fail", "too large")


def test_what_was_said_in_the_open_may_not_differ(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    envelope = sender.phone.envelope(photo, evidence_id, sender.nonce())
    elsewhere = {"latitude": 11.0, "longitude": 122.6, "accuracy_m": 8.5}

    told = sender.send(photo, envelope, evidence_id=evidence_id, device_position=elsewhere)

    assert finding(told) == ("fail", "the claim beside it differs")
    assert told["claims"]["device"]["position"]["longitude"] == 122.5


def test_the_same_said_in_the_open_changes_nothing(sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    said = payload(photo, evidence_id, sender.nonce())
    position = {
        name: said["position"][name] for name in ("latitude", "longitude", "accuracy_m", "confidence", "fixed_at")
    }

    told = sender.send(
        photo,
        sender.phone.sign(said),
        evidence_id=evidence_id,
        device_position=position,
        captured_at=said["captured_at"],
        sha256=said["sha256"],
    )

    assert finding(told) == ("pass", "genuine")


def test_a_file_that_names_another_place_than_the_envelope_is_seen(sender: Sender) -> None:
    elsewhere = {"latitude": 11.027, "longitude": 122.5, "accuracy_m": 5.0}

    told = sender.send_signed(sharp(), position=elsewhere)

    assert finding(told) == ("pass", "genuine")
    assert finding(told, "place.claims_agree")[0] == "fail"
    assert (told["verdict"], told["grade"]) == ("needs_review", "C")


def test_a_clock_that_is_wrong_by_a_day_is_seen(sender: Sender) -> None:
    yesterday = datetime.now(UTC) - DAY - timedelta(minutes=5)
    photo = good_photo(taken=yesterday, size=(2400, 1800))

    told = sender.send_signed(
        photo, captured_at=yesterday.isoformat(), clock_offset_ms=(DAY.total_seconds() + 60) * 1000
    )

    assert finding(told, "time.claims_agree")[0] == "fail"
    assert (told["verdict"], told["grade"]) == ("needs_review", "C")


def test_custody_names_the_phone_that_signed(sender: Sender) -> None:
    told = sender.send_signed(sharp())

    event = reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.record_id == told["id"])).one()
    assert event.details["device"] == str(sender.phone.id)
    assert custody.broken_link(custody.export()) is None


def test_of_two_photos_at_once_with_one_nonce_one_counts(app: Flask, sender: Sender) -> None:
    nonce = sender.nonce()
    photos = [(sharp(n), new_id()) for n in range(2)]
    sent = [(photo, each, sender.phone.envelope(photo, each, nonce)) for photo, each in photos]
    db.session.remove()
    start, ends = threading.Barrier(2), []

    def one(photo: bytes, each: UUID, envelope: str) -> None:
        start.wait(30)
        told = put_photo(
            app.test_client(), sender.headers, photo, road_claim(envelope=envelope), evidence_id=each
        ).get_json()
        ends.append(finding(told)[1])

    threads = [threading.Thread(target=one, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ends) == ["genuine", "nonce used before"]
    assert unused() == 0


def test_one_photo_sent_many_times_at_once_spends_its_nonce_once(app: Flask, sender: Sender) -> None:
    photo, evidence_id = sharp(), new_id()
    envelope = sender.phone.envelope(photo, evidence_id, sender.nonce())
    db.session.remove()
    start, ends = threading.Barrier(4), []

    def one() -> None:
        start.wait(30)
        claim = road_claim(envelope=envelope)
        told = put_photo(app.test_client(), sender.headers, photo, claim, evidence_id=evidence_id)
        ends.append((told.status_code, finding(told.get_json())[1]))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ends) == [(200, "genuine")] * 3 + [(201, "genuine")]


def test_a_photo_from_before_there_were_envelopes_is_told_whole(sender: Sender) -> None:
    told = sender.send(sharp(), None)
    with writing() as session:
        record = session.get_one(Evidence, UUID(told["id"]))
        device = {name: value for name, value in record.claims["device"].items() if name != "envelope"}
        record.claims = record.claims | {"device": device}

    again = sender.client.get(f"/api/v1/evidence/{told['id']}", headers=sender.headers).get_json()

    assert again == told


def test_the_receipt_can_be_checked_with_the_public_keys(sender: Sender) -> None:
    told = sender.send_signed(sharp())
    keys = sender.client.get("/.well-known/saksi-keys.json").get_json()["keys"]
    alone = sender.client.get(f"/api/v1/evidence/{told['id']}/receipt", headers=sender.headers)

    assert alone.content_type == "application/jose"
    assert alone.get_data(as_text=True) == told["receipt"]
    certified = verify(told["receipt"], keys)
    (leaf,) = (event.leaf.hex() for event in of_record("evidence", told["id"]) if event.leaf)
    held = (told["id"], told["sha256"], told["size"], told["received_at"])
    assert certified == Receipt(*held, leaf=leaf, log=engines().log_key.origin)
