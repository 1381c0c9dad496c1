"""Writes ``tests/data/precheck_vectors.json``: what the real checks say of very many photos.

The phone's pre-check is another program in another language; this file is what holds both to one rule. Run
``python -m tests.precheck.make_vectors`` after a rule has changed; a test says when it is due. Thresholds are
approached to 0.004 in P, 0.2 m along a line, 1 mm of radius, a second of time and a day of the calendar.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.checks import REGISTRY
from evidence.claims import Claims, DeviceClaim, FileClaim, OperatorClaim, PlaceState, PositionClaim
from evidence.context import Context, Requirement, Schedule, Stage
from evidence.findings import Outcome
from evidence.tolerance import tolerance_m
from evidence.witness import machine_places
from geo.position import LocalPlane, bearing_deg
from geo.site import Site
from server.policy import _PHONE_NUMBERS
from tests.precheck.sites import Place, places

FILE = Path(__file__).parents[1] / "data" / "precheck_vectors.json"
CHECKS = (
    "place.accuracy",
    "place.inside_site",
    "place.station",
    "time.in_schedule",
    "time.working_hours",
    "time.not_future",
    "file.resolution",
)
NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
WINDOW = (date(2026, 3, 2), date(2026, 4, 17))
CONTRACT = (date(2026, 1, 15), date(2026, 5, 30))


@dataclass(frozen=True)
class Photo:
    """What is varied from vector to vector."""

    place: str
    position: PositionClaim | None = None
    captured_at: datetime = NOON
    ahead_s: float = 0.0
    width: int | None = 4000
    height: int | None = 3000
    requirement: Requirement | None = None
    stage: Stage = Stage.DURING
    milestone: bool = True
    contract: tuple[date | None, date | None] = CONTRACT
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    hours: tuple[str, str] = ("06:00", "19:00")


def fix(latitude: float, longitude: float, accuracy: float | None, confidence: float | None = 0.95) -> PositionClaim:
    """A device's position, rounded as a phone would write it down."""
    return PositionClaim(round(latitude, 8), round(longitude, 8), "device", None, accuracy, confidence)


# ---- what is asked ------------------------------------------------------------------------------------------------


def photos(known: dict[str, Place]) -> Iterator[Photo]:
    """All photos, always the same in the same order."""
    for name, place in known.items():
        if place.site is not None:
            yield from _around(name, place, random.Random(name))
    yield from _accuracies()
    yield from _days(known)
    yield from _hours(known)
    yield from _futures()
    yield from _sizes()
    yield Photo("nowhere", fix(-43.9, -176.5, 8.0))


def _around(name: str, place: Place, rng: random.Random) -> Iterator[Photo]:
    """Positions inside, at the rim, beyond it and far away; thresholds of P from both sides; stations."""
    site = place.site
    assert site is not None
    for sigma in (0.6, 3.0, 9.0, 25.0):
        for level in (place.policy.inside_pass_probability, place.policy.inside_fail_probability):
            for off in (-0.004, 0.004):
                found = _at_probability(site, place, sigma, level + off, rng)
                if found is not None:
                    yield Photo(name, fix(*found, round(sigma * 2.448, 6)))
    for beyond in (0.0, 2.0, 14.0, 24.0, 40.0, 300.0):
        accuracy, confidence = rng.choice(((4.0, 0.95), (12.0, 0.68), (70.0, 0.95), (None, None), (55.0, 0.68)))
        yield Photo(name, fix(*_near(site, beyond, rng), accuracy, confidence))
    yield Photo(name, fix(*_moved(site.centre, 60_000 + 30_000 * rng.random(), rng), 10.0))
    yield Photo(name, fix(-site.centre[0] / 2, site.centre[1] - 100, 10.0))
    yield Photo(name, fix(*site.centre, 8.0))
    if site.kind == "corridor":
        yield from _stations(name, site, rng)


def _near(site: Site, beyond: float, rng: random.Random) -> tuple[float, float]:
    """A position whose distance from the outline is about the wanted one."""
    tries = [_moved(site.centre, rng.uniform(0, 1500), rng) for _ in range(400)]
    return min(tries, key=lambda at: abs(site.signed_distance_m(*at) - beyond))


def _at_probability(
    site: Site, place: Place, sigma: float, wanted: float, rng: random.Random
) -> tuple[float, float] | None:
    """A position at which P(inside) is the wanted one, searched from the inside to the outside."""
    inside = _near(site, -20.0, rng)
    outside = _moved(inside, 3000.0, rng)
    allowed = tolerance_m(site, place.policy)
    plane = LocalPlane(*inside)
    east, north = plane.to_plane(*outside)
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        at = plane.to_geographic(middle * east, middle * north)
        low, high = (middle, high) if site.probability_inside(*at, sigma, allowed) > wanted else (low, middle)
    found = plane.to_geographic(low * east, low * north)
    close = abs(site.probability_inside(round(found[0], 8), round(found[1], 8), sigma, allowed) - wanted) < 0.002
    return found if close else None


def _stations(name: str, site: Site, rng: random.Random) -> Iterator[Photo]:
    """Photos along the line, at, just short of and just beyond the tolerance of a required station."""
    start, length = site.chainage_start_m, site.length_m or 0.0
    for share in (0.0, 0.13, 0.31, 0.5, 0.77, 1.0):
        at = site.point_at(start + share * length)
        assert at is not None
        here = _moved(at, rng.uniform(0.5, 4), rng)
        station = site.station_of(round(here[0], 8), round(here[1], 8))
        assert station is not None
        own = rng.choice((None, 10.0, 40.0))
        allowed = 25.0 if own is None else own
        for off in (-allowed - 0.2, -allowed + 0.2, allowed - 0.2, allowed + 0.2):
            required = Requirement("S", station_m=round(station.chainage_m + off, 3), station_tolerance_m=own)
            yield Photo(name, fix(*here, 6.0), requirement=required)
    for far in (28.0, 45.0, 90.0):
        yield Photo(name, fix(*_near(site, far, rng), rng.choice((5.0, 20.0, 60.0))))


def _moved(at: tuple[float, float], metres: float, rng: random.Random) -> tuple[float, float]:
    angle = rng.uniform(0, 2 * math.pi)
    return LocalPlane(*at).to_geographic(metres * math.cos(angle), metres * math.sin(angle))


def _accuracies() -> Iterator[Photo]:
    """Radii at the bounds of both policies in both confidences, fillers, and no position at all."""
    for name, bounds in (("square", (50.0, 100.0)), ("square-strict", (10.0, 80.0))):
        for bound in bounds:
            for off in (-0.001, 0.001):
                yield Photo(name, fix(14.601, 121.001, bound + off, 0.68))
                yield Photo(name, fix(14.601, 121.001, (bound + off) * 2.448 / 1.51, 0.95))
        for accuracy in (None, 0.0, -1.0, 0.01, 5000.0):
            yield Photo(name, fix(14.601, 121.001, accuracy, 0.95 if accuracy else None))
        yield Photo(name)
    for name in ("straight-road", "nowhere"):
        yield Photo(name)
        yield Photo(name, fix(14.2, 121.301, 900.0))


def _days(known: dict[str, Place]) -> Iterator[Photo]:
    """The last and the first second of every day on which a rule turns, in several zones."""
    for name in ("square", "square-strict", "star", "estate", "winding-road", "hairpin", "dateline-area", "nowhere"):
        place = known[name]
        grace = timedelta(days=place.policy.schedule_grace_days)
        last = CONTRACT[1] + timedelta(days=place.policy.defects_period_days)
        turns = (WINDOW[0] - grace, WINDOW[1] + grace + timedelta(days=1), CONTRACT[0], last + timedelta(days=1))
        for turn in turns:
            midnight = datetime(turn.year, turn.month, turn.day, tzinfo=place.zone).astimezone(UTC)
            for off in (-1, 0):
                yield Photo(name, captured_at=midnight + timedelta(seconds=off))
    early = datetime(2026, 1, 3, 2, 0, tzinfo=UTC)
    for stage in Stage:
        yield Photo("square", captured_at=early, stage=stage, requirement=Requirement("A"))
    yield Photo("square", milestone=False)
    yield Photo("square", milestone=False, captured_at=early)
    for contract in ((None, None), (None, CONTRACT[1]), (CONTRACT[0], None)):
        yield Photo("square", captured_at=early, contract=contract)
        yield Photo("square", captured_at=early + timedelta(days=900), contract=contract)


def _hours(known: dict[str, Place]) -> Iterator[Photo]:
    """The edges of shifts by day and by night, and the hours around each change of the clocks."""
    shifts = (("06:00", "19:00"), ("07:30", "16:30"), ("22:00", "05:00"), ("00:00", "23:59"))
    for index, name in enumerate(("square", "star", "estate", "hairpin", "winding-road", "nowhere", "dateline-area")):
        zone, shift = known[name].zone, shifts[index % 4]
        for day in (date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 29)):
            for edge, off in ((shift[0], -1), (shift[0], 0), (shift[1], 0), (shift[1], 1)):
                hour, minute = (int(part) for part in edge.split(":"))
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone) + timedelta(seconds=off)
                yield Photo(name, captured_at=at.astimezone(UTC), hours=shift, working_days=(1, 2, 3, 4, 5))
    changes = {
        "estate": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
        "star": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
        "winding-road": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        "holes": (datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        "nowhere": (datetime(2026, 4, 4, 14, tzinfo=UTC), datetime(2026, 9, 26, 14, tzinfo=UTC)),
    }
    for name, moments in changes.items():
        for moment in moments:
            for minutes in (-61, -31, -1, 0, 29, 31, 59, 61):
                at = moment + timedelta(minutes=minutes)
                local = at.astimezone(known[name].zone)
                yield Photo(name, captured_at=at, hours=(f"{local:%H:%M}", "23:59"), working_days=(local.isoweekday(),))


def _futures() -> Iterator[Photo]:
    for name, limit in (("square", 300.0), ("square-strict", 60.0)):
        for ahead in (-86_400.0, -1.0, 0.0, limit - 0.001, limit, limit + 0.001, 7200.0):
            yield Photo(name, ahead_s=ahead)


def _sizes() -> Iterator[Photo]:
    for width, height in ((2048, 1562), (2048, 1563), (1, 1), (4000, 3000), (3264, 2448), (4160, 3120)):
        for least in (None, 3.2, 12.0, 0.5):
            yield Photo("square", width=width, height=height, requirement=Requirement("A", minimum_megapixels=least))
    yield Photo("square", width=None, height=None)
    yield Photo("square-strict", width=3200, height=2499)
    yield Photo("square-strict", width=3200, height=2500)


# ---- what the checks answer ---------------------------------------------------------------------------------------


def context_of(photo: Photo, place: Place) -> Context:
    """The photo as the server's checks get it: all claims by the device, the pixels by the file."""
    window = WINDOW if photo.milestone else (None, None)
    starts, ends = (datetime.strptime(clock, "%H:%M").time() for clock in photo.hours)  # noqa: DTZ007
    file = FileClaim("image/jpeg", 1, photo.width, photo.height, None, None, PlaceState.NONE, None, None, None, None)
    return Context(
        evidence="00000000-0000-7000-8000-000000000000",
        sha256="0" * 64,
        claims=Claims(file, DeviceClaim(photo.position, photo.captured_at), OperatorClaim()),
        stage=photo.stage,
        site=place.site,
        schedule=Schedule(place.zone, *window, *photo.contract, frozenset(photo.working_days), starts, ends),
        policy=place.policy,
        received_at=photo.captured_at - timedelta(seconds=photo.ahead_s),
        requirement=photo.requirement,
    )


def outcomes(context: Context) -> dict[str, Outcome]:
    """What each check of the pre-check says."""
    return {name: REGISTRY.checks[name](context).outcome for name in CHECKS}


def with_file_alike(context: Context) -> Context:
    """The same photo where the file repeats what the device says, as the app writes it."""
    position = context.claims.device.position
    if position is not None:
        position = replace(position, accuracy_m=position.r68_m, confidence=0.68)
    file = replace(context.claims.file, position=position)
    return replace(context, claims=replace(context.claims, file=file))


def _numbers(context: Context) -> dict[str, float]:
    """What is measured on the way to the outcome."""
    witnesses, site = machine_places(context.claims, context.policy), context.site
    if not witnesses or site is None:
        return {}
    at = witnesses[0].position.latitude, witnesses[0].position.longitude
    allowed = tolerance_m(site, context.policy)
    numbers = {
        "outside_m": round(site.signed_distance_m(*at), 4),
        "probability": round(site.probability_inside(*at, witnesses[0].sigma_m, allowed), 6),
    }
    station = site.station_of(*at)
    if station is not None:
        numbers |= {"chainage_m": round(station.chainage_m, 4), "offset_m": round(station.offset_m, 4)}
    return numbers


def _bearing(context: Context) -> float | None:
    """Degrees in which the way back to the site leads; None for a position inside, or none."""
    position, site = context.claims.device.position, context.site
    if position is None or site is None or site.signed_distance_m(position.latitude, position.longitude) < 1:
        return None
    at = position.latitude, position.longitude
    return round(bearing_deg(*at, *site._boundary._nearest(*at)), 3)


# ---- how it is written down ---------------------------------------------------------------------------------------


def document() -> dict[str, Any]:
    """The whole file: the sites as the assignments tell them, and the vectors."""
    known = places()
    return {
        "checks": list(CHECKS),
        "window": [day.isoformat() for day in WINDOW],
        "places": {name: place_document(place) for name, place in known.items()},
        "vectors": [vector_of(photo, known[photo.place]) for photo in photos(known)],
    }


def place_document(place: Place) -> dict[str, Any]:
    numbers = {name: getattr(place.policy, name) for name in _PHONE_NUMBERS}
    site = None if place.site is None else feature(place.site, place)
    return {"time_zone": place.zone.key, "policy": {"policy": place.policy.name, **numbers}, "site": site}


def feature(site: Site, place: Place) -> dict[str, Any]:
    """As ``server.services.assignments`` writes it; a test holds the two together."""
    return {
        "type": "Feature",
        "id": "site",
        "geometry": site.geojson(),
        "properties": {
            "kind": site.kind,
            "width_m": site.width_m,
            "chainage_start_m": site.chainage_start_m if site.kind == "corridor" else None,
            "length_m": None if site.length_m is None else round(site.length_m, 2),
            "tolerance_m": tolerance_m(site, place.policy),
            "obstructed": site.obstructed,
        },
    }


def vector_of(photo: Photo, place: Place) -> dict[str, Any]:
    context = context_of(photo, place)
    claim = photo.position
    captured_ms = round(photo.captured_at.timestamp() * 1000)
    requirement = photo.requirement
    return {
        "place": photo.place,
        "position": claim
        and {
            "latitude": claim.latitude,
            "longitude": claim.longitude,
            "accuracy_m": claim.accuracy_m,
            "confidence": claim.confidence,
        },
        "captured_ms": captured_ms,
        "server_ms": round(captured_ms - photo.ahead_s * 1000),
        "size": [photo.width, photo.height],
        "stage": photo.stage.value,
        "milestone": photo.milestone,
        "contract": [None if day is None else day.isoformat() for day in photo.contract],
        "working_days": list(photo.working_days),
        "hours": list(photo.hours),
        "requirement": requirement
        and {
            "station_m": requirement.station_m,
            "station_tolerance_m": requirement.station_tolerance_m,
            "minimum_megapixels": requirement.minimum_megapixels,
        },
        "expected": [outcome.value for outcome in outcomes(context).values()],
        "numbers": _numbers(context),
        "bearing": _bearing(context),
    }


def photo_of(vector: dict[str, Any]) -> Photo:
    """The photo that a vector was made of."""
    claim, asked, starts_ends = vector["position"], vector["requirement"], vector["contract"]
    captured_at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=vector["captured_ms"])
    return Photo(
        place=vector["place"],
        position=claim and PositionClaim(source="device", **claim),
        captured_at=captured_at,
        ahead_s=(vector["captured_ms"] - vector["server_ms"]) / 1000,
        width=vector["size"][0],
        height=vector["size"][1],
        requirement=asked and Requirement("A", **asked),
        stage=Stage(vector["stage"]),
        milestone=vector["milestone"],
        contract=(_day(starts_ends[0]), _day(starts_ends[1])),
        working_days=tuple(vector["working_days"]),
        hours=tuple(vector["hours"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def text(whole: dict[str, Any]) -> str:
    """The file's text: one vector a line, so that a change shows which ones it touched."""
    vectors = ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in whole["vectors"])
    head = json.dumps({**whole, "vectors": []}, separators=(",", ":"))
    return head.removesuffix("[]}") + "[\n" + vectors + "\n]}\n"


if __name__ == "__main__":
    FILE.write_text(text(document()), encoding="utf-8")
