"""Writing a faultless import into the records, inside the caller's transaction.

Only what differs is touched. A site is never overwritten: its earlier versions stay, retired.
Whether the import may be written at all is decided before (``document_rules``, ``record_rules``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo.site import Site as SiteShape
from server.access import Actor
from server.models import (
    Contract,
    ContractVariation,
    Milestone,
    Project,
    Site,
    SiteCell,
    Submission,
    SubmissionParty,
)
from server.models.projects import SiteKind
from server.models.submissions import Part, SubmissionState
from server.problems import Problem
from server.services import custody, public_map, site_lookup
from server.services.importing import on_record, site_part, writing_milestones
from server.services.importing.difference import Change
from server.services.importing.on_record import CONTRACT_FIELDS, PROJECT_FIELDS, VARIATION_FIELDS, Records
from server.services.importing.record_rules import Names
from server.texts import _

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Import:
    """A faultless import: what is wanted, what there is, and what differs."""

    wanted: Mapping[str, Any]
    found: Records
    names: Names
    site: site_part.SitePart
    changes: Sequence[Change]


def write(session: Session, actor: Actor, plan: Import, *, now: datetime) -> Project:
    """Bring the records to what the document says, and tell the custody log.

    Raises:
        Problem: ``separation-of-duties``, where the person has approved a submission that waits for a
            second approval and now changes the site under it.
    """
    project = _write_project(session, plan, now)
    session.flush()
    _write_contract(session, project, plan)
    if any(change.pointer.startswith("#/site") for change in plan.changes):
        _write_site(session, actor, project, plan, now)
    opened = writing_milestones.write(session, project, plan.wanted, plan.found)
    public_map.place(session, project, plan.site.site or on_record.shape(plan.found))
    _tell(session, actor, plan, opened, now=now)
    return project


def _write_project(session: Session, plan: Import, now: datetime) -> Project:
    wanted, names = plan.wanted, plan.names
    project = plan.found.project or Project(code=wanted["code"])
    for name in PROJECT_FIELDS:
        setattr(project, name, wanted[name])
    project.agency, project.area = _there(names.agency), _there(names.area)
    project.budget_minor, project.currency = wanted["budget"]["amount_minor"], wanted["budget"]["currency"]
    project.working_days = "".join(str(day) for day in wanted["working_days"])
    project.published_at = (project.published_at or now) if wanted["published"] else None
    project.changed_at = now
    session.add(project)
    return project


def _write_contract(session: Session, project: Project, plan: Import) -> None:
    wanted = plan.wanted.get("contract")
    if wanted is None:
        return
    contract = project.contract or Contract(project_id=project.id)
    for name in CONTRACT_FIELDS:
        setattr(contract, name, wanted[name])
    contract.supplier = _there(plan.names.supplier)
    session.add(contract)
    session.flush()
    _write_variations(session, contract, wanted["variations"])
    # The project was read without the contract it now has.
    session.expire(project, ["contract"])


def _write_variations(session: Session, contract: Contract, wanted: Sequence[Mapping[str, Any]]) -> None:
    known = {variation.number: variation for variation in contract.variations}
    for told in wanted:
        variation = known.pop(told["number"], None) or ContractVariation(contract_id=contract.id)
        for name in VARIATION_FIELDS:
            setattr(variation, name, told[name])
        session.add(variation)
    for gone in known.values():
        session.delete(gone)
    session.flush()
    session.expire(contract, ["variations"])


def _write_site(session: Session, actor: Actor, project: Project, plan: Import, now: datetime) -> None:
    """Retire the current version, if any, and put the new one in its place."""
    shape, before = plan.site.site, plan.found.site
    if shape is None:
        return
    if before is not None:
        before.retired_at = now
        session.execute(sa.delete(SiteCell).where(SiteCell.site_id == before.id))
        session.flush()
    row = _site_row(project, shape, plan.site.source, actor, now)
    session.add(row)
    session.flush()
    session.add_all(SiteCell(cell=cell, site_id=row.id) for cell in site_lookup.cells_for(shape))
    if before is not None:
        _bind_to_pending(session, actor, project)
    custody.append(
        session,
        actor.person_id,
        "site.changed",
        "project",
        project.code,
        now=now,
        site=str(row.id),
        before=site_part.digest(site_lookup.geometry(before), before.source) if before else None,
        after=site_part.digest(shape, row.source),
    )


def _site_row(project: Project, shape: SiteShape, source: str, actor: Actor, now: datetime) -> Site:
    south, west, north, east = shape.bounds
    return Site(
        project_id=project.id,
        kind=SiteKind(shape.kind),
        shape=shape.to_wkb(),
        width_m=shape.width_m,
        chainage_start_m=shape.chainage_start_m,
        obstructed=shape.obstructed,
        source=source,
        south=south,
        west=west,
        north=north,
        east=east,
        changed_by=actor.person_id,
        changed_at=now,
    )


def _bind_to_pending(session: Session, actor: Actor, project: Project) -> None:
    """Who changes a site has a part in what waits for a decision there, and so can decide none of it."""
    waiting = sa.select(Submission).join(Milestone, Milestone.id == Submission.milestone_id)
    waiting = waiting.where(Milestone.project_id == project.id, Submission.state == SubmissionState.PENDING)
    for submission in session.scalars(waiting):
        party = session.get(SubmissionParty, (submission.id, actor.person_id))
        if party is not None and party.part is not Part.CONTRIBUTOR:
            told = _(
                "You have approved a submission that waits for its second approval; someone else has to change this "
                "site."
            )
            raise Problem("separation-of-duties", told)
        if party is None:
            session.add(_contributor(submission, actor))


def _contributor(submission: Submission, actor: Actor) -> SubmissionParty:
    return SubmissionParty(
        submission_id=submission.id,
        person_id=actor.person_id,
        part=Part.CONTRIBUTOR,
        organisation_id=actor.organisation_id,
        contractor_id=submission.contractor_id,
    )


def _tell(session: Session, actor: Actor, plan: Import, opened: list[Milestone], *, now: datetime) -> None:
    created = plan.found.project is None
    told = [{"pointer": each.pointer, "before": each.before, "after": each.after} for each in plan.changes]
    action, code = "project.created" if created else "project.changed", plan.wanted["code"]
    custody.append(session, actor.person_id, action, "project", code, now=now, changes=told)
    for milestone in opened:
        action = f"milestone.{milestone.state.value}"
        custody.append(session, actor.person_id, action, "milestone", str(milestone.id), now=now, code=milestone.code)


def _there(record: Record | None) -> Record:
    """A record that the rules have found to be there."""
    if record is None:
        raise LookupError("an import was written although a name in it is unknown")
    return record
