"""The photos of one milestone in the order in which a supervisor looks at them, narrowed to what they look for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from evidence.context import Stage
from evidence.verdict import summary
from geo.corridor import format_station
from geo.site import Site as SiteShape
from server import paging, wording
from server.access import READERS, Actor, require
from server.db import reading
from server.models import Evidence, Milestone, Submission
from server.models.evidence import EvidenceState
from server.models.submissions import SubmissionState
from server.paging import Part
from server.problems import Problem
from server.services import projects, review_photo
from server.services.coverage import requirement_of
from server.services.evidence_view import as_finding
from server.services.site_lookup import geometry
from server.site_picture import Spot
from server.texts import _
from server.times import iso

PHOTOS_SHOWN = 100
WRITTEN_AT_ONCE = 500
LIVE = (SubmissionState.PENDING, SubmissionState.APPROVED)
COUNTED = (
    Evidence.id,
    Evidence.state,
    Evidence.stage,
    Evidence.captured_at,
    Evidence.received_at,
    Evidence.requirement_id,
    Evidence.sha256,
    Evidence.latitude,
    Evidence.longitude,
    Evidence.caption,
)
_RANK = {
    EvidenceState.NEEDS_REVIEW: 0,
    EvidenceState.RECEIVED: 1,
    EvidenceState.VERIFIED: 2,
    EvidenceState.ACCEPTED: 2,
    EvidenceState.REFUSED: 3,
    EvidenceState.REJECTED: 4,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which photos somebody looks for; None is any. ``requirement`` is a requirement's code."""

    state: EvidenceState | None = None
    stage: Stage | None = None
    requirement: str | None = None

    def fits(self, milestone: Milestone, photo: Evidence) -> bool:
        """Whether a photo is one of them."""
        if self.state is not None and photo.state is not self.state:
            return False
        if self.stage is not None and photo.stage is not self.stage:
            return False
        if self.requirement is None:
            return True
        counts_for = requirement_of(milestone, photo)
        return counts_for is not None and counts_for.code == self.requirement

    @property
    def is_any(self) -> bool:
        """Whether nothing is left out."""
        return self == Wanted()

    @property
    def query(self) -> dict[str, str | None]:
        """The same as the query of an address."""
        return {
            "state": self.state.value if self.state else None,
            "stage": self.stage.value if self.stage else None,
            "requirement": self.requirement,
        }


@dataclass(frozen=True, slots=True)
class Photos:
    """All photos of a milestone in the order of the page; ``within`` are those of the live submission."""

    all: Sequence[Evidence]
    within: Sequence[Evidence]

    @property
    def numbers(self) -> dict[UUID, int]:
        """The number of each photo, the same whatever is looked for."""
        return {photo.id: number for number, photo in enumerate(self.all, start=1)}


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be looked for, each with how many photos there are."""

    states: Sequence[tuple[EvidenceState, int]]
    stages: Sequence[tuple[Stage, int]]


def photos_of(milestone: Milestone, live: Submission | None) -> Photos:
    """What counting and ordering ask of every photo, and no more; those put forward come first."""
    query = sa.select(Evidence).where(Evidence.milestone_id == milestone.id).options(load_only(*COUNTED))
    found = sorted(reading().scalars(query), key=_urgency)
    if live is None:
        return Photos(found, found)
    frozen = {item.evidence_id for item in live.items}
    within = [photo for photo in found if photo.id in frozen]
    return Photos([*within, *(photo for photo in found if photo.id not in frozen)], within)


def choice(photos: Sequence[Evidence]) -> Choice:
    """The states and stages that occur among the photos."""
    states = [(state, sum(photo.state is state for photo in photos)) for state in EvidenceState]
    stages = [(stage, sum(photo.stage is stage for photo in photos)) for stage in Stage]
    return Choice([each for each in states if each[1]], [each for each in stages if each[1]])


def part(
    actor: Actor, milestone: Milestone, photos: Sequence[Evidence], wanted: Wanted, number: int
) -> Part[review_photo.PhotoLine]:
    """One numbered part of the photos that are looked for, each with all that its line shows."""
    ids = [photo.id for photo in photos if wanted.fits(milestone, photo)]
    shown = paging.part_of(ids, number, PHOTOS_SHOWN)
    lines = review_photo.lines(actor, milestone.project, _whole(shown.items))
    return Part(lines, shown.number, shown.size, shown.total)


def chainage_m(shape: SiteShape, photo: Evidence, tolerance_m: float) -> float | None:
    """Where along the line a photo was taken; None for an area, without a place, and for what lies too far off."""
    if photo.latitude is None or photo.longitude is None:
        return None
    station = shape.station_of(photo.latitude, photo.longitude)
    if station is None or abs(station.offset_m) > (shape.width_m or 0.0) / 2 + tolerance_m:
        return None
    return station.chainage_m


def table(
    actor: Actor, milestone_id: UUID, wanted: Wanted, address: Callable[[UUID], str]
) -> tuple[str, list[str], Iterator[list[object]]]:
    """The milestone's photos as a list for a spreadsheet: its name, its heads and its rows.

    ``address`` gives the address of a photo's page.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    milestone = reading().get(Milestone, milestone_id)
    if milestone is None:
        raise Problem("not-found", _("There is no milestone with this id."))
    require(actor, milestone.project, READERS)
    found = photos_of(milestone, _live(milestone))
    chosen = [photo.id for photo in found.all if wanted.fits(milestone, photo)]
    name = f"{milestone.project.code}-{milestone.code}-photos"
    return name, list(_heads()), _rows(milestone, chosen, found.numbers, address)


def _heads() -> tuple[str, ...]:
    return (
        _("Number"),
        _("State"),
        _("Grade"),
        _("Stage"),
        _("Requirement"),
        _("Caption"),
        _("Taken (UTC)"),
        _("Received (UTC)"),
        _("Sent by"),
        _("Organisation"),
        _("Latitude"),
        _("Longitude"),
        _("Station"),
        _("What the checks ask"),
        _("SHA-256 of the original"),
        _("Address"),
    )


def _rows(
    milestone: Milestone, ids: Sequence[UUID], numbers: dict[UUID, int], address: Callable[[UUID], str]
) -> Iterator[list[object]]:
    site = projects.current_site(milestone.project_id)
    shape = geometry(site) if site is not None else None
    for first in range(0, len(ids), WRITTEN_AT_ONCE):
        for photo in _whole(ids[first : first + WRITTEN_AT_ONCE]):
            yield _row(milestone, photo, numbers[photo.id], shape, address(photo.id))


def _row(milestone: Milestone, photo: Evidence, number: int, shape: SiteShape | None, address: str) -> list[object]:
    counts_for = requirement_of(milestone, photo)
    chainage = chainage_m(shape, photo, float("inf")) if shape is not None else None
    return [
        number,
        wording.state(photo.state),
        photo.grade,
        wording.stage(photo.stage),
        counts_for.title if counts_for else None,
        photo.caption,
        iso(photo.captured_at),
        iso(photo.received_at),
        photo.uploader.name,
        photo.uploader.organisation.name,
        photo.latitude,
        photo.longitude,
        format_station(chainage) if chainage is not None else None,
        summary([as_finding(row) for row in photo.findings]),
        photo.sha256,
        address,
    ]


def _live(milestone: Milestone) -> Submission | None:
    query = sa.select(Submission).where(Submission.milestone_id == milestone.id, Submission.state.in_(LIVE))
    return reading().scalar(query)


def _whole(ids: Sequence[UUID]) -> list[Evidence]:
    """The photos with all that their lines show, in this order."""
    found = {photo.id: photo for photo in reading().scalars(review_photo.whole().where(Evidence.id.in_(ids)))}
    return [found[id_] for id_ in ids]


def _urgency(photo: Evidence) -> tuple[int, str, float, UUID]:
    """What still needs a word comes first, what was turned down last."""
    taken = photo.captured_at or photo.received_at
    return _RANK[photo.state], photo.stage.value, taken.timestamp(), photo.id


def spots(lines: Sequence[review_photo.PhotoLine], numbers: dict[UUID, int]) -> list[Spot]:
    """Where the photos of these lines are drawn on their site, under their numbers."""
    drawn = (
        review_photo.spot(line.evidence, str(numbers[line.evidence.id]), f"#photo-{line.evidence.id}") for line in lines
    )
    return [spot for spot in drawn if spot is not None]
