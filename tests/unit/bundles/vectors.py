"""The bundles of ``tests/data/bundles`` and what both verifiers must say of them. Run as a module, it writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from evidence.checkpoints import LogKey
from server.canonical import bytes_of
from tests.bundle_maker import (
    FOLDER,
    LOG,
    PHOTO,
    Event,
    Files,
    digest,
    edited,
    events,
    files,
    listed,
    of_photo,
    packed,
    text,
    tree_of,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "bundles"
OTHER = LogKey(b"o" * 32, LOG.origin)
EVENTS = f"{FOLDER}/events.json"


class Vector(NamedTuple):
    """A bundle, an old checkpoint or none, and the lines that broke: code and subject."""

    name: str
    content: bytes
    broken: list[tuple[str, str]]
    old: bytes | None = None


def _without(parts: Files, name: str) -> Files:
    return {each: content for each, content in parts.items() if each != name}


def _flipped(parts: Files, name: str) -> Files:
    content = bytearray(parts[name])
    content[len(content) // 2] ^= 1
    return parts | {name: bytes(content)}


def _event(number: int, **values: Any) -> Any:
    return lambda found: found["events"][number].update(values)


def _erased(found: Any) -> None:
    """The acceptance as it is told after an erasure: one digest in place of all its details."""
    told = found["events"][2]
    parts = told["details"].items()
    shown = {name: digest(bytes.fromhex(each["salt"]) + bytes_of(each["value"])) for name, each in parts}
    told["details_digest"] = digest(bytes_of(shown | told["kept"]))
    del told["details"], told["kept"]


def _dropped(action: str) -> list[Event]:
    return [each for each in events() if each.action != action]


def _forked() -> list[Event]:
    return [Event("thing.tried", ["thing", "another"]), *events()[1:]]


def vectors() -> Iterator[Vector]:
    """All of them, made anew; the same at every run."""
    good, old = files(), tree_of(events())
    yield Vector("good", packed(good), [])
    yield Vector("stored", packed(good, 0), [])
    for name in good:
        yield Vector(f"flipped-{name.split('/')[-1].replace('0001', 'milestone')}", packed(_flipped(good, name)), [])
    yield Vector(
        "dropped", packed(_without(good, f"{FOLDER}/receipt.jws")), [("file.missing", f"{FOLDER}/receipt.jws")]
    )
    yield Vector("added", packed(good | {"../evil": b"x"}), [("file.extra", "../evil")])
    yield Vector("no-list", packed(_without(good, "bundle.json")), [("container.unreadable", "")])
    yield Vector("no-zip", b"x" * 100, [("container.unreadable", "")])
    # By somebody who holds all the keys, so that every signature is right.
    event = edited(good, EVENTS, lambda found: found["events"].pop(0) and None)
    yield Vector("no-arrival", packed(event), [("event.missing", EVENTS), ("receipt.leaf", f"{FOLDER}/receipt.jws")])
    verdict = edited(good, EVENTS, _event(0, action="evidence.rejected"))
    yield Vector(
        "renamed",
        packed(verdict),
        [("leaf.broken", EVENTS), ("event.missing", EVENTS), ("receipt.leaf", f"{FOLDER}/receipt.jws")],
    )
    dated = edited(good, EVENTS, _event(0, at="2025-01-01T00:00:00Z"))
    yield Vector("back-dated", packed(dated), [("leaf.broken", EVENTS)])
    moved = edited(good, EVENTS, _event(0, place=0))
    yield Vector("moved", packed(moved), [("proof.broken", EVENTS)])
    stated = listed(
        good | {f"{FOLDER}/statement.json": good[f"{FOLDER}/statement.json"].replace(b"verified", b"rejected")}
    )
    yield Vector(
        "restated",
        packed(stated),
        [("statement.other", f"{FOLDER}/statement.json"), ("statement.mixed", f"{FOLDER}/statement.json")],
    )
    other = listed(good | {f"{FOLDER}/public.jpg": b"another picture"})
    yield Vector("other-picture", packed(other), [("copy.other", f"{FOLDER}/public.jpg")])
    foreign = [
        each if each.action != "evidence.published" else Event(each.action, ["evidence", PHOTO[::-1]])
        for each in events()
    ]
    tree = tree_of(foreign)
    told = [tree.told(each, place) for place, each in enumerate(foreign) if each.record[1] in (PHOTO, PHOTO[::-1])]
    strange = listed(files(foreign) | {EVENTS: text({"events": told, "waiting": 0})})
    yield Vector("foreign", packed(strange), [("event.foreign", EVENTS)])
    yield Vector("unpublished", packed(files(_dropped("evidence.published"))), [("event.missing", EVENTS)])
    # What can no longer be read, or is not shown, is told.
    log = events()
    log[3] = Event(log[3].action, log[3].record, {}, log[3].details | log[3].kept)
    yield Vector("withheld", packed(files(log)), [])
    yield Vector("erased", packed(edited(good, EVENTS, _erased)), [])
    # What others kept.
    grown = files([*events(), of_photo("evidence.examined")], since=10)
    yield Vector("continued", packed(grown), [], old.note())
    yield Vector("kept", packed(good), [], old.note())
    yield Vector("not-compared", packed(good), [("consistency.missing", "checkpoint.txt")], old.note(6))
    forked = files([*_forked(), of_photo("evidence.examined")], since=10)
    yield Vector("forked", packed(forked), [("consistency.forked", "checkpoint.txt")], old.note())
    yield Vector("forked-alike", packed(files(_forked())), [("consistency.forked", "checkpoint.txt")], old.note())
    short = files(events()[:9])
    yield Vector("shortened", packed(short), [("consistency.shorter", "checkpoint.txt")], old.note())
    # Whoever forges a whole log may put the old key beside their own: the two are told apart.
    keys = {"receipts": json.loads(good["keys.json"])["receipts"], "log": [LOG.public.told(), OTHER.public.told()]}
    rekeyed = listed(files([*events(), of_photo("evidence.examined")], since=10, key=OTHER) | {"keys.json": text(keys)})
    yield Vector("rekeyed", packed(rekeyed), [("consistency.rekeyed", "checkpoint.txt")], old.note())
    yield Vector("no-note", packed(good), [("consistency.unreadable", "checkpoint.txt")], b"nothing\n")
    wrong = listed(good | {"checkpoint.txt": good["checkpoint.txt"].replace(b"\n10\n", b"\n11\n")})
    yield Vector("unsigned", packed(wrong), [("checkpoint.broken", "checkpoint.txt")])
    assert LOG.origin in old.note().decode()


def main() -> None:
    """Write them, with what the Python verifier says of those whose lines are not told above."""
    DATA.mkdir(exist_ok=True)
    index = {}
    for vector in vectors():
        (DATA / f"{vector.name}.zip").write_bytes(vector.content)
        old = vector.old.decode() if vector.old else None
        index[vector.name] = {"old": old, "broken": vector.broken or None}
    (DATA / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
