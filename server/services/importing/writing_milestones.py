"""Writing the milestones of an import: their order, their requirements, their locked certificates.

What was put forward already is left alone here; that the document does not touch it is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from server.models import Certificate, Milestone, Project, Requirement
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.services.importing.on_record import MILESTONE_FIELDS, REQUIREMENT_FIELDS, Records
from server.services.importing.record_rules import CHANGEABLE
from server.services.progress import DONE

Told = Mapping[str, Any]


def write(session: Session, project: Project, wanted: Told, found: Records) -> list[Milestone]:
    """Bring the milestones to what the document says; answers those whose state changed."""
    told = wanted.get("milestones", [])
    known = {milestone.code: milestone for milestone in found.milestones}
    _make_room(session, told, known, found)
    milestones = [_milestone(session, project, each, known.get(each["code"]), n) for n, each in enumerate(told, 1)]
    session.flush()
    changed = _order(told, {milestone.code: milestone for milestone in milestones})
    session.flush()
    for milestone in milestones:
        if milestone.state in CHANGEABLE:
            _write_certificate(session, project, milestone, found.certificates.get(milestone.id))
    _keep_agency(project, found)
    session.flush()
    return changed


def _make_room(session: Session, told: Sequence[Told], known: dict[str, Milestone], found: Records) -> None:
    """Take away what is gone, and move every other out of the way of the new order."""
    codes = [each["code"] for each in told]
    if codes == list(known):
        return
    for place, milestone in enumerate(known.values(), 1):
        milestone.position = -place
        if milestone.state in CHANGEABLE:
            milestone.predecessor_id = None
    session.flush()
    for code in known.keys() - set(codes):
        gone = known.pop(code)
        if gone.id in found.certificates:
            session.delete(found.certificates[gone.id])
            session.flush()
        session.delete(gone)
    session.flush()


def _milestone(session: Session, project: Project, told: Told, known: Milestone | None, position: int) -> Milestone:
    milestone = known or Milestone(project_id=project.id, state=MilestoneState.PLANNED)
    milestone.position = position
    if milestone.state in CHANGEABLE:
        for name in MILESTONE_FIELDS:
            setattr(milestone, name, told[name])
        _write_requirements(milestone, told["requirements"])
    session.add(milestone)
    return milestone


def _write_requirements(milestone: Milestone, told: Sequence[Told]) -> None:
    known = {requirement.code: requirement for requirement in milestone.requirements}
    kept = []
    for each in told:
        requirement = known.get(each["code"]) or Requirement()
        for name in REQUIREMENT_FIELDS:
            setattr(requirement, name, each[name])
        kept.append(requirement)
    # What is no longer in the list is deleted with it.
    milestone.requirements[:] = kept


def _order(told: Sequence[Told], by_code: dict[str, Milestone]) -> list[Milestone]:
    """Set predecessors, and open what nothing holds back; answers those whose state changed."""
    changed = []
    for each in told:
        milestone, predecessor = by_code[each["code"]], by_code.get(each["predecessor"])
        if milestone.state not in CHANGEABLE:
            continue
        milestone.predecessor_id = predecessor.id if predecessor else None
        free = predecessor is None or predecessor.state in DONE
        state = MilestoneState.OPEN if free else MilestoneState.PLANNED
        if milestone.state is not state:
            milestone.state = state
            changed.append(milestone)
    return changed


def _write_certificate(session: Session, project: Project, milestone: Milestone, known: Certificate | None) -> None:
    """The certificate of a milestone that was not put forward yet: locked, its whole amount undiminished."""
    certificate = known or Certificate(milestone_id=milestone.id, state=CertificateState.LOCKED)
    certificate.currency = project.contract.currency if project.contract else project.currency
    certificate.gross_minor = certificate.net_minor = milestone.amount_minor
    certificate.agency_id = project.agency_id
    session.add(certificate)


def _keep_agency(project: Project, found: Records) -> None:
    """A certificate stands in the lists of its project's agency, also where that is another from now on."""
    for certificate in found.certificates.values():
        certificate.agency_id = project.agency_id
