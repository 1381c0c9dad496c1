"""The envelope: what is read of it, and each way in which it may not hold."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from evidence.claims import CaptureSource, DeviceClaim, PositionClaim
from evidence.envelope import EnrolledDevice, KeyUnfitError, Standing, public_key, read, weigh
from tests.phones import TYPE, Phone, payload

PHOTO, EVIDENCE, NONCE = b"a photo", str(uuid4()), "n" * 32
# Its id is part of the names of tests, which must be the same in every process.
PHONE = Phone(id=UUID("0190f3c2-7a3e-7b1c-8d2e-4f5a6b7c8d9e"))
SHA256 = payload(PHOTO, EVIDENCE, NONCE)["sha256"]


def signed(**changes: Any) -> str:
    return PHONE.sign(payload(PHOTO, EVIDENCE, NONCE) | changes)


def enrolled(**changes: Any) -> EnrolledDevice:
    return EnrolledDevice(**{"public_key": PHONE.public_key, "of_uploader": True, "revoked": False} | changes)


def standing(text: str, device: EnrolledDevice | None = None, **changes: Any) -> Standing:
    about: dict[str, Any] = {"evidence": EVIDENCE, "sha256": SHA256, "beside": DeviceClaim()} | changes
    return weigh(read(text), device or enrolled(), **about)


def base64(content: bytes | str | dict[str, Any]) -> str:
    told = json.dumps(content) if isinstance(content, dict) else content
    return urlsafe_b64encode(told.encode() if isinstance(told, str) else told).decode().rstrip("=")


def header(**changes: Any) -> dict[str, Any]:
    return {"alg": "ES256", "typ": TYPE, "kid": str(PHONE.id)} | changes


def test_a_genuine_envelope_holds() -> None:
    assert standing(signed()) is Standing.GENUINE


def test_what_it_says_becomes_the_devices_claim() -> None:
    claim = read(signed(captured_at="2026-03-31T08:15:00.123+08:00", clock_offset_ms=1234)).claim

    assert claim is not None
    assert claim.envelope is not None
    assert claim.captured_at == datetime(2026, 3, 31, 0, 15, 0, 123_000, tzinfo=UTC)
    assert claim.sha256 == SHA256
    assert claim.position is not None
    assert (claim.position.accuracy_m, claim.position.confidence, claim.position.altitude_m) == (8.5, 0.95, 31.2)
    said = claim.envelope
    assert (said.device, said.evidence, said.nonce) == (str(PHONE.id), EVIDENCE, NONCE)
    assert (said.source, said.app, said.clock_offset_ms) == (CaptureSource.CAMERA, "saksi-field 0.1.0", 1234)
    assert (said.heading_deg, said.camera_width, said.speed_mps) == (268.0, 4000, 0.4)


def test_a_photo_without_a_place_says_why() -> None:
    claim = read(signed(position=None, no_position_reason="Under the bridge.", orientation=None, camera=None)).claim

    assert claim is not None
    assert claim.envelope is not None
    assert claim.position is None
    assert claim.envelope.no_position_reason == "Under the bridge."


def test_an_odd_measure_is_left_out_and_the_envelope_still_holds() -> None:
    odd = signed(orientation={"heading_deg": 4000, "pitch_deg": "up"}, clock_offset_ms="none", user_agent="x" * 5000)

    claim = read(odd).claim

    assert standing(odd) is Standing.GENUINE
    assert claim is not None
    assert claim.envelope is not None
    assert (claim.envelope.heading_deg, claim.envelope.pitch_deg, claim.envelope.clock_offset_ms) == (None,) * 3
    assert claim.envelope.user_agent == "x" * 300


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"evidence": "7"},
        {"evidence": 7},
        {"sha256": "ab"},
        {"sha256": None},
        {"nonce": "short"},
        {"nonce": ["n" * 32]},
        {"source": "scanner"},
        {"source": ["camera"]},
        {"captured_at": "yesterday"},
        {"captured_at": "2026-03-31T08:15:00"},
        {"captured_at": "9999-12-31T23:59:59-12:00"},
        {"captured_at": None},
        {"position": {"latitude": 91, "longitude": 0}},
        {"position": {"latitude": "11", "longitude": 122}},
        {"position": [11, 122]},
        {"orientation": "north"},
    ],
)
def test_what_identifies_must_be_right(changes: dict[str, Any]) -> None:
    assert standing(signed(**changes)) is Standing.UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c",
        "..",
        "\0",
        "\ud800.a.b",
        f"{base64('[]')}.{base64('{}')}.AA",
        f"{base64(header())}.{base64('[' * 5000)}.AA",
        f"{base64(header())}.{base64('1' * 5000)}.AA",
        f"{base64(header())}.{base64(bytes([255, 254]))}.AA",
        f"{base64(header(kid='a phone'))}.{base64('{}')}.AA",
        f"{base64(header(typ='JWT'))}.{base64('{}')}.AA",
        f"{base64(header(crit=['b64'], b64=False))}.{base64('{}')}.AA",
        f"{base64({'alg': 'ES256'})}.{base64('{}')}.AA",
    ],
)
def test_what_is_no_envelope_cannot_be_read(text: str) -> None:
    assert standing(text) is Standing.UNREADABLE


@given(st.text())
def test_whatever_comes_is_read_without_a_fault(text: str) -> None:
    assert read(text).claim is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=4), st.data())
def test_whatever_stands_in_a_member_is_read_without_a_fault(value: Any, data: st.DataObject) -> None:
    said = payload(PHOTO, EVIDENCE, NONCE)
    said[data.draw(st.sampled_from(sorted(said)))] = value
    said["position" if data.draw(st.booleans()) else "camera"] = {data.draw(st.text()): value, "latitude": value}

    read(f"{base64(header())}.{base64(json.dumps(said))}.AA")


def test_a_huge_payload_is_refused_before_it_is_read() -> None:
    assert standing(signed(user_agent="x" * 9000)) is Standing.TOO_LARGE
    assert standing("e." * 5_000_000) is Standing.TOO_LARGE


def test_the_largest_payload_is_taken() -> None:
    said = payload(PHOTO, EVIDENCE, NONCE) | {"more": ""}
    said["more"] = "x" * (8 * 1024 - len(json.dumps(said)))

    assert standing(PHONE.sign(said)) is Standing.GENUINE
    assert standing(PHONE.sign(said | {"more": said["more"] + "x"})) is Standing.TOO_LARGE


def test_an_altered_payload_is_not_what_was_signed() -> None:
    head, _, signature = signed().split(".")
    moved = base64(payload(PHOTO, EVIDENCE, NONCE) | {"no_position_reason": "Nothing to see."})

    assert standing(f"{head}.{moved}.{signature}") is Standing.WRONG_SIGNATURE


def test_another_phone_cannot_sign_for_this_one() -> None:
    assert standing(Phone(id=PHONE.id).envelope(PHOTO, EVIDENCE, NONCE)) is Standing.WRONG_SIGNATURE


@pytest.mark.parametrize("length", [0, 63, 65, 70])
def test_a_signature_of_another_length_is_wrong(length: int) -> None:
    head, body, _ = signed().split(".")

    assert standing(f"{head}.{body}.{base64(bytes(length))}") is Standing.WRONG_SIGNATURE


def test_no_algorithm_is_another_algorithm() -> None:
    unsigned = f"{base64(header(alg='none'))}.{base64(payload(PHOTO, EVIDENCE, NONCE))}."

    assert standing(unsigned) is Standing.OTHER_ALGORITHM


@pytest.mark.parametrize("secret", ["pem", "x"])
def test_the_public_key_is_no_secret_to_sign_with(secret: str) -> None:
    known = PHONE.key.as_pem(private=False) if secret == "pem" else urlsafe_b64decode(PHONE.public_key["x"] + "=")
    said = f"{base64(header(alg='HS256'))}.{base64(payload(PHOTO, EVIDENCE, NONCE))}"
    confused = base64(hmac.digest(known, said.encode(), "sha256"))

    assert standing(f"{said}.{confused}") is Standing.OTHER_ALGORITHM


@pytest.mark.parametrize(
    ("algorithm", "key"), [("ES384", ECKey.generate_key("P-384")), ("RS256", RSAKey.generate_key(2048))]
)
def test_a_stronger_algorithm_is_another_one_too(algorithm: str, key: ECKey | RSAKey) -> None:
    text = json.dumps(payload(PHOTO, EVIDENCE, NONCE))

    assert standing(jws.serialize_compact(header(alg=algorithm), text, key, algorithms=[algorithm])) is (
        Standing.OTHER_ALGORITHM
    )


def test_a_key_that_the_envelope_brings_along_is_not_asked() -> None:
    stranger = Phone(id=PHONE.id)

    assert standing(stranger.sign(payload(PHOTO, EVIDENCE, NONCE), jwk=stranger.public_key)) is Standing.UNREADABLE


def test_a_device_must_be_enrolled_by_the_uploader_and_not_revoked() -> None:
    assert weigh(read(signed()), None, evidence=EVIDENCE, sha256=SHA256, beside=DeviceClaim()) is (
        Standing.UNKNOWN_DEVICE
    )
    assert standing(signed(), enrolled(of_uploader=False)) is Standing.FOREIGN_DEVICE
    assert standing(signed(), enrolled(revoked=True)) is Standing.REVOKED_DEVICE


def test_it_holds_for_one_photo_alone() -> None:
    assert standing(signed(), evidence=str(uuid4())) is Standing.OTHER_PHOTO
    assert standing(signed(), sha256="0" * 64) is Standing.OTHER_PHOTO


def test_the_id_and_the_fingerprint_may_be_in_capitals() -> None:
    assert standing(signed(evidence=EVIDENCE.upper(), sha256=SHA256.upper())) is Standing.GENUINE


def test_the_same_said_in_the_open_changes_nothing() -> None:
    text = signed()
    claim = read(text).claim
    assert claim is not None

    beside = DeviceClaim(claim.position, claim.captured_at, SHA256.upper())

    assert standing(text, beside=beside) is Standing.GENUINE


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('"v": 1', '"v": 1, "v": 1'),
        (f'"sha256": "{SHA256}"', f'"sha256": "{"0" * 64}", "sha256": "{SHA256}"'),
        ('"latitude": 11.0', '"latitude": 12.0, "latitude": 11.0'),
        ('"clock_offset_ms"', '"then": NaN, "clock_offset_ms"'),
        ('"clock_offset_ms"', '"then": -Infinity, "clock_offset_ms"'),
    ],
)
def test_what_two_readers_could_read_differently_cannot_be_read(written: str, instead: str) -> None:
    text = json.dumps(payload(PHOTO, EVIDENCE, NONCE))
    assert written in text

    assert standing(PHONE.sign(text.encode())) is Standing.GENUINE
    assert standing(PHONE.sign(text.replace(written, instead).encode())) is Standing.UNREADABLE


@pytest.mark.parametrize(
    "beside",
    [
        DeviceClaim(sha256="0" * 64),
        DeviceClaim(captured_at=datetime(2026, 1, 1, tzinfo=UTC)),
        DeviceClaim(position=PositionClaim(11.0, 122.6, "device", accuracy_m=8.5, confidence=0.95)),
        DeviceClaim(position=PositionClaim(11.0, 122.5, "device", accuracy_m=2.5, confidence=0.95)),
        DeviceClaim(position=PositionClaim(11.0, 122.5, "device")),
        DeviceClaim(position=PositionClaim(11.0, 122.5, "device", accuracy_m=8.5, confidence=0.68)),
        DeviceClaim(
            position=PositionClaim(
                11.0, 122.5, "device", accuracy_m=8.5, confidence=0.95, fixed_at=datetime(2020, 1, 1, tzinfo=UTC)
            )
        ),
        DeviceClaim(position=PositionClaim(11.0, 122.5, "device", accuracy_m=8.5, confidence=0.95, heading_deg=1.0)),
    ],
)
def test_something_else_said_in_the_open_was_altered(beside: DeviceClaim) -> None:
    assert standing(signed(), beside=beside) is Standing.ALTERED


def test_a_place_in_the_open_where_none_was_signed_was_altered() -> None:
    beside = DeviceClaim(position=PositionClaim(11.0, 122.5, "device"))

    assert standing(signed(position=None), beside=beside) is Standing.ALTERED


def test_a_public_key_is_named_by_its_thumbprint_alone() -> None:
    key, thumbprint = public_key(PHONE.public_key["x"], PHONE.public_key["y"])

    assert key == PHONE.public_key
    assert thumbprint == PHONE.key.thumbprint()


@pytest.mark.parametrize(
    ("x", "y"), [("A" * 43, "A" * 43), ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "A" * 42 + "E"), ("é" * 43, "x")]
)
def test_a_point_beside_the_curve_is_no_key(x: str, y: str) -> None:
    with pytest.raises(KeyUnfitError):
        public_key(x, y)
