"""The areas of a photo that its public copies hide: those a machine found, and what reviewers said of them.

Whoever may decide on a photo may hide an area more, show one that a machine would hide, and undo either. Each word
is a row that stays, with its line in the custody log. Once the photo is published every change has its copies made
anew; to show more than before then needs a reason.
"""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from uuid import UUID

from sqlalchemy.orm import Session

from evidence.redaction import Box
from server.access import Actor, require
from server.db import reading, writing
from server.models import Evidence, Redaction
from server.models.evidence import CopiesState
from server.models.people import Role
from server.models.redactions import RedactionKind
from server.problems import Problem
from server.services import custody, duties, evidence_review, public_copies, redaction_areas
from server.texts import _

#: An area this small hides nothing; a tap that was meant as a drag must not become one.
LEAST_SHARE = 0.002
#: More areas than that no one draws by hand.
MOST_AREAS = 200


def hide(actor: Actor, evidence_id: UUID, box: Box, reason: str, *, now: datetime) -> Redaction:
    """Hide one more area from the public.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties``, ``wrong-state`` (no picture to hide it in,
            too many areas), ``invalid``.
    """
    refuse_odd(box)
    with writing() as session:
        photo = _held(session, actor, evidence_id)
        if len(redaction_areas.standing(session, evidence_id)) >= MOST_AREAS:
            raise Problem("wrong-state", _("This photo has as many areas as are kept; undo one first."))
        row = _row(actor, photo, RedactionKind.HIDDEN, box, reason=_short(reason), now=now)
        return _made(session, actor, photo, row, action="redaction.hidden", now=now)


def show(actor: Actor, evidence_id: UUID, box: Box, reason: str, *, now: datetime) -> Redaction:
    """Let the public see what a machine would hide: ``box`` is exactly the machine's.

    Raises:
        Problem: ``not-found`` (there is no such area, or it is shown already), ``not-allowed``,
            ``separation-of-duties``, ``invalid`` (no reason, where the photo is public).
    """
    with writing() as session:
        photo = _held(session, actor, evidence_id)
        wanted = [
            each
            for each in redaction_areas.areas_of(session, photo)
            if each.face and each.hidden and each.face.box == box
        ]
        if not wanted:
            raise Problem("not-found", _("No machine hides this area, or it is shown already."))
        row = _row(actor, photo, RedactionKind.SHOWN, box, reason=_weighed(photo, reason), now=now)
        return _made(session, actor, photo, row, action="redaction.shown", now=now)


def undo(actor: Actor, evidence_id: UUID, redaction_id: UUID, reason: str, *, now: datetime) -> Redaction:
    """Take one person's word on an area back.

    Raises:
        Problem: ``not-found`` (also where it is undone already), ``not-allowed``, ``separation-of-duties``,
            ``invalid`` (no reason, where the public would see more).
    """
    with writing() as session:
        photo = _held(session, actor, evidence_id)
        row = session.get(Redaction, redaction_id)
        if row is None or row.evidence_id != photo.id or row.undone_at is not None:
            raise Problem("not-found", _("There is no such area on this photo, or it was undone already."))
        reason = _weighed(photo, reason) if row.kind is RedactionKind.HIDDEN else _short(reason)
        row.undone_by, row.undone_at, row.undone_reason = actor.person_id, now, reason
        return _made(session, actor, photo, row, action="redaction.undone", now=now)


def why_not(actor: Actor, photo: Evidence) -> str | None:
    """Why this person hides and shows nothing in a photo; None where they may."""
    if Role.SUPERVISOR not in actor.roles_on(photo.project_id, photo.project.agency_id):
        return _("Only a supervisor of this project says what is hidden.")
    try:
        evidence_review.refuse_party(reading(), actor, photo, duties.contract_of(photo.project))
    except Problem as problem:
        return problem.detail
    return None


def refuse_odd(box: Box) -> None:
    """Refuse an area that is none.

    Raises:
        Problem: ``invalid``.
    """
    values = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    for name, value in values.items():
        if not isfinite(value) or not 0 <= value <= 1:
            raise duties.invalid(name, _("A number from 0 to 100 is needed."))
        if name in {"width", "height"} and value < LEAST_SHARE:
            raise duties.invalid(name, _("An area this small hides nothing."))
    for name, begin, length in (("width", box.left, box.width), ("height", box.top, box.height)):
        if begin + length > 1.0005:
            raise duties.invalid(name, _("The area ends outside the picture."))


def _held(session: Session, actor: Actor, evidence_id: UUID) -> Evidence:
    """The photo, held for this transaction, for somebody who may say what is hidden in it."""
    photo = evidence_review.locked(session, evidence_id)
    require(actor, photo.project, {Role.SUPERVISOR})
    evidence_review.refuse_party(session, actor, photo, duties.contract_of(photo.project))
    if photo.copies is not CopiesState.READY:
        raise Problem("wrong-state", _("There is no picture yet in which anything could be hidden."))
    return photo


def _row(actor: Actor, photo: Evidence, kind: RedactionKind, box: Box, *, reason: str, now: datetime) -> Redaction:
    x, y, width, height = redaction_areas.rounded(box)
    return Redaction(
        evidence_id=photo.id,
        kind=kind,
        x=x,
        y=y,
        width=width,
        height=height,
        reason=reason,
        made_by=actor.person_id,
        made_at=now,
    )


def _made(session: Session, actor: Actor, photo: Evidence, row: Redaction, *, action: str, now: datetime) -> Redaction:
    """Write the word down, tell of it, and have the copies made anew where the public has any."""
    session.add(row)
    session.flush()
    box = [row.x, row.y, row.width, row.height]
    reason = row.undone_reason if row.undone_at is not None else row.reason
    details = {"project": photo.project.code, "redaction": str(row.id), "box": box}
    details |= {"reason": reason} if reason else {}
    custody.append(session, actor.person_id, action, "evidence", str(photo.id), now=now, **details)
    if photo.published_at is not None:
        public_copies.renew(session, photo, now=now)
    return row


def _weighed(photo: Evidence, reason: str) -> str:
    """A reason, which must be there where the public would see more than it did."""
    return duties.written(reason, "reason") if photo.published_at is not None else _short(reason)


def _short(reason: str) -> str:
    reason = reason.strip()
    return duties.written(reason, "reason") if reason else ""
