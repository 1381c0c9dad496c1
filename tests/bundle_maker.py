"""Bundles made by hand, of a log of ten events with fixed keys: what the verifiers of both languages are tried on."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evidence import merkle
from evidence.checkpoints import LogKey
from evidence.receipts import Receipt, SigningKey, public_jwk
from server.canonical import bytes_of

PHOTO = "0195e8a0-1111-7abc-8def-0123456789ab"
MILESTONE = "0195e8a0-2222-7abc-8def-0123456789ab"
FOLDER = f"photos/{PHOTO}"
PICTURE = b"\xff\xd8\xff\xe0 a picture, as far as these tests go \xff\xd9"
KEY = SigningKey(b"r" * 32)
LOG = LogKey(b"l" * 32, "saksi.example.org/custody")
Files = dict[str, bytes]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


STATEMENT = bytes_of(
    {
        "v": 1,
        "id": PHOTO,
        "sha256": "ab" * 32,
        "size": 4711,
        "project": "ROAD-ñ",
        "received_at": "2026-03-01T00:00:00Z",
        "place": {"latitude": 11.0, "longitude": 122.5},
        "verdict": "verified",
    }
)


@dataclass
class Event:
    """One event with what of it is told."""

    action: str
    record: list[str]
    details: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def salted(self, what: str, value: Any) -> tuple[str, str]:
        salt = hmac.digest(f"{self.action}{self.record}".encode(), what.encode(), "sha256")[:16]
        return salt.hex(), digest(salt + bytes_of(value))

    @cached_property
    def told(self) -> dict[str, Any]:
        parts = {name: self.salted(f"details.{name}", value) for name, value in (self.details | self.kept).items()}
        details = digest(bytes_of({name: told for name, (_salt, told) in parts.items()}))
        actor = self.salted("actor", "somebody")[1]
        about = {"at": "2026-03-01T00:00:00Z", "action": self.action, "record": self.record}
        data = bytes_of({"v": 1, **about, "actor": actor, "details": details})
        shown = {name: {"salt": parts[name][0], "value": value} for name, value in self.details.items()}
        return about | {
            "leaf": merkle.leaf_hash(data).hex(),
            "actor": actor,
            "details": shown,
            "kept": {name: parts[name][1] for name in self.kept},
        }


def of_photo(action: str, **details: Any) -> Event:
    return Event(action, ["evidence", PHOTO], details)


def events() -> list[Event]:
    """The log: eight events that matter here among two that do not."""
    received = {
        "statement": digest(b"as it was first"),
        "sha256": "ab" * 32,
        "project": "ROAD-ñ",
        "verdict": "verified",
    }
    return [
        Event("thing.tried", ["thing", "1"]),
        of_photo("evidence.received", **received),
        of_photo("evidence.examined", statement=digest(STATEMENT), verdict="verified"),
        Event("evidence.accepted", ["evidence", PHOTO], {"statement": digest(STATEMENT)}, {"reason": "I was there"}),
        Event("submission.approved", ["submission", MILESTONE], {"digest": "cd" * 32}),
        Event("milestone.approved", ["milestone", MILESTONE], {"milestone": "M1"}),
        of_photo("evidence.published", project="ROAD-ñ"),
        of_photo("copy.published", copy=digest(b"an earlier copy"), redactions=0),
        of_photo("copy.published", copy=digest(PICTURE), redactions=2),
        Event("thing.tried", ["thing", "2"]),
    ]


class Tree:
    """A tree of some leaves, all in memory."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._nodes: dict[tuple[int, int], bytes] = {}
        for size, leaf in enumerate(leaves):
            for node in merkle.grown(size, leaf, self.at):
                self._nodes[node.level, node.index] = node.hash
        self.size = len(leaves)

    def at(self, level: int, index: int) -> bytes:
        return self._nodes[level, index]

    def note(self, size: int | None = None, key: LogKey = LOG) -> bytes:
        size = size or self.size
        return key.sign(size, merkle.root(size, self.at)).encode()

    def told(self, event: Event, place: int) -> dict[str, Any]:
        proof = merkle.inclusion(place, self.size, self.at)
        return event.told | {"place": place, "proof": [each.hex() for each in proof]}

    def consistency(self, first: int) -> bytes:
        hashes = [each.hex() for each in merkle.consistency(first, self.size, self.at)]
        return text({"first": first, "second": self.size, "hashes": hashes})


def tree_of(log: list[Event]) -> Tree:
    return Tree([bytes.fromhex(each.told["leaf"]) for each in log])


def files(log: list[Event] | None = None, *, since: int | None = None, key: LogKey = LOG) -> Files:
    """A whole bundle of one photo."""
    log = log or events()
    tree = tree_of(log)
    places = list(enumerate(log))
    own = [tree.told(each, place) for place, each in places if each.record == ["evidence", PHOTO]]
    others = [tree.told(each, place) for place, each in places if each.record[1] == MILESTONE]
    arrival = next((each["leaf"] for each in own if each["action"] == "evidence.received"), None)
    receipt = Receipt(PHOTO, "ab" * 32, 4711, "2026-03-01T00:00:00Z", arrival, LOG.origin)
    made = {
        "keys.json": text({"receipts": [public_jwk(KEY.x, KEY.kid)], "log": [key.public.told()]}),
        "checkpoint.txt": tree.note(key=key),
        **({} if since is None else {"consistency.json": tree.consistency(since)}),
        "milestones/0001.json": text({"milestone": {"code": "M1"}, "events": others, "waiting": 0}),
        f"{FOLDER}/public.jpg": PICTURE,
        f"{FOLDER}/statement.json": STATEMENT,
        f"{FOLDER}/receipt.jws": KEY.sign(receipt).encode(),
        f"{FOLDER}/events.json": text({"events": own, "waiting": 0}),
    }
    return listed(made)


def listed(parts: Files) -> Files:
    """The files with their list and its signature, as whoever holds the keys can make them."""
    parts = {name: content for name, content in parts.items() if not name.startswith("bundle.")}
    document = {
        "format": "saksi-bundle/1",
        "subject": {"kind": "photo", "project": "ROAD-ñ", "milestone": "M1", "photo": PHOTO},
        "made_at": "2026-03-01T00:00:00Z",
        "origin": LOG.origin,
        "photos": [PHOTO],
        "published": 1,
        "files": {name: {"sha256": digest(content), "size": len(content)} for name, content in parts.items()},
    }
    listing = text(document)
    signature = KEY.sign_as("saksi-bundle+jws", bytes_of({"v": 1, "bundle": digest(listing)}))
    return {**parts, "bundle.json": listing, "bundle.jws": signature.encode()}


def edited(parts: Files, name: str, change: Callable[[Any], Any]) -> Files:
    """The files with one document changed, listed and signed anew."""
    document = json.loads(parts[name])
    changed = change(document)
    return listed(parts | {name: text(document if changed is None else changed)})


def packed(parts: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = method
            archive.writestr(entry, content)
    return stream.getvalue()
