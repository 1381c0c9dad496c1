"""One milestone as a supervisor weighs it: what is asked, what is there, what it unlocks.

Reading only. The rules of approval are asked themselves (``server.services.approval``), so that
the page names exactly the holes for which an approval would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.tolerance import tolerance_m
from server.access import READERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import Certificate, Evidence, Milestone, Project, Submission, SubmissionItem
from server.models.evidence import EvidenceState
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import approval, duties, projects, review_photo
from server.services.coverage import RequirementCoverage, coverage
from server.services.site_lookup import geometry
from server.services.submissions import OPEN_FOR_SUBMISSION, PRESENTABLE, SUBMITTERS
from server.site_picture import Picture, draw

MOST_PHOTOS = 300


@dataclass(frozen=True, slots=True)
class MilestoneReview:
    """One milestone with its photos and, where there is one, the submission to be decided.

    ``blocked`` says why this person may not decide it, ``holes`` why nobody could approve it yet.
    """

    milestone: Milestone
    roles: frozenset[Role]
    predecessor: Milestone | None
    coverage: Sequence[RequirementCoverage]
    pending: Submission | None
    earlier: Sequence[Submission]
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


def milestone(actor: Actor, milestone_id: UUID) -> MilestoneReview:
    """One milestone for someone with a role on its project.

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
    photos = review_photo.lines(actor, found.project, _photos(found))
    frozen = {item.evidence_id for item in live.items} if live else set()
    within = [line for line in photos if line.evidence.id in frozen] if live else photos
    picture, tolerance = _picture(found.project, within)
    return MilestoneReview(
        milestone=found,
        roles=held,
        predecessor=reading().get(Milestone, found.predecessor_id) if found.predecessor_id else None,
        coverage=coverage(found, [line.evidence for line in within], submitted_at=live.submitted_at if live else None),
        pending=pending,
        earlier=[each for each in submissions if each is not pending],
        photos=within,
        others=[line for line in photos if line.evidence.id not in frozen] if live else [],
        picture=picture,
        tolerance_m=tolerance,
        certificate=reading().scalar(sa.select(Certificate).where(Certificate.milestone_id == found.id)),
        blocked=_blocked(actor, found.project, pending) if pending else None,
        holes=_holes(pending) if pending else (),
        may_submit=_may_submit(found, held, photos),
    )


def _submissions(milestone: Milestone) -> Sequence[Submission]:
    """The milestone's submissions with their decisions, newest first."""
    query = (
        sa.select(Submission)
        .where(Submission.milestone_id == milestone.id)
        .order_by(Submission.submitted_at.desc())
        .options(joinedload(Submission.submitter), selectinload(Submission.decisions), selectinload(Submission.items))
    )
    return list(reading().scalars(query))


def _photos(milestone: Milestone) -> Sequence[Evidence]:
    query = (
        review_photo.whole()
        .where(Evidence.milestone_id == milestone.id)
        .order_by(Evidence.stage, Evidence.captured_at, Evidence.id)
        .limit(MOST_PHOTOS)
    )
    # What still needs a word comes first, what was turned down last.
    return sorted(reading().scalars(query), key=lambda photo: _RANK[photo.state])


_RANK = {
    EvidenceState.NEEDS_REVIEW: 0,
    EvidenceState.RECEIVED: 1,
    EvidenceState.VERIFIED: 2,
    EvidenceState.ACCEPTED: 2,
    EvidenceState.REFUSED: 3,
    EvidenceState.REJECTED: 4,
}


def _picture(project: Project, lines: Sequence[review_photo.PhotoLine]) -> tuple[Picture | None, float | None]:
    site = projects.current_site(project.id)
    if site is None:
        return None, None
    shape = geometry(site)
    tolerance = tolerance_m(shape, engines().policies.latest(project.policy).evidence)
    spots = [
        review_photo.spot(line.evidence, str(number), f"#photo-{line.evidence.id}")
        for number, line in enumerate(lines, start=1)
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


def _may_submit(milestone: Milestone, held: frozenset[Role], photos: Sequence[review_photo.PhotoLine]) -> bool:
    fit = any(line.evidence.state in PRESENTABLE for line in photos)
    return fit and bool(held & SUBMITTERS) and milestone.state in OPEN_FOR_SUBMISSION
