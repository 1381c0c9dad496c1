"""One milestone as a supervisor weighs it: what is asked, what is there, what it unlocks.

Reading only. The rules of approval are asked themselves (``server.services.approval``), so that
the page names exactly the holes for which an approval would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from evidence.tolerance import tolerance_m
from server import paging
from server.access import READERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import Certificate, Evidence, Milestone, Project, Submission, SubmissionItem
from server.models.evidence import EvidenceState
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.paging import Part
from server.problems import Problem
from server.services import approval, duties, projects, review_photo
from server.services.coverage import RequirementCoverage, coverage
from server.services.site_lookup import geometry
from server.services.submissions import OPEN_FOR_SUBMISSION, PRESENTABLE, SUBMITTERS
from server.site_picture import Picture, draw

PHOTOS_SHOWN = 100
COUNTED = (
    Evidence.id,
    Evidence.state,
    Evidence.stage,
    Evidence.captured_at,
    Evidence.received_at,
    Evidence.requirement_id,
    Evidence.sha256,
)


@dataclass(frozen=True, slots=True)
class MilestoneReview:
    """One milestone with its photos and, where there is one, the submission to be decided.

    ``part`` is the numbered part of all photos that is shown: first those ``photos`` that belong to the
    live submission (all, where there is none), then the ``others``. ``blocked`` says why this person may
    not decide it, ``holes`` why nobody could approve it yet.
    """

    milestone: Milestone
    roles: frozenset[Role]
    predecessor: Milestone | None
    coverage: Sequence[RequirementCoverage]
    pending: Submission | None
    earlier: Sequence[Submission]
    part: Part[review_photo.PhotoLine]
    photos: Sequence[review_photo.PhotoLine]
    others: Sequence[review_photo.PhotoLine]
    picture: Picture | None
    tolerance_m: float | None
    certificate: Certificate | None
    blocked: str | None
    holes: Sequence[str]
    may_submit: bool

    @property
    def project(self) -> Project:
        """The project of the milestone."""
        return self.milestone.project


def milestone(actor: Actor, milestone_id: UUID, *, number: int = 1) -> MilestoneReview:
    """One milestone for someone with a role on its project; ``number`` is the part of its photos to show.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().get(Milestone, milestone_id)
    if found is None:
        raise Problem("not-found", "There is no milestone with this id.")
    held = require(actor, found.project, READERS)
    submissions = _submissions(found)
    live = next((s for s in submissions if s.state in (SubmissionState.PENDING, SubmissionState.APPROVED)), None)
    pending = live if live and live.state is SubmissionState.PENDING else None
    photos = _photos(found, frozenset(item.evidence_id for item in live.items) if live else None)
    part = _part(actor, found.project, photos.all, number)
    within = {photo.id for photo in photos.within}
    shown = [line for line in part.items if line.evidence.id in within]
    picture, tolerance = _picture(found.project, shown, part.first)
    return MilestoneReview(
        milestone=found,
        roles=held,
        predecessor=reading().get(Milestone, found.predecessor_id) if found.predecessor_id else None,
        coverage=coverage(found, photos.within, submitted_at=live.submitted_at if live else None),
        pending=pending,
        earlier=[each for each in submissions if each is not pending],
        part=part,
        photos=shown,
        others=[line for line in part.items if line.evidence.id not in within],
        picture=picture,
        tolerance_m=tolerance,
        certificate=reading().scalar(sa.select(Certificate).where(Certificate.milestone_id == found.id)),
        blocked=_blocked(actor, found.project, pending) if pending else None,
        holes=_holes(pending) if pending else (),
        may_submit=_may_submit(found, held, photos.all),
    )


@dataclass(frozen=True, slots=True)
class _Photos:
    """All photos of a milestone in the order of the page; ``within`` are those of the live submission."""

    all: Sequence[Evidence]
    within: Sequence[Evidence]


def _submissions(milestone: Milestone) -> Sequence[Submission]:
    """The milestone's submissions with their decisions, newest first."""
    query = (
        sa.select(Submission)
        .where(Submission.milestone_id == milestone.id)
        .order_by(Submission.submitted_at.desc())
        .options(joinedload(Submission.submitter), selectinload(Submission.decisions), selectinload(Submission.items))
    )
    return list(reading().scalars(query))


def _photos(milestone: Milestone, frozen: frozenset[UUID] | None) -> _Photos:
    """What counting and ordering ask of every photo, and no more; those put forward come first."""
    query = sa.select(Evidence).where(Evidence.milestone_id == milestone.id).options(load_only(*COUNTED))
    found = sorted(reading().scalars(query), key=_urgency)
    if frozen is None:
        return _Photos(found, found)
    within = [photo for photo in found if photo.id in frozen]
    return _Photos([*within, *(photo for photo in found if photo.id not in frozen)], within)


def _urgency(photo: Evidence) -> tuple[int, str, float, UUID]:
    """What still needs a word comes first, what was turned down last."""
    taken = photo.captured_at or photo.received_at
    return _RANK[photo.state], photo.stage.value, taken.timestamp(), photo.id


def _part(actor: Actor, project: Project, photos: Sequence[Evidence], number: int) -> Part[review_photo.PhotoLine]:
    """One part of the photos, each with all that its line shows."""
    part = paging.part_of([photo.id for photo in photos], number, PHOTOS_SHOWN)
    found = {p.id: p for p in reading().scalars(review_photo.whole().where(Evidence.id.in_(part.items)))}
    lines = review_photo.lines(actor, project, [found[id_] for id_ in part.items])
    return Part(lines, part.number, part.size, part.total)


_RANK = {
    EvidenceState.NEEDS_REVIEW: 0,
    EvidenceState.RECEIVED: 1,
    EvidenceState.VERIFIED: 2,
    EvidenceState.ACCEPTED: 2,
    EvidenceState.REFUSED: 3,
    EvidenceState.REJECTED: 4,
}


def _picture(
    project: Project, lines: Sequence[review_photo.PhotoLine], first: int
) -> tuple[Picture | None, float | None]:
    site = projects.current_site(project.id)
    if site is None:
        return None, None
    shape = geometry(site)
    tolerance = tolerance_m(shape, engines().policies.latest(project.policy).evidence)
    spots = [
        review_photo.spot(line.evidence, str(number), f"#photo-{line.evidence.id}")
        for number, line in enumerate(lines, start=first)
    ]
    return draw(shape, [spot for spot in spots if spot], tolerance_m=tolerance), tolerance


def _blocked(actor: Actor, project: Project, pending: Submission) -> str | None:
    barred = review_photo.why_not_decide(actor, project)
    if barred:
        return barred
    part = duties.part_of(reading(), pending.id, actor.person_id)
    return f"{duties.PARTS[part]}, so someone else has to decide." if part else None


def _holes(pending: Submission) -> Sequence[str]:
    ids = sa.select(SubmissionItem.evidence_id).where(SubmissionItem.submission_id == pending.id)
    photos = list(reading().scalars(sa.select(Evidence).where(Evidence.id.in_(ids))))
    try:
        approval.refuse_incomplete(reading(), pending, photos)
    except Problem as problem:
        waiting = sum(photo.state is EvidenceState.NEEDS_REVIEW for photo in photos)
        sentences = [error.detail for error in problem.errors if error.pointer.startswith("#/requirements")]
        if waiting:
            sentences.insert(0, f"Photos that still wait for your word: {waiting}.")
        return sentences or [problem.detail]
    return ()


def _may_submit(milestone: Milestone, held: frozenset[Role], photos: Sequence[Evidence]) -> bool:
    fit = any(photo.state in PRESENTABLE for photo in photos)
    return fit and bool(held & SUBMITTERS) and milestone.state in OPEN_FOR_SUBMISSION
