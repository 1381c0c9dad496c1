"""Every whole photo of the corpus, sent honestly: for a site where it was taken, at the time when it was.

What the file does not say, the phone says beside it. The photos of the three places share a project each, the others
have one of their own. A picture that stands in the corpus twice is sent once, for a second time would be no honest one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
from shapely.geometry import box
from sqlalchemy.orm import Session

from benches.fraud.outdoors import moved
from benches.fraud.scenes import CORPUS, truth
from benches.fraud.world import Fix, Said, World
from evidence import imaging
from evidence.seeing import fingerprints
from geo.site import Site as SiteShape
from server.db import writing
from server.models import Area, Contract, Milestone, Organisation, Project, Site, SiteCell
from server.models.milestones import MilestoneState
from server.models.projects import ProjectStatus, SiteKind
from server.services import site_lookup

_UNFIT_GROUPS = frozenset({"truncated", "damaged", "near_duplicates"})
_PLACED = frozenset({"valid", "xmp_only"})
_OTHER_TIMES = ("XMP:DateTimeOriginal", "Composite:DateTimeOriginal", "XMP:CreateDate")
_REACH_M = 120.0
_LONG_AGO = datetime(2021, 6, 15, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """One photo with what is known of it; ``place`` and ``taken`` are the truth, or what stands in for it."""

    path: str
    data: bytes
    site: str
    place: tuple[float, float]
    taken: datetime
    says_place: bool
    says_time: bool
    zone: str
    zone_known: bool


def whole_photos() -> tuple[list[Known], list[str]]:
    """The photos to send, and the paths of those that show a picture that is there already."""
    known: list[Known] = []
    again: list[str] = []
    hashes: list[tuple[str, np.ndarray]] = []
    for photo in truth():
        found = _whole(photo)
        if found is None:
            continue
        bits = _hash(found.data, str(photo["truth"]["mime"]))  # type: ignore[index]
        twin = next((site for site, other in hashes if bits is not None and int((other ^ bits).sum()) <= 31), None)
        if twin is not None and twin != found.site:
            again.append(found.path)
            continue
        known.append(found)
        if bits is not None:
            hashes.append((found.site, bits))
    return known, again


def send_all(world: World) -> Iterator[tuple[Known, UUID]]:
    """Make the sites, and send every photo an hour or a day after it was taken, by an inspector of its own project."""
    known, _again = whole_photos()
    with writing() as session:
        for site in {each.site: each for each in known}.values():
            _plant(session, world, site, [each for each in known if each.site == site.site])
    refreshed = World(world._place, world.now)
    people = {site: refreshed.inspector() for site in {each.site for each in known}}
    for each in sorted(known, key=lambda each: each.taken):
        received = each.taken + (timedelta(hours=1) if each.zone_known else timedelta(days=1))
        told = Said(
            captured_at=None if each.says_time else each.taken,
            received_at=received,
            fix=None if each.says_place else Fix(*each.place, 12.0),
            project=each.site,
            signed=False,
        )
        yield each, refreshed.send(people[each.site], each.data, told)


def _whole(photo: dict[str, Any]) -> Known | None:
    if photo["group"] in _UNFIT_GROUPS or photo["truth"].get("damage"):
        return None
    path, said = str(photo["path"]), photo["truth"]
    data = (CORPUS / path).read_bytes()
    try:
        imaging.printed(BytesIO(data), said["mime"])
    except imaging.UndecodableError:
        return None
    gps = said.get("gps") or said.get("xmp_gps") or {}
    valid = said["gps_state"] in _PLACED and gps.get("lat") is not None and abs(gps["lat"]) <= 90
    place = (float(gps["lat"]), float(gps["lon"])) if valid else (14.6, 121.0)
    hours = _hours(said, place[1])
    taken = _taken(said, hours)
    group = str(photo["group"])
    site = group if group.startswith("site_") else f"photo-{photo['sha256'][:12]}"
    return Known(
        path,
        data,
        site.upper(),
        place,
        taken or _LONG_AGO,
        valid,
        taken is not None,
        _zone(hours),
        bool(said.get("taken_at")),
    )


def _taken(said: dict[str, Any], hours: int) -> datetime | None:
    """The camera's local time as an instant: by its offset where stated, else by the zone of the site."""
    wall = _wall(said)
    if wall is None:
        return None
    offset = str(said.get("offset") or "")
    if len(offset) == 6 and offset[0] in "+-":
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
        return wall + ahead if offset[0] == "-" else wall - ahead
    return wall - timedelta(hours=hours)


def _wall(said: dict[str, Any]) -> datetime | None:
    """The camera's local time, as UTC: what Exif says, else the times of capture in other blocks."""
    others = said.get("other_times") or {}
    told = [said.get("taken_at"), *(others.get(name) for name in _OTHER_TIMES)]
    found = next((str(each) for each in told if each), None)
    return None if found is None else datetime.fromisoformat(found[:19]).replace(tzinfo=UTC)


def _hours(said: dict[str, Any], longitude: float) -> int:
    """The zone of the site in whole hours: what the camera's clock is ahead of its satellites, else by longitude."""
    utc = str((said.get("gps") or {}).get("utc") or "")
    wall = _wall(said)
    if wall is not None and utc.endswith("Z"):
        ahead_h = (wall - datetime.fromisoformat(utc[:19]).replace(tzinfo=UTC)).total_seconds() / 3600
        if abs(ahead_h) <= 14 and abs(ahead_h - round(ahead_h)) < 0.05:
            return round(ahead_h)
    return round(longitude / 15)


def _zone(hours: int) -> str:
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def _hash(data: bytes, mime: str) -> np.ndarray | None:
    (digest, *_turned), quality = fingerprints.pdq(imaging.printed(BytesIO(data), mime).picture)
    return np.unpackbits(np.frombuffer(bytes.fromhex(digest), np.uint8)).astype(bool) if quality >= 50 else None


def _plant(session: Session, world: World, site: Known, photos: list[Known]) -> None:
    """A project with one site around its photos, under contract from long before them to long after."""
    days = [each.taken.date() for each in photos]
    supplier = session.query(Organisation).filter_by(code="builder").one()
    agency = session.query(Organisation).filter_by(code="agency").one()
    project = Project(
        code=site.site,
        title=site.site,
        sector="transport",
        asset_kind="road",
        agency_id=agency.id,
        area_id=session.query(Area).first().id,  # type: ignore[union-attr]
        budget_minor=1_000_000,
        currency="USD",
        starts_on=min(days) - timedelta(days=30),
        ends_on=max(days) + timedelta(days=30),
        status=ProjectStatus.IMPLEMENTATION,
        time_zone=site.zone,
        policy="default",
        working_days="1234567",
        work_starts="00:00",
        work_ends="23:59",
        changed_at=world.now,
    )
    session.add(project)
    session.flush()
    session.add(
        Contract(
            project_id=project.id,
            supplier_id=supplier.id,
            reference=f"C-{site.site}",
            value_minor=1_000_000,
            currency="USD",
            effective_on=project.starts_on,
            ends_on=project.ends_on,
            retention_bp=0,
            advance_minor=0,
        )
    )
    session.add(
        Milestone(
            project_id=project.id,
            code="M1",
            position=1,
            title="The works",
            weight_bp=10_000,
            amount_minor=1_000_000,
            starts_on=project.starts_on,
            ends_on=project.ends_on,
            state=MilestoneState.OPEN,
        )
    )
    _plant_site(session, project.id, photos, world.now)


def _plant_site(session: Session, project_id: UUID, photos: list[Known], now: datetime) -> None:
    latitudes, longitudes = [each.place[0] for each in photos], [each.place[1] for each in photos]
    south, west = moved(min(latitudes), min(longitudes), -_REACH_M, -_REACH_M)
    north, east = moved(max(latitudes), max(longitudes), _REACH_M, _REACH_M)
    shape = SiteShape.polygon(box(west, south, east, north))
    site = Site(
        project_id=project_id,
        kind=SiteKind(shape.kind),
        shape=shape.to_wkb(),
        width_m=None,
        source="where the photo says",
        south=south,
        west=west,
        north=north,
        east=east,
        changed_at=now,
    )
    session.add(site)
    session.flush()
    session.add_all(SiteCell(cell=cell, site_id=site.id) for cell in site_lookup.cells_for(shape))
