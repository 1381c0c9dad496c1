"""What a return or a rejection says of single photos and requirements, so that the contractor knows what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from server.models import DecisionReason, Milestone, Submission, SubmissionDecision
from server.models.submissions import SubmissionDecisionWord
from server.problems import FieldError, Problem, pointer
from server.services.duties import LONGEST_REASON
from server.texts import _

MOST_REASONS = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence about one photo of the submission, or about one requirement (by its code) of its milestone."""

    text: str
    evidence_id: UUID | None = None
    requirement: str | None = None


def add(
    session: Session, submission: Submission, made: SubmissionDecision, reasons: Sequence[Reason]
) -> list[dict[str, str]]:
    """Keep the reasons with their decision, inside the caller's transaction; answers what the custody log tells.

    Raises:
        Problem: ``invalid``, naming each reason that is about nothing of this submission, empty or too long.
    """
    if not reasons:
        return []
    if made.decision is SubmissionDecisionWord.APPROVE:
        raise Problem("invalid", _("Reasons about single photos or requirements go with a return or a rejection."))
    _refuse_unfit(submission, reasons)
    codes = {requirement.code: requirement.id for requirement in submission.milestone.requirements}
    session.add_all(
        DecisionReason(
            submission_id=submission.id,
            position=made.position,
            number=number,
            evidence_id=reason.evidence_id,
            requirement_id=codes[reason.requirement] if reason.requirement is not None else None,
            reason=reason.text.strip(),
        )
        for number, reason in enumerate(reasons, start=1)
    )
    session.flush()
    return [_told(reason) for reason in reasons]


def _refuse_unfit(submission: Submission, reasons: Sequence[Reason]) -> None:
    photos = {item.evidence_id for item in submission.items}
    codes = _codes(submission.milestone)
    told = ((place, _unfit(reason, photos, codes)) for place, reason in enumerate(reasons))
    errors = [FieldError(pointer("reasons", place), fault) for place, fault in told if fault is not None]
    if len(reasons) > MOST_REASONS:
        errors = [FieldError(pointer("reasons"), _("At most %(most)s reasons are kept.", most=MOST_REASONS))]
    if errors:
        raise Problem("invalid", _("Some of the reasons cannot be kept."), errors=errors)


def _codes(milestone: Milestone) -> set[str]:
    return {requirement.code for requirement in milestone.requirements}


def _unfit(reason: Reason, photos: set[UUID], codes: set[str]) -> str | None:
    """Why a reason cannot be kept, or None."""
    if (reason.evidence_id is None) == (reason.requirement is None):
        return _("A reason names one photo or one requirement.")
    if reason.evidence_id is not None and reason.evidence_id not in photos:
        return _("This photo is not in the submission.")
    if reason.requirement is not None and reason.requirement not in codes:
        return _("The milestone has no requirement with this code.")
    if not 0 < len(reason.text.strip()) <= LONGEST_REASON:
        return _("A reason has from 1 to %(most)s characters.", most=LONGEST_REASON)
    return None


def _told(reason: Reason) -> dict[str, str]:
    thing = {"evidence": str(reason.evidence_id)} if reason.evidence_id else {"requirement": str(reason.requirement)}
    return thing | {"reason": reason.text.strip()}
