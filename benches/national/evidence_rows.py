"""The photos in the order in which they arrived, with their originals, decisions and places in submissions.

Photos of all projects are mixed, as they would be, so that one project's rows lie far apart. A photo's
claims are told shortly: what pages read of them, not every field the reader knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benches.national import country, keys
from benches.national.country import PROVINCES
from benches.national.keys import Real, Whole
from benches.national.money import is_submitted, submission_ids
from benches.national.schedule import (
    APPROVED,
    MILESTONES,
    PAID,
    STAGES,
    approved_s,
    asks_twice,
    milestone_ids,
    requirement_ids,
    states,
    window,
)
from benches.national.tables import Batch, Column
from benches.national.works import DAY_S, LAST_DAY, Works, employers, organisation_ids, person_ids
from geo import quadtile

ZONE_S = 8 * 3600
RECEIVED_LATEST_S = LAST_DAY * DAY_S
VERIFIED, WAITING, ACCEPTED, REJECTED = range(4)
STATES = ("verified", "needs_review", "accepted", "rejected")
VERDICTS = ("verified", "needs_review", "needs_review", "rejected")
_POLICY = "ph-1"


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo whose bytes are really in the store."""

    sha256: str
    size: int
    storage_key: str


@dataclass(frozen=True, slots=True)
class Photos:
    """Every photo by its number, which is its place in the order of arrival; times in seconds since 1970."""

    milestone: Whole
    captured_s: Whole
    received_s: Whole

    def __len__(self) -> int:
        return len(self.milestone)


def photos(count: int, of: Works) -> Photos:
    """So many photos, spread unequally over the projects and over the milestones that have begun."""
    chance = np.random.default_rng([country.SEED, count, len(of)])
    weight = chance.lognormal(0, 0.6, len(of))
    project = np.repeat(np.arange(len(of)), chance.multinomial(count, weight / weight.sum()))
    begun = np.clip((LAST_DAY - of.start) * MILESTONES // of.duration, 1, MILESTONES)
    milestone = project * MILESTONES + (chance.random(count) * begun[project]).astype(np.int64)
    captured = _captured(chance, of, milestone)
    received = captured + 20 + chance.exponential(5_400, count).astype(np.int64)
    order = np.argsort(received, kind="stable")
    return Photos(milestone[order], captured[order], received[order])


def _captured(chance: np.random.Generator, of: Works, milestone: Whole) -> Whole:
    """Seconds since 1970: a working day of the milestone, most of them in the middle of the day."""
    first, end = window(of, milestone)
    day = first + (chance.random(len(milestone)) * np.maximum(1, np.minimum(end, LAST_DAY) - first)).astype(np.int64)
    # Day 0 was a Thursday; works rest on Sundays.
    day -= (day + 4) % 7 == 0
    second = 6.5 * 3600 + 11.5 * 3600 * chance.beta(2, 2, len(milestone))
    return day * DAY_S + second.astype(np.int64) - ZONE_S


@dataclass(frozen=True, slots=True)
class _Portion:
    """Some of the photos with what several tables say of them."""

    of: Works
    number: Whole
    milestone: Whole
    captured: Whole
    received: Whole
    ids: list[str]
    sha256: list[str]
    standing: Whole


def batches(of: Works, all_photos: Photos, number: Whole, sample: Mapping[int, Sample]) -> Iterator[Batch]:
    """The rows of the photos with these numbers, in the order of their foreign keys."""
    captured, drawn = all_photos.captured_s[number], keys.chance(keys.VERDICT, number)
    found = _Portion(
        of,
        number,
        all_photos.milestone[number],
        captured,
        all_photos.received_s[number],
        keys.ids(keys.PHOTO, number, captured),
        keys.digests(keys.SHA256, number),
        np.select([drawn < 0.92, drawn < 0.96, drawn < 0.98], [VERIFIED, WAITING, ACCEPTED], REJECTED),
    )
    yield _originals(found, sample)
    yield _evidence(found)
    yield _reviews(found, found.standing == ACCEPTED)
    yield _items(found, is_submitted(of, found.milestone) & np.isin(found.standing, (VERIFIED, ACCEPTED)))


def _originals(found: _Portion, sample: Mapping[int, Sample]) -> Batch:
    sha256 = found.sha256
    sizes = (900_000 + 900_000 * keys.chance(keys.SHA256, found.number)).astype(np.int64).tolist()
    places = [f"{digest[:2]}/{digest}" for digest in sha256]
    for row, each in enumerate(found.number.tolist()):
        if each in sample:
            real = sample[each]
            sha256[row], sizes[row], places[row] = real.sha256, real.size, real.storage_key
    columns: dict[str, Column] = {
        "sha256": sha256,
        "size": sizes,
        "media_type": ["image/jpeg"] * len(sizes),
        "storage_key": places,
        "kept_at": keys.instants(found.received),
    }
    return Batch("original", columns)


def _evidence(found: _Portion) -> Batch:
    of, milestone, standing = found.of, found.milestone, found.standing
    project, count = milestone // MILESTONES, len(milestone)
    chance = np.random.default_rng([country.SEED, int(found.number[0])])
    latitude, longitude = of.places(project, chance.uniform(-0.5, 0.5, count), chance.uniform(-0.5, 0.5, count))
    taken = keys.instants(found.captured)
    places, published = quadtile_keys(latitude, longitude).tolist(), _published(of, milestone, standing)
    columns: dict[str, Column] = {
        "id": found.ids,
        "project_id": of.ids(project),
        "milestone_id": milestone_ids(of, milestone),
        "requirement_id": requirement_ids(of, milestone, asks_twice(milestone) & (found.number % 2 == 0)),
        "site_id": of.site_ids(project),
        "stage": [STAGES[slot] for slot in (milestone % MILESTONES).tolist()],
        "caption": [""] * count,
        "uploader_id": person_ids("inspector", project),
        "sha256": found.sha256,
        "claim_digest": keys.digests(keys.CLAIM, found.number),
        "claims": _claims(latitude, longitude, taken),
        "latitude": latitude.tolist(),
        "longitude": longitude.tolist(),
        "quadtile": places,
        "map_key": [place if at else None for place, at in zip(places, published, strict=True)],
        "captured_at": taken,
        "received_at": keys.instants(found.received),
        "policy": [_POLICY] * count,
        "verdict": [VERDICTS[each] for each in standing.tolist()],
        "grade": np.select([standing == VERIFIED, standing == REJECTED], ["A", "D"], "C").tolist(),
        "state": [STATES[each] for each in standing.tolist()],
        "copies": ["ready"] * count,
        "published_at": published,
    }
    return Batch("evidence", columns)


def _claims(latitude: Real, longitude: Real, taken: list[str]) -> list[str]:
    places = zip(latitude.tolist(), longitude.tolist(), taken, strict=True)
    return [
        f'{{"file":{{"width":4000,"height":3000,"make":"Phone","position":{{"latitude":{north:.6f},'
        f'"longitude":{east:.6f},"accuracy_m":4.7}},"time":{{"instant":"{at[:10]}T{at[11:19]}Z","zone":"stated"}}}},'
        '"device":{},"operator":{}}'
        for north, east, at in places
    ]


def _published(of: Works, milestone: Whole, standing: Whole) -> list[str | None]:
    """With the approval of their milestone the photos that hold become public, where the project is."""
    approved = np.isin(states(of, milestone), (APPROVED, PAID)) & of.published[milestone // MILESTONES]
    seen = (approved & np.isin(standing, (VERIFIED, ACCEPTED))).tolist()
    at = keys.instants(approved_s(of, milestone))
    return [when if there else None for there, when in zip(seen, at, strict=True)]


def _reviews(found: _Portion, accepted: Any) -> Batch:
    of, received = found.of, found.received[accepted]
    project = found.milestone[accepted] // MILESTONES
    columns: dict[str, Column] = {
        "id": keys.ids(keys.REVIEW, found.number[accepted], received),
        "evidence_id": _only(found.ids, accepted),
        "project_id": of.ids(project),
        "uploader_id": person_ids("inspector", project),
        "contractor_id": organisation_ids(of.supplier[project] + PROVINCES),
        "decision": ["accept"] * len(project),
        "reason": ["The place is right; the sky was covered."] * len(project),
        "decided_by": person_ids("supervisor", project),
        "decider_organisation_id": organisation_ids(employers("supervisor", project, of)),
        "decided_at": keys.instants(received + DAY_S),
    }
    return Batch("evidence_decision", columns)


def _items(found: _Portion, put_forward: Any) -> Batch:
    milestone = found.milestone[put_forward]
    columns: dict[str, Column] = {
        "submission_id": submission_ids(found.of, milestone),
        "evidence_id": _only(found.ids, put_forward),
        "sha256": _only(found.sha256, put_forward),
        "uploader_id": person_ids("inspector", milestone // MILESTONES),
        "part": ["contributor"] * len(milestone),
    }
    return Batch("submission_item", columns)


def quadtile_keys(latitude: Real, longitude: Real) -> Whole:
    """``quadtile.key`` of many positions at once, for latitudes and longitudes within Web Mercator."""
    turns = float(1 << quadtile.BITS)
    column = np.floor((longitude + 180) / 360 * turns).astype(np.uint64)
    share = (1 - np.arcsinh(np.tan(np.radians(latitude))) / np.pi) / 2
    row = np.floor(share * turns).astype(np.uint64)
    keys_found: Whole = (_apart(column) | (_apart(row) << np.uint64(1))).astype(np.int64)
    return keys_found


def _apart(numbers: Any) -> Any:
    """Morton's spreading: each bit moved to every second place."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        numbers = (numbers | (numbers << np.uint64(shift))) & np.uint64(mask)
    return numbers


def _only(values: list[str], chosen: Any) -> list[str]:
    return [values[place] for place in np.flatnonzero(chosen).tolist()]
