"""Phones that sign: enrolling their keys, revoking them, and nonces to sign with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema, fields, validate

from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.evidence_documents import Uploader
from field_api.fields import WRITTEN, Ident, Instant, Text, Whole
from field_api.lists import PageByTimeQuery, cursor_by_time, page, place_by_time
from field_api.operation import Answer, operation
from field_api.shapes import Answered, page_of
from server.access import SIGNED_IN
from server.auth import current_actor
from server.models import Device
from server.services import devices
from server.services.devices import MOST_NONCES, OfferedKey
from server.times import iso, utc_now

#: 32 bytes in base64url (RFC 7518, 6.2.1.2).
COORDINATE = "^[A-Za-z0-9_-]{43}$"
KEY_EXAMPLE = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}


class PublicKey(Schema):
    """A public key as a JWK (RFC 7517) on P-256, as WebCrypto exports it; what names its use is taken and not kept."""

    kty = fields.String(required=True, validate=validate.OneOf(["EC"]))
    crv = fields.String(required=True, validate=validate.OneOf(["P-256"]))
    x = Text(43, least=43, pattern=COORDINATE, required=True)
    y = Text(43, least=43, pattern=COORDINATE, required=True)
    alg = fields.Raw()
    use = fields.Raw()
    kid = fields.Raw()
    ext = fields.Raw()
    key_ops = fields.Raw()


class NewDevice(Schema):
    """A phone that is to sign for the signed-in person; ``id`` may be made by the phone."""

    public_key = fields.Nested(PublicKey, required=True)
    name = Text(100, least=1, pattern=WRITTEN, required=True)
    id = Ident(load_default=None, allow_none=True)


class EnrolledDevice(Answered):
    """A device on record; what it signs counts until ``revoked_at``."""

    id = Ident(required=True)
    name = fields.String(required=True)
    thumbprint = fields.String(required=True)
    enrolled_at = Instant(required=True)
    revoked_at = Instant(required=True, allow_none=True)
    person = fields.Nested(Uploader, required=True)


class DevicesQuery(PageByTimeQuery):
    """Whose devices to list; one's own where nobody is named."""

    person = Ident(load_default=None)


class NoncesWanted(Schema):
    """How many more nonces the phone would like to have."""

    count = Whole(1, MOST_NONCES, required=True)


class GivenNonce(Answered):
    """A number to be signed with one photo, until it expires."""

    nonce = fields.String(required=True)
    expires_at = Instant(required=True)


class GivenNonces(Answered):
    """Fresh nonces, fewer than were asked for where the device would hold too many, and the server's clock."""

    nonces = fields.List(fields.Nested(GivenNonce), required=True)
    server_time = Instant(required=True)


@operation(
    api,
    "POST",
    "/devices",
    access=SIGNED_IN,
    summary="Enrol a phone's key",
    body=JsonBody(NewDevice, example={"public_key": KEY_EXAMPLE, "name": "Pixel 7"}),
    answers={
        201: Answer(
            "The device is enrolled.",
            EnrolledDevice,
            leads_to={"revoke_device": "device_id", "give_nonces": "device_id"},
        ),
        200: Answer("This key was enrolled by the same person before; this is that device.", EnrolledDevice),
    },
    problems=("device-conflict", "too-many-devices"),
)
def enrol_device(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The private key stays on the phone. A key that was revoked stays so; enrol a fresh one."""
    key = body["public_key"]
    offered = OfferedKey(x=key["x"], y=key["y"], name=body["name"], id=body["id"])
    enrolled = devices.enrol(current_actor(), offered, now=utc_now())
    return _document(enrolled.device), 201 if enrolled.created else 200


@operation(
    api,
    "GET",
    "/devices",
    access=SIGNED_IN,
    summary="List enrolled phones",
    query=DevicesQuery,
    answers={200: Answer("One page, newest first.", page_of(EnrolledDevice), headers=("Link",))},
    problems=("not-allowed",),
)
def list_devices(query: dict[str, Any]) -> Response:
    """One's own; an administrator also those of a person with a role in the agency."""
    place = place_by_time(query["cursor"])
    found = devices.of(current_actor(), query["person"], cursor=place, limit=query["limit"])
    return page([_document(each) for each in found.items], cursor_by_time(found.next))


@operation(
    api,
    "DELETE",
    "/devices/<record:device_id>",
    access=SIGNED_IN,
    summary="Revoke a phone",
    answers={204: Answer("What it signs does not count any more.")},
)
def revoke_device(device_id: UUID) -> None:
    """For good: photos that it signed and that come later are rejected. Its person or an administrator may."""
    devices.revoke(current_actor(), device_id, now=utc_now())


@operation(
    api,
    "POST",
    "/devices/<record:device_id>/nonces",
    access=SIGNED_IN,
    summary="Take nonces along",
    body=JsonBody(NoncesWanted, example={"count": 50}),
    answers={200: Answer("Fresh nonces.", GivenNonces)},
    problems=("not-allowed",),
)
def give_nonces(device_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Each is signed with one photo, within seven days, online or not. A device holds at most 200 unused ones."""
    now = utc_now()
    given = devices.give_nonces(current_actor(), device_id, body["count"], now=now)
    expires_at = iso(given.expires_at)
    return {
        "nonces": [{"nonce": each, "expires_at": expires_at} for each in given.nonces],
        "server_time": iso(now),
    }


def _document(device: Device) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "name": device.name,
        "thumbprint": device.thumbprint,
        "enrolled_at": iso(device.enrolled_at),
        "revoked_at": iso(device.revoked_at),
        "person": {"id": str(device.person_id), "name": device.person.name},
    }
