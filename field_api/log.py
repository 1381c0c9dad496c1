"""The custody log for everybody: signed checkpoints, the hashes of its leaves, and proofs. No sign-in, nobody named."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from field_api.blueprint import api
from field_api.bodies import JSON
from field_api.caching import kept_bytes, kept_json
from field_api.fields import Count, Instant, Limit, sha256
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import PUBLISHED
from server.models import LogCheckpoint
from server.services import log_reading

NOTE = "text/plain"
#: The newest checkpoint is another one within seconds; what is said of sizes that were reached never changes.
SECONDS, FOREVER = "public, max-age=5", "public, max-age=31536000, immutable"
UNCHANGED = Answer("It is that of the ETag that was sent.")
HEX = {"pattern": "^[0-9a-f]{64}$"}


class CheckpointDocument(Answered):
    """One checkpoint: so many events have this root (hex); ``note`` is the signed text (C2SP tlog-checkpoint)."""

    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata=HEX)
    at = Instant(required=True)
    note = fields.String(required=True)


class Checkpoints(Answered):
    """Checkpoints, the newest first; ``before`` asks for those that follow, null at the end."""

    items = fields.List(fields.Nested(CheckpointDocument), required=True)
    before = fields.Integer(required=True, allow_none=True)


class Leaves(Answered):
    """The hashes of the leaves (hex) from place ``first`` on; ``size`` is the newest checkpoint's."""

    first = fields.Integer(required=True)
    size = fields.Integer(required=True)
    leaves = fields.List(fields.String(metadata=HEX), required=True)


class InclusionProof(Answered):
    """PATH of RFC 6962 (hex, from the leaf upwards) for the leaf at place ``index`` in the tree of ``size`` leaves."""

    leaf = fields.String(required=True, metadata=HEX)
    index = fields.Integer(required=True)
    size = fields.Integer(required=True)
    hashes = fields.List(fields.String(metadata=HEX), required=True)


class ConsistencyProof(Answered):
    """PROOF of RFC 6962 that the tree of ``second`` leaves begins with that of ``first`` (hex)."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    hashes = fields.List(fields.String(metadata=HEX), required=True)


class LogKeys(Answered):
    """The log's name, the key in use and the ones before it, each as verifiers of C2SP notes are given it."""

    origin = fields.String(required=True)
    key = fields.String(required=True)
    earlier = fields.List(fields.String(), required=True)


class CheckpointsQuery(Schema):
    """Which checkpoints."""

    before = Count(load_default=None, metadata={"description": "Only those of fewer events."})
    limit = Limit(50)


class InclusionQuery(Schema):
    """Which leaf in which tree."""

    leaf = sha256(required=True, metadata={"description": "The leaf's hash, as a receipt has it."})
    size = Count(load_default=None, metadata={"description": "The tree's size; the newest checkpoint's if left out."})


class ConsistencyQuery(Schema):
    """Which two trees."""

    first = Count(1, required=True)
    second = Count(1, required=True)


LeavesQuery = Schema.from_dict(
    {"from": Count(load_default=0, metadata={"description": "The place of the first."}), "limit": Limit(100)},
    name="LeavesQuery",
)


@operation(
    api,
    "GET",
    "/log/checkpoint",
    access=PUBLISHED,
    summary="The newest checkpoint of the custody log",
    headers=("If-None-Match",),
    problems=("not-found",),
    answers={200: Answer("A signed note.", media_types=(NOTE,), headers=("ETag",)), 304: UNCHANGED},
)
def get_newest_checkpoint() -> Response:
    """Keep it: every later checkpoint must continue it. An event is in one within a minute."""
    return _note(log_reading.newest(), SECONDS)


@operation(
    api,
    "GET",
    "/log/checkpoints",
    access=PUBLISHED,
    summary="Checkpoints of the custody log",
    query=CheckpointsQuery,
    headers=("If-None-Match",),
    answers={200: Answer("The newest first.", Checkpoints, headers=("ETag",)), 304: UNCHANGED},
)
def list_checkpoints(query: dict[str, Any]) -> Response:
    """All that were ever signed; each stays as it is."""
    found = log_reading.checkpoints(query["before"], query["limit"])
    following = found[-1].size if len(found) == query["limit"] else None
    return _kept({"items": [log_reading.as_document(each) for each in found], "before": following})


@operation(
    api,
    "GET",
    "/log/checkpoints/<count:size>",
    access=PUBLISHED,
    summary="One checkpoint of the custody log",
    headers=("If-None-Match",),
    answers={200: Answer("A signed note.", media_types=(NOTE,), headers=("ETag",)), 304: UNCHANGED},
)
def get_checkpoint(size: int) -> Response:
    """The one that was signed at exactly so many events."""
    return _note(log_reading.checkpoint(size), FOREVER)


@operation(
    api,
    "GET",
    "/log/leaves",
    access=PUBLISHED,
    summary="The hashes of the leaves of the custody log",
    query=LeavesQuery,
    headers=("If-None-Match",),
    problems=("log-damaged",),
    answers={200: Answer("In the order of their places.", Leaves, headers=("ETag",)), 304: UNCHANGED},
)
def list_leaves(query: dict[str, Any]) -> Response:
    """Whoever keeps them all can make every root, and every proof, without this server."""
    return _kept(log_reading.leaves_document(query["from"], query["limit"]))


@operation(
    api,
    "GET",
    "/log/inclusion",
    access=PUBLISHED,
    summary="The proof that a leaf is in the custody log",
    query=InclusionQuery,
    headers=("If-None-Match",),
    problems=("not-found", "log-damaged"),
    answers={200: Answer("The proof.", InclusionProof, headers=("ETag",)), 304: UNCHANGED},
)
def get_inclusion(query: dict[str, Any]) -> Response:
    """For the `leaf` of a photo's receipt, say. An event has its place within a minute."""
    proof = log_reading.inclusion(bytes.fromhex(query["leaf"]), query["size"])
    told = {"leaf": query["leaf"], "index": proof.place, "size": proof.size}
    return _kept(told | {"hashes": [each.hex() for each in proof.hashes]})


@operation(
    api,
    "GET",
    "/log/consistency",
    access=PUBLISHED,
    summary="The proof that the custody log only grew",
    query=ConsistencyQuery,
    headers=("If-None-Match",),
    problems=("not-found", "log-damaged"),
    answers={200: Answer("The proof.", ConsistencyProof, headers=("ETag",)), 304: UNCHANGED},
)
def get_consistency(query: dict[str, Any]) -> Response:
    """With it the holder of an old checkpoint sees that a new one continues it."""
    hashes = log_reading.consistency(query["first"], query["second"])
    return _kept({**query, "hashes": [each.hex() for each in hashes]})


@operation(
    api,
    "GET",
    "/log/key",
    access=PUBLISHED,
    summary="The keys of the custody log",
    headers=("If-None-Match",),
    answers={200: Answer("The keys.", LogKeys, headers=("ETag",)), 304: UNCHANGED},
)
def get_log_key() -> Response:
    """Keys stay here for ever, so that old checkpoints can be checked. Keep the key with the checkpoint."""
    return _kept(log_reading.keys_document())


def _note(found: LogCheckpoint, cache: str) -> Response:
    etag, media_type = f"{found.size}-{found.root.hex()}", f"{NOTE}; charset=utf-8"
    return kept_bytes(found.note.encode(), etag=etag, media_type=media_type, cache=cache)


def _kept(document: dict[str, Any]) -> Response:
    return kept_json(document, media_type=JSON, cache=SECONDS)
