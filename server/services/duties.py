"""What every deciding use case owes: a written reason, and a person who may decide.

The constraints of ``server.models`` hold the separation of duties; here it is said early and
plainly enough for a person to act on. What no constraint can see is refused here as well:
a subcontractor's people, and whoever changed the shape of the site.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.access import Actor
from server.models import Contract, Project, Site, Submission, SubmissionParty
from server.models.people import OrganisationKind
from server.models.submissions import Part
from server.problems import FieldError, Problem, pointer
from server.texts import N_, _

LONGEST_REASON = 2000

#: Why whoever has this part has no other.
PARTS = {
    Part.CONTRIBUTOR: N_(
        "You took one of these photos, put them forward or changed the site's shape, so someone else has to do this."
    ),
    Part.DECIDER: N_("You have decided on this submission, so someone else has to do this."),
    Part.PAYMASTER: N_("You certify or pay for this submission, so someone else has to do this."),
}
#: The refusal of an id, by what it should have named.
NO_SUCH = {
    "certificate": N_("There is no certificate with this id."),
    "dispute": N_("There is no dispute with this id."),
    "filter": N_("There is no filter with this id."),
    "milestone": N_("There is no milestone with this id."),
    "person": N_("There is no person with this id."),
    "photo": N_("There is no photo with this id."),
    "submission": N_("There is no submission with this id."),
}


def written(text: str, field: str, *, most: int = LONGEST_REASON) -> str:
    """``text`` without the space around it.

    Raises:
        Problem: ``invalid``, where nothing is written or it is longer than ``most`` characters.
    """
    text = text.strip()
    if not text:
        raise invalid(field, _("This must be written down."))
    if len(text) > most:
        raise invalid(field, _("At most %(most)s characters are kept.", most=most))
    return text


def invalid(field: str, detail: str) -> Problem:
    """The refusal of one field of what was sent."""
    return Problem("invalid", detail, errors=[FieldError(pointer(field), detail)])


def no_such(record: str) -> Problem:
    """The refusal of an id that names nothing; ``record`` is a key of ``NO_SUCH``."""
    return Problem("not-found", _(NO_SUCH[record]))


def contract_of(project: Project) -> Contract:
    """The contract of a project, without which nobody knows who must not decide.

    Raises:
        Problem: ``wrong-state``.
    """
    if project.contract is None:
        raise Problem(
            "wrong-state",
            _("Project %(code)s has no contract yet, so nothing on it can be decided.", code=project.code),
        )
    return project.contract


def refuse_builders(actor: Actor, contract: Contract) -> None:
    """Refuse those who are paid for the works: the contractor's people and any subcontractor's.

    Raises:
        Problem: ``separation-of-duties``.
    """
    if actor.organisation_id == contract.supplier_id:
        raise _someone_else(_("You belong to the contractor of this project, so someone else has to do this."))
    if actor.organisation_kind is OrganisationKind.SUBCONTRACTOR:
        raise _someone_else(_("You belong to a subcontractor, so someone else has to do this."))


def refuse_site_changer(session: Session, actor: Actor, project: Project) -> None:
    """Refuse whoever made any version of the site's shape, as photos are measured against it.

    Raises:
        Problem: ``separation-of-duties``.
    """
    if actor.person_id in site_changers(session, project.id):
        raise _someone_else(_("You changed the shape of this project's site, so someone else has to do this."))


def site_changers(session: Session, project_id: UUID) -> set[UUID]:
    """Everybody who made a version of the project's site, the retired ones too."""
    found = session.scalars(sa.select(Site.changed_by).where(Site.project_id == project_id).distinct())
    return {person for person in found if person is not None}


def take_part(session: Session, submission: Submission, actor: Actor, part: Part) -> None:
    """Give ``actor`` the one part they may have in ``submission``, inside the caller's transaction.

    A paymaster who certified may also pay; a decision is made once.

    Raises:
        Problem: ``separation-of-duties``, where the person has a part that excludes this one.
        sqlalchemy.exc.IntegrityError: the same, where it came about at this very moment.
    """
    held = part_of(session, submission.id, actor.person_id)
    if held is None:
        session.add(
            SubmissionParty(
                submission_id=submission.id,
                person_id=actor.person_id,
                part=part,
                organisation_id=actor.organisation_id,
                contractor_id=submission.contractor_id,
            )
        )
        session.flush()
    elif held is not part or part is Part.DECIDER:
        raise _someone_else(someone_else(held))


def part_of(session: Session, submission_id: UUID, person_id: UUID) -> Part | None:
    """The part that a person has in a submission, or None."""
    return session.scalar(
        sa.select(SubmissionParty.part).where(
            SubmissionParty.submission_id == submission_id, SubmissionParty.person_id == person_id
        )
    )


def refuse_other_part(session: Session, submission_id: UUID, actor: Actor, wanted: Part) -> None:
    """Say in words why the database refused a part, where that was the reason.

    Raises:
        Problem: ``separation-of-duties``.
    """
    held = part_of(session, submission_id, actor.person_id)
    if held is not None and held is not wanted:
        raise _someone_else(someone_else(held))


def someone_else(part: Part) -> str:
    """Why somebody with this part leaves the next step to another person."""
    return _(PARTS[part])


def _someone_else(told: str) -> Problem:
    return Problem("separation-of-duties", told)
