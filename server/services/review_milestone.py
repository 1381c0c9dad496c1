"""One milestone as a supervisor weighs it: what is asked, what is there, when it is due, what it unlocks.

Reading only. The rules of approval are asked themselves (``server.services.approval``), so that
the page names exactly the holes for which an approval would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.policy import EvidencePolicy
from evidence.tolerance import tolerance_m
from geo.site import Site as SiteShape
from server.access import READERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import (
    DecisionReason,
    Evidence,
    Milestone,
    Project,
    SecondLook,
    Submission,
    SubmissionDecision,
    SubmissionItem,
    SubmissionTakingBack,
)
from server.models.evidence import HOLDS, EvidenceState
from server.models.people import Role
from server.models.submissions import Part as PartIn
from server.models.submissions import SubmissionDecisionWord, SubmissionState, TakenBackWord
from server.paging import Part
from server.problems import Problem
from server.services import (
    approval,
    coverage_matrix,
    duties,
    milestone_money,
    milestone_photos,
    milestone_schedule,
    projects,
    review_changes,
    review_photo,
    taking_back,
)
from server.services.coverage import RequirementCoverage, coverage
from server.services.coverage_matrix import Line, Matrix
from server.services.milestone_money import ApprovalRule, MilestoneMoney
from server.services.milestone_photos import LIVE, Choice, Photos, Wanted
from server.services.milestone_schedule import MilestoneSchedule
from server.services.second_look import records
from server.services.site_lookup import geometry
from server.services.submissions import OPEN_FOR_SUBMISSION, PRESENTABLE, SUBMITTERS
from server.site_picture import Picture, draw
from server.texts import _, counted


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A word that a supervisor may want to take back; ``why_not`` says why this person, or anybody, cannot."""

    word: TakenBackWord
    submission: Submission
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """The submission to be decided, and how it stands on this page (``seen``).

    ``blocked`` says why this person may not decide it, ``holes`` why nobody could approve it yet.
    """

    submission: Submission
    seen: str
    blocked: str | None
    holes: Sequence[str]
    rule: ApprovalRule


@dataclass(frozen=True, slots=True)
class OnSite:
    """The drawn site with the photos of this part, and how far each stage of a line is photographed."""

    picture: Picture
    tolerance_m: float
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class MilestoneReview:
    """One milestone with its photos and, where there is one, the submission to be decided.

    ``part`` is the numbered part of the photos looked for that is shown: first those ``photos`` that belong to the
    live submission (all, where there is none), then the ``others``.
    """

    milestone: Milestone
    roles: frozenset[Role]
    predecessor: Milestone | None
    coverage: Sequence[RequirementCoverage]
    matrix: Matrix
    deciding: Deciding | None
    earlier: Sequence[Submission]
    wanted: Wanted
    choice: Choice
    total: int
    part: Part[review_photo.PhotoLine]
    photos: Sequence[review_photo.PhotoLine]
    others: Sequence[review_photo.PhotoLine]
    numbers: dict[UUID, int]
    site: OnSite | None
    schedule: MilestoneSchedule
    money: MilestoneMoney | None
    may_submit: bool
    taking_back: TakingBack | None
    told: dict[UUID, str] = field(default_factory=dict)
    second_looks: Sequence[SecondLook] = ()

    @property
    def project(self) -> Project:
        """The project of the milestone."""
        return self.milestone.project

    @property
    def pending(self) -> Submission | None:
        """The submission that waits for a decision."""
        return self.deciding.submission if self.deciding else None


def milestone(
    actor: Actor, milestone_id: UUID, *, number: int = 1, wanted: Wanted | None = None, now: datetime
) -> MilestoneReview:
    """One milestone for someone with a role on its project.

    ``number`` is the part of those of its photos to show that are ``wanted``.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    wanted = wanted or Wanted()
    found = reading().get(Milestone, milestone_id)
    if found is None:
        raise Problem("not-found", _("There is no milestone with this id."))
    held = require(actor, found.project, READERS)
    submissions = _submissions(found)
    live = next((each for each in submissions if each.state in LIVE), None)
    pending = live if live and live.state is SubmissionState.PENDING else None
    photos = milestone_photos.photos_of(found, live)
    counts = coverage(found, photos.within, submitted_at=live.submitted_at if live else None)
    part = milestone_photos.part(actor, found, photos.all, wanted, number)
    within = {photo.id for photo in photos.within}
    shown = [line for line in part.items if line.evidence.id in within]
    money = milestone_money.money(found, pending)
    return MilestoneReview(
        milestone=found,
        roles=held,
        predecessor=reading().get(Milestone, found.predecessor_id) if found.predecessor_id else None,
        coverage=counts,
        matrix=coverage_matrix.matrix(counts),
        deciding=_deciding(actor, found, pending, photos, money) if pending else None,
        earlier=[each for each in submissions if each is not pending],
        wanted=wanted,
        choice=milestone_photos.choice(photos.all),
        total=len(photos.all),
        part=part,
        photos=shown,
        others=[line for line in part.items if line.evidence.id not in within],
        numbers=photos.numbers,
        site=_on_site(found.project, counts, photos, shown),
        schedule=milestone_schedule.schedule(found, now=now),
        money=money,
        may_submit=_may_submit(found, held, photos.all),
        taking_back=_taking_back(actor, found, submissions),
        told=_told(submissions),
        second_looks=records.of_milestone(found.id),
    )


def _submissions(milestone: Milestone) -> Sequence[Submission]:
    """The milestone's submissions with all that was decided on them, newest first."""
    decisions = selectinload(Submission.decisions)
    query = (
        sa.select(Submission)
        .where(Submission.milestone_id == milestone.id)
        .order_by(Submission.submitted_at.desc(), Submission.id.desc())
        .options(
            joinedload(Submission.submitter),
            selectinload(Submission.items),
            decisions.joinedload(SubmissionDecision.decider),
            decisions.selectinload(SubmissionDecision.reasons).joinedload(DecisionReason.requirement),
            selectinload(Submission.taken_back).joinedload(SubmissionTakingBack.person),
        )
    )
    return list(reading().scalars(query))


def _told(submissions: Sequence[Submission]) -> dict[UUID, str]:
    """What the newest decision that was no approval says of single photos."""
    made = [made for each in submissions for made in reversed(each.decisions)]
    last = next((each for each in made if each.decision is not SubmissionDecisionWord.APPROVE), None)
    return {row.evidence_id: row.reason for row in last.reasons if row.evidence_id} if last else {}


# -- the site ----------------------------------------------------------------------------------


def _on_site(
    project: Project,
    counts: Sequence[RequirementCoverage],
    photos: Photos,
    shown: Sequence[review_photo.PhotoLine],
) -> OnSite | None:
    site = projects.current_site(project.id)
    if site is None:
        return None
    shape, rules = geometry(site), engines().policies.latest(project.policy).evidence
    tolerance = tolerance_m(shape, rules)
    picture = draw(shape, milestone_photos.spots(shown, photos.numbers), tolerance_m=tolerance)
    return OnSite(picture, tolerance, _lines(shape, counts, photos, rules))


def _lines(
    shape: SiteShape, counts: Sequence[RequirementCoverage], photos: Photos, rules: EvidencePolicy
) -> list[Line]:
    if shape.length_m is None or not counts:
        return []
    tolerance = tolerance_m(shape, rules)
    standing = (
        (photo, milestone_photos.chainage_m(shape, photo, tolerance)) for photo in photos.within if photo.state in HOLDS
    )
    return coverage_matrix.lines(
        counts,
        [(photo.stage, chainage) for photo, chainage in standing if chainage is not None],
        whole=(shape.chainage_start_m, shape.chainage_start_m + shape.length_m),
        tolerance_m=rules.station_tolerance_m,
    )


# -- deciding ----------------------------------------------------------------------------------


def _deciding(
    actor: Actor, milestone: Milestone, pending: Submission, photos: Photos, money: MilestoneMoney | None
) -> Deciding:
    currency = money.certificate.currency if money else milestone.project.currency
    return Deciding(
        submission=pending,
        seen=review_changes.shown(pending, photos.within),
        blocked=_blocked(actor, milestone.project, pending),
        holes=_holes(pending),
        rule=milestone_money.approval_rule(milestone, currency, pending.approvals_needed),
    )


def _blocked(actor: Actor, project: Project, pending: Submission) -> str | None:
    barred = review_photo.why_not_decide(actor, project)
    if barred:
        return barred
    part = duties.part_of(reading(), pending.id, actor.person_id)
    return duties.someone_else(part) if part else None


def _holes(pending: Submission) -> Sequence[str]:
    ids = sa.select(SubmissionItem.evidence_id).where(SubmissionItem.submission_id == pending.id)
    photos = list(reading().scalars(sa.select(Evidence).where(Evidence.id.in_(ids))))
    try:
        approval.refuse_incomplete(reading(), pending, photos)
    except Problem as problem:
        waiting = sum(photo.state is EvidenceState.NEEDS_REVIEW for photo in photos)
        sentences = [error.detail for error in problem.errors if error.pointer.startswith("#/requirements")]
        if waiting:
            sentences.insert(
                0,
                counted(
                    "%(num)s photo still waits for your word.", "%(num)s photos still wait for your word.", waiting
                ),
            )
        return sentences or [problem.detail]
    return ()


def _may_submit(milestone: Milestone, held: frozenset[Role], photos: Sequence[Evidence]) -> bool:
    fit = any(photo.state in PRESENTABLE for photo in photos)
    return fit and bool(held & SUBMITTERS) and milestone.state in OPEN_FOR_SUBMISSION


def _taking_back(actor: Actor, milestone: Milestone, submissions: Sequence[Submission]) -> TakingBack | None:
    """What a supervisor of the project could take back, if anything was decided last."""
    newest = submissions[0] if submissions else None
    if newest is None or Role.SUPERVISOR not in actor.roles_on(milestone.project.id, milestone.project.agency_id):
        return None
    words = {SubmissionState.APPROVED: TakenBackWord.APPROVE, SubmissionState.RETURNED: TakenBackWord.RETURN}
    word = words.get(newest.state)
    if word is None:
        return None
    return TakingBack(word, newest, _why_not_take_back(actor, newest, word))


def _why_not_take_back(actor: Actor, submission: Submission, word: TakenBackWord) -> str | None:
    barred = review_photo.why_not_decide(actor, submission.milestone.project)
    if barred:
        return barred
    part = duties.part_of(reading(), submission.id, actor.person_id)
    if part is not None and part is not PartIn.DECIDER:
        return duties.someone_else(part)
    return taking_back.why_not(reading(), submission, word)
