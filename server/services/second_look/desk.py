"""What a reviewer of second looks sees: what was given to them, the thing itself, and what did not hold.

Reading only. A reviewer has no role on the project; that a thing was given to them is what lets them see it, and
nothing else of the project. Its supervisors, auditors and administrators see the look and its answer too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.second_look import Kind
from server import paging, wording
from server.access import Actor
from server.db import reading
from server.models import (
    Contract,
    Evidence,
    Milestone,
    Project,
    SecondLook,
    SecondLookAnswer,
    Submission,
    SubmissionDecision,
    SubmissionItem,
)
from server.models.evidence import CopiesState
from server.models.people import OrganisationKind, Role
from server.models.second_look import Answer
from server.paging import Page, Part
from server.problems import Problem
from server.services import evidence_reading, review_photo
from server.services.coverage import RequirementCoverage, coverage
from server.services.second_look import records
from server.services.second_look.records import HEARERS
from server.services.second_look.reviewers import REVIEWERS
from server.texts import _

#: Things on one page of the list, those answered last, and photos of a milestone on one page.
SHOWN, LAST_ANSWERED, PHOTOS = 25, 10, 24
READERS = HEARERS | {Role.ADMINISTRATOR}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a list: what it is, and a photo to show where there is one."""

    look: SecondLook
    title: str
    milestone: str | None
    photo_id: UUID | None


@dataclass(frozen=True, slots=True)
class Lists:
    """What a person sees first: what was given to them, what they answered last, and what did not hold for theirs."""

    mine: Page[Line]
    answered: Sequence[Line]
    unheard: Page[Line]
    hears: bool


@dataclass(frozen=True, slots=True)
class LookPage:
    """One thing that was drawn.

    ``photo`` is the photo itself, ``approved`` what was approved for a milestone, with ``photos`` of it and whether
    its requirements are met. ``answers`` are all that were given, the one that stands last. Whoever is ``on_project``
    may open the project's own pages too.
    """

    look: SecondLook
    title: str
    project: Project
    photo: review_photo.PhotoSeen | None
    approved: Submission | None
    photos: Part[Evidence] | None
    requirements: Sequence[RequirementCoverage]
    answers: Sequence[SecondLookAnswer]
    mine: bool
    may_hear: bool
    on_project: bool


def lists(actor: Actor, *, cursor: str | None, unheard_after: str | None) -> Lists:
    """The lists of this person.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    own = SecondLook.reviewer_id == actor.person_id
    waiting = _page(records.lines().where(own, SecondLook.answered_at.is_(None)), cursor)
    last = records.lines().where(own, SecondLook.answered_at.is_not(None)).order_by(SecondLook.answered_at.desc())
    hears = bool(actor.roles & HEARERS)
    unheard = _page(records.lines().where(*records.unheard(actor)), unheard_after) if hears else Page[Line]([], None)
    return Lists(waiting, _told(reading().scalars(last.limit(LAST_ANSWERED)).all()), unheard, hears)


def look(actor: Actor, look_id: UUID, *, part: int = 1) -> LookPage:
    """One thing, for its reviewer and for those who answer for the project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = _seen_by(actor, look_id)
    of_photo = found.kind is Kind.PHOTO
    approved = None if of_photo else _approved(found.subject_id)
    photo = review_photo.seen(found.subject_id) if of_photo else None
    answers = reading().scalars(
        sa.select(SecondLookAnswer).where(SecondLookAnswer.look_id == found.id).order_by(SecondLookAnswer.number)
    )
    return LookPage(
        look=found,
        title=_title(found),
        project=found.project,
        photo=photo,
        approved=approved,
        photos=_photos(found.subject_id, part) if approved else None,
        requirements=_requirements(approved) if approved else (),
        answers=answers.all(),
        mine=found.reviewer_id == actor.person_id,
        may_hear=_may_hear(actor, found),
        on_project=bool(actor.roles_on(found.project_id, found.project.agency_id)),
    )


def photo_of(actor: Actor, look_id: UUID, evidence_id: UUID) -> tuple[SecondLook, review_photo.PhotoSeen]:
    """One photo of what was drawn, as its reviewer sees it.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = _seen_by(actor, look_id)
    _refuse_other(found, evidence_id)
    return found, review_photo.seen(evidence_id)


def copy(actor: Actor, look_id: UUID, evidence_id: UUID, name: str) -> bytes:
    """A copy (``thumbnail`` or ``web``) of a photo of what was drawn.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    _refuse_other(_seen_by(actor, look_id), evidence_id)
    return evidence_reading.read_copy(reading().get_one(Evidence, evidence_id).sha256, name)


# -- which ---------------------------------------------------------------------------------------


def _page(query: sa.Select[SecondLook], cursor: str | None) -> Page[Line]:
    """One page, what was drawn first standing first."""
    if cursor is not None:
        query = query.where(SecondLook.id > paging.identity(paging.decode(cursor, parts=1)[0]))
    found = reading().scalars(query.order_by(SecondLook.id).limit(SHOWN + 1)).all()
    following = paging.encode(str(found[SHOWN - 1].id)) if len(found) > SHOWN else None
    return Page(_told(found[:SHOWN]), following)


# -- told ----------------------------------------------------------------------------------------


def _told(looks: Sequence[SecondLook]) -> list[Line]:
    shown = _first_photos([each.submission_id for each in looks if each.submission_id])
    return [Line(each, _title(each), _milestone(each), _pictured(each, shown)) for each in looks]


def _first_photos(submissions: Sequence[UUID]) -> dict[UUID, UUID]:
    """A photo that can be shown of each of these submissions."""
    if not submissions:
        return {}
    row = SubmissionItem
    place = sa.func.row_number().over(partition_by=row.submission_id, order_by=row.evidence_id).label("place")
    ready = sa.select(row.submission_id, row.evidence_id, place).join(Evidence, Evidence.id == row.evidence_id)
    inside = ready.where(row.submission_id.in_(submissions), Evidence.copies == CopiesState.READY).subquery()
    found = reading().execute(sa.select(inside.c.submission_id, inside.c.evidence_id).where(inside.c.place == 1))
    return {row.submission_id: row.evidence_id for row in found}


def _title(found: SecondLook) -> str:
    if found.evidence is not None:
        return found.evidence.caption or wording.stage(found.evidence.stage)
    return found.submission.milestone.title if found.submission else ""


def _milestone(found: SecondLook) -> str | None:
    milestone = found.evidence.milestone if found.evidence else None
    return milestone.title if milestone else None


def _pictured(found: SecondLook, shown: dict[UUID, UUID]) -> UUID | None:
    photo = found.evidence
    if found.submission_id is not None:
        return shown.get(found.submission_id)
    return photo.id if photo is not None and photo.copies is CopiesState.READY else None


def _seen_by(actor: Actor, look_id: UUID) -> SecondLook:
    query = records.lines().options(joinedload(SecondLook.reviewer), joinedload(SecondLook.hearer))
    found = reading().scalar(query.where(SecondLook.id == look_id))
    if found is None:
        raise Problem("not-found", _("There is no second look with this id."))
    held = actor.roles_on(found.project_id, found.project.agency_id)
    asked = found.reviewer_id == actor.person_id and actor.roles & REVIEWERS
    if not asked and not (held & READERS and _no_builder(actor, found)):
        raise Problem("not-allowed", _("This was given to somebody else to look at."))
    return found


def _no_builder(actor: Actor, found: SecondLook) -> bool:
    contract: Contract | None = found.project.contract
    supplier = contract.supplier_id if contract else None
    return actor.organisation_id != supplier and actor.organisation_kind is not OrganisationKind.SUBCONTRACTOR


def _may_hear(actor: Actor, found: SecondLook) -> bool:
    waits = found.answer is Answer.DOES_NOT_HOLD and found.heard_at is None
    held = actor.roles_on(found.project_id, found.project.agency_id)
    party = actor.person_id in {found.reviewer_id, found.by_id}
    return waits and bool(held & HEARERS) and not party and _no_builder(actor, found)


def _refuse_other(found: SecondLook, evidence_id: UUID) -> None:
    """Refuse a photo that is not of what was drawn."""
    if found.evidence_id == evidence_id:
        return
    inside = (SubmissionItem.submission_id == found.submission_id, SubmissionItem.evidence_id == evidence_id)
    if found.submission_id is None or reading().scalar(sa.select(SubmissionItem.evidence_id).where(*inside)) is None:
        raise Problem("not-found", _("This photo is not part of what was drawn."))


def _approved(submission_id: UUID) -> Submission:
    decisions = selectinload(Submission.decisions)
    query = sa.select(Submission).options(
        joinedload(Submission.milestone).selectinload(Milestone.requirements),
        joinedload(Submission.submitter),
        decisions.joinedload(SubmissionDecision.decider),
    )
    return reading().scalars(query.where(Submission.id == submission_id)).one()


def _photos(submission_id: UUID, part: int) -> Part[Evidence]:
    inside = sa.select(SubmissionItem.evidence_id).where(SubmissionItem.submission_id == submission_id)
    total = reading().scalar(sa.select(sa.func.count()).select_from(inside.subquery())) or 0
    query = sa.select(Evidence).where(Evidence.id.in_(inside)).order_by(Evidence.captured_at, Evidence.id)
    shown = reading().scalars(query.offset((part - 1) * PHOTOS).limit(PHOTOS)).all()
    return Part(list(shown), part, PHOTOS, total)


def _requirements(approved: Submission) -> Sequence[RequirementCoverage]:
    photos = sa.select(Evidence).join(SubmissionItem, SubmissionItem.evidence_id == Evidence.id)
    found = reading().scalars(photos.where(SubmissionItem.submission_id == approved.id)).all()
    return coverage(approved.milestone, found, submitted_at=approved.submitted_at)
