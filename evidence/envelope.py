"""The envelope: the phone's signed statement about one photo, read and weighed.

A compact JWS (RFC 7515) with ES256 by a key that never leaves the phone. Reading believes nothing; ``weigh``
says how far the statement holds. Which devices are enrolled and which nonces were given out is told by the
caller; what follows for the photo is the check's (``device.enrolled``) and the verdict's work.
"""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from evidence.claims import RADII_PER_SIGMA, CaptureSource, DeviceClaim, EnvelopeClaim, PositionClaim

ALGORITHM = "ES256"
TYPE = "saksi-envelope+jws"
MOST_PAYLOAD_BYTES = 8 * 1024
#: The largest payload in base64url, with a header and a signature around it.
MOST_CHARACTERS = 12 * 1024
W3C_CONFIDENCE = 0.95
HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class Standing(StrEnum):
    """How an envelope stands: the first thing that is wrong with it, or what is said where nothing is."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"
    NONCE_EXPIRED = "nonce expired"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    OTHER_ALGORITHM = "another algorithm"
    UNKNOWN_DEVICE = "unknown device"
    FOREIGN_DEVICE = "another person's device"
    REVOKED_DEVICE = "revoked device"
    WRONG_SIGNATURE = "wrong signature"
    OTHER_PHOTO = "signed for another photo"
    ALTERED = "the claim beside it differs"
    NONCE_UNKNOWN = "unknown nonce"
    NONCE_FOREIGN = "another device's nonce"
    NONCE_USED = "nonce used before"


class KeyUnfitError(ValueError):
    """A public key that no envelope can be checked with; the text says why."""


class _FaultError(Exception):
    """What keeps an envelope from being read."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing.value)
        self.standing = standing


@dataclass(frozen=True, slots=True)
class Reading:
    """An envelope as it came: what it says, None where it cannot be read, and then ``fault`` says why.

    An envelope by another algorithm is readable, and never believed.
    """

    text: str
    claim: DeviceClaim | None
    fault: Standing | None

    @property
    def signer(self) -> UUID | None:
        """The device that it says it is from."""
        return UUID(self.claim.envelope.device) if self.claim and self.claim.envelope else None


@dataclass(frozen=True, slots=True)
class EnrolledDevice:
    """What the records hold of the device that an envelope names; ``public_key`` is its JWK (RFC 7517)."""

    public_key: Mapping[str, str]
    of_uploader: bool
    revoked: bool


def read(text: str) -> Reading:
    """Read an envelope without believing it; never raises, however it is made, and its cost is bounded."""
    try:
        if len(text) > MOST_CHARACTERS:
            raise _FaultError(Standing.TOO_LARGE)
        parts = _PARTS.fullmatch(text) or _unreadable()
        header = _json(parts[1])
        claim = _claim(_payload(parts[2]), _device(header))
    except _FaultError as fault:
        return Reading(text, None, fault.standing)
    return Reading(text, claim, None if header.get("alg") == ALGORITHM else Standing.OTHER_ALGORITHM)


def weigh(
    reading: Reading, device: EnrolledDevice | None, *, evidence: str, sha256: str, beside: DeviceClaim
) -> Standing:
    """How an envelope stands apart from its nonce, on which the records alone can speak.

    Args:
        reading: the envelope.
        device: what the records hold of the device it names, None where they hold nothing.
        evidence: the id under which the photo came, in canonical form.
        sha256: of the bytes that came, in lowercase hex.
        beside: what was said in the open beside the envelope, if anything.
    """
    if reading.fault is not None or reading.claim is None:
        return reading.fault or Standing.UNREADABLE
    if device is None:
        return Standing.UNKNOWN_DEVICE
    if not device.of_uploader:
        return Standing.FOREIGN_DEVICE
    if not _signed(reading.text, device.public_key):
        return Standing.WRONG_SIGNATURE
    if device.revoked:
        return Standing.REVOKED_DEVICE
    return _weigh_content(reading.claim, evidence, sha256, beside)


def public_key(x: str, y: str) -> tuple[dict[str, str], str]:
    """The JWK of a P-256 point in base64url, with nothing but what makes it, and its thumbprint (RFC 7638).

    Raises:
        KeyUnfitError: there is no such point on the curve.
    """
    key = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    try:
        imported = ECKey.import_key(dict(key))
        # The library looks at the point when it is first used.
        _ = imported.public_key
    except (JoseError, ValueError) as error:
        raise KeyUnfitError("no point of the curve P-256") from error
    return key, imported.thumbprint()


def _weigh_content(claim: DeviceClaim, evidence: str, sha256: str, beside: DeviceClaim) -> Standing:
    if claim.envelope is None or (claim.envelope.evidence, claim.sha256) != (evidence, sha256):
        return Standing.OTHER_PHOTO
    return Standing.GENUINE if _same(claim, beside) else Standing.ALTERED


def _same(claim: DeviceClaim, beside: DeviceClaim) -> bool:
    """Whether whatever was said beside the envelope is what it says itself."""
    sha256 = beside.sha256 is None or beside.sha256.lower() == claim.sha256
    time = beside.captured_at is None or beside.captured_at == claim.captured_at
    return sha256 and time and (beside.position is None or _same_place(claim.position, beside.position))


def _same_place(signed: PositionClaim | None, beside: PositionClaim) -> bool:
    if signed is None:
        return False
    pairs = [(getattr(signed, name), getattr(beside, name)) for name in ("latitude", "longitude", "accuracy_m")]
    pairs += [(signed.heading_deg, beside.heading_deg)] if beside.heading_deg is not None else []
    return (
        all(one == other or (one and other and math.isclose(one, other, rel_tol=1e-12)) for one, other in pairs)
        and beside.confidence in {None, signed.confidence}
        and beside.fixed_at in {None, signed.fixed_at}
    )


def _signed(text: str, key: Mapping[str, str]) -> bool:
    """Whether the signature is by this key; no word of the envelope's own chooses the key or the algorithm."""
    try:
        jws.deserialize_compact(text, ECKey.import_key(dict(key)), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return False
    return True


def _device(header: dict[str, Any]) -> str:
    """The device that a header names; a header with anything else in it is none of ours (``crit`` and ``jwk`` too)."""
    if set(header) != HEADER_MEMBERS or header["typ"] != TYPE:
        # Another algorithm is worth a sentence of its own, whatever else is odd.
        raise _FaultError(Standing.UNREADABLE if header.get("alg") == ALGORITHM else Standing.OTHER_ALGORITHM)
    return _uuid(header["kid"])


def _payload(part: str) -> dict[str, Any]:
    if len(part) > (MOST_PAYLOAD_BYTES * 4 + 2) // 3:
        raise _FaultError(Standing.TOO_LARGE)
    payload = _json(part)
    if payload.get("v") != 1 or isinstance(payload["v"], bool):
        _unreadable()
    return payload


def _json(part: str) -> dict[str, Any]:
    """The JSON object of a part; what two readers could read differently (RFC 8259, 4 and 6) is none."""
    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _unreadable()
    return _members(value)


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) != len(members):
        raise ValueError("a member is there twice")
    return dict(members)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _claim(said: dict[str, Any], device: str) -> DeviceClaim:
    """The payload as a claim. What identifies must be there and right; a measure that is odd is left out."""
    position = None if said.get("position") is None else _members(said["position"])
    sha256 = said.get("sha256")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        _unreadable()
    return DeviceClaim(
        position=None if position is None else _position(position),
        captured_at=_instant(said.get("captured_at")) or _unreadable(),
        sha256=sha256.lower(),
        envelope=_envelope(said, device, position or {}),
    )


def _envelope(said: dict[str, Any], device: str, position: dict[str, Any]) -> EnvelopeClaim:
    nonce = said.get("nonce")
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        _unreadable()
    orientation, camera = _members(said.get("orientation") or {}), _members(said.get("camera") or {})
    return EnvelopeClaim(
        device=device,
        evidence=_uuid(said.get("evidence")),
        nonce=nonce,
        source=_source(said.get("source")),
        app=_app(_members(said.get("app") or {})),
        clock_offset_ms=_number(said.get("clock_offset_ms"), -1e14, 1e14),
        no_position_reason=_text(said.get("no_position_reason")),
        altitude_accuracy_m=_number(position.get("altitude_accuracy_m"), 0, 1e6),
        speed_mps=_number(position.get("speed_mps"), 0, 1e6),
        heading_deg=_number(orientation.get("heading_deg"), 0, 360),
        pitch_deg=_number(orientation.get("pitch_deg"), -180, 180),
        roll_deg=_number(orientation.get("roll_deg"), -180, 180),
        camera_width=_pixels(camera.get("width")),
        camera_height=_pixels(camera.get("height")),
        user_agent=_text(said.get("user_agent")),
    )


def _position(said: dict[str, Any]) -> PositionClaim:
    latitude, longitude = _number(said.get("latitude"), -90, 90), _number(said.get("longitude"), -180, 180)
    if latitude is None or longitude is None:
        _unreadable()
    accuracy_m = _number(said.get("accuracy_m"), 0, 20_037_508.0) or None
    confidence = _number(said.get("confidence"), 0, 1)
    stated = confidence if confidence in RADII_PER_SIGMA else W3C_CONFIDENCE
    return PositionClaim(
        latitude=latitude,
        longitude=longitude,
        source="device",
        altitude_m=_number(said.get("altitude_m"), -20_000, 1e6),
        accuracy_m=accuracy_m,
        confidence=None if accuracy_m is None else stated,
        heading_deg=_number(said.get("heading_deg"), 0, 360),
        fixed_at=_instant(said.get("fixed_at")),
    )


def _source(said: object) -> CaptureSource:
    try:
        return CaptureSource(said)  # type: ignore[arg-type]
    except ValueError:
        _unreadable()


def _app(said: dict[str, Any]) -> str:
    return " ".join(part for part in (_text(said.get("name")), _text(said.get("version"))) if part)[:100]


def _uuid(said: object) -> str:
    if not isinstance(said, str) or not _UUID.fullmatch(said):
        _unreadable()
    return str(UUID(said))


def _instant(said: object) -> datetime | None:
    """An RFC 3339 instant with its zone, in UTC; None for anything that a phone's clock does not say."""
    if not isinstance(said, str) or not _INSTANT.fullmatch(said):
        return None
    try:
        instant = datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if 1970 <= instant.year < 2100 else None


def _number(said: object, least: float, most: float) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    return float(said) if least <= said <= most else None


def _pixels(said: object) -> int | None:
    number = _number(said, 1, 1e6)
    return None if number is None else int(number)


def _text(said: object) -> str | None:
    """At most 300 characters that every store can hold."""
    if not isinstance(said, str):
        return None
    return "".join(letter for letter in said[:300] if letter != "\0" and not "\ud800" <= letter <= "\udfff") or None


def _members(said: object) -> dict[str, Any]:
    return said if isinstance(said, dict) else _unreadable()


def _unreadable() -> NoReturn:
    raise _FaultError(Standing.UNREADABLE)
