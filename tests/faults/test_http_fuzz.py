"""Hundreds of damaged photos through HTTP: each is answered, in time, and never with a fault of ours.

``SAKSI_FUZZ_HTTP`` says how many; every one is a real photo (or one of ours, where those are not at hand) with
bytes flipped, cut out, doubled or cut off, under a claim that is damaged now and then too.
"""

from __future__ import annotations

import json
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from server.db import db
from tests.api.calls import Headers, good_photo, put_photo, road_claim

COUNT = int(os.environ.get("SAKSI_FUZZ_HTTP", "100"))
SLOWEST_S = 5.0
GROWTH_KIB = 200 * 1024
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus/photos"
SEED = 20_260_331


def test_fuzzed_uploads_are_all_answered(app: Flask, client: FlaskClient, bearer: Callable[[str], Headers]) -> None:
    chance = random.Random(SEED)
    headers = bearer("inspector")
    photos = some_photos(chance)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    statuses: Counter[int] = Counter()
    slowest_s = 0.0

    for turn in range(COUNT):
        began = time.monotonic()
        response = put_photo(client, headers, mutated(chance.choice(photos), chance), damaged_claim(chance))
        slowest_s = max(slowest_s, time.monotonic() - began)
        statuses[response.status_code] += 1
        told = response.get_json(force=True)
        assert response.status_code < 500, (turn, told)
        assert response.status_code != 201 or told["verdict"] in {"verified", "needs_review", "rejected"}
        db.session.remove()

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    print(f"\n{COUNT} uploads: {dict(statuses)}, slowest {slowest_s:.2f} s, grown {grown_kib // 1024} MiB")
    assert slowest_s < SLOWEST_S
    assert grown_kib < GROWTH_KIB
    assert statuses[201] > COUNT // 10, "most mutations still reach the checks"


def some_photos(chance: random.Random) -> list[bytes]:
    """Forty real photos of every kind, or drawn ones where the corpus is not there."""
    found = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.stat().st_size < 1_000_000)
    if not found:
        return [good_photo(shade, size=(640, 480)) for shade in range(40)]
    return [path.read_bytes() for path in chance.sample(found, min(40, len(found)))]


def mutated(photo: bytes, chance: random.Random) -> bytes:
    """The photo with one to twenty wounds, most of them where the metadata is."""
    wounded = bytearray(photo)
    for _ in range(chance.randint(1, 20)):
        if not wounded:
            break
        reach = len(wounded) if chance.random() < 0.3 else min(len(wounded), 4096)
        at = chance.randrange(reach)
        wound(wounded, at, chance)
    return bytes(wounded)


def wound(photo: bytearray, at: int, chance: random.Random) -> None:
    """Flip a byte, set four to an extreme, cut a piece out, double one, or cut the rest off."""
    kind = chance.random()
    if kind < 0.5:
        photo[at] ^= 1 << chance.randrange(8)
    elif kind < 0.75:
        photo[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0"])
    elif kind < 0.85:
        del photo[at : at + chance.randrange(1, 64)]
    elif kind < 0.95:
        photo[at:at] = photo[at : at + chance.randrange(1, 64)]
    else:
        del photo[at:]


def damaged_claim(chance: random.Random) -> str | None:
    """A claim, whole three times in four."""
    position = {"latitude": 11.0, "longitude": 122.5, "accuracy_m": chance.choice([None, 5, 1e6])}
    text = json.dumps(road_claim(device_position=position, caption="Ünïcode \u202e"))
    if chance.random() < 0.75:
        return text
    return chance.choice([text[: chance.randrange(len(text))], text.replace("11.0", "1e400"), "null", "[]", None])
