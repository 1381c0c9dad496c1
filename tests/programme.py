"""A small programme in a database: two projects, their people, and a road with three milestones.

The schedule is laid around the given day, so that a photo taken today fits the open milestone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from shapely.geometry import LineString, Polygon
from sqlalchemy.orm import Session

from evidence.context import Stage
from geo.site import Site as SiteShape
from server.models import (
    Area,
    Certificate,
    Contract,
    Grant,
    Milestone,
    Organisation,
    Person,
    Project,
    Requirement,
    Site,
    SiteCell,
)
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.people import AGENCY_ROLES
from server.models.projects import ProjectStatus, SiteKind
from server.services import public_map, sessions, site_lookup
from tests.personas import ORGANISATIONS, PASSWORD, PERSONAS

#: A point on the road, at about station 0+500, and one 3 km away. (latitude, longitude)
ON_SITE = (11.0, 122.5)
OFF_SITE = (11.027, 122.5)
#: A point inside the other project's polygon.
OTHER_SITE = (11.5, 122.8)
#: The first milestone reaches the share of the works (20 %) at which progress payments begin.
AMOUNTS_MINOR = (20_000_000, 50_000_000, 30_000_000)


def plant(session: Session, now: datetime) -> None:
    """Add the whole programme to an empty database; the caller commits."""
    organisations = {
        code: Organisation(code=code, name=code.title(), kind=kind) for code, kind in ORGANISATIONS.items()
    }
    area = Area(code="R6", name="Region Six", level="region", path="R6/")
    session.add_all([*organisations.values(), area])
    session.flush()
    projects = {
        "ROAD-1": _project("ROAD-1", organisations["agency"], area, now),
        "OTHER-1": _project("OTHER-1", organisations["other-agency"], area, now),
    }
    session.add_all(projects.values())
    session.flush()
    _road(session, projects["ROAD-1"], organisations["builder"], now)
    _other(session, projects["OTHER-1"], organisations["other-builder"], now)
    _people(session, organisations, projects, now)


def _project(code: str, agency: Organisation, area: Area, now: datetime) -> Project:
    return Project(
        code=code,
        title=f"The works of {code}",
        sector="transport",
        asset_kind="road",
        agency_id=agency.id,
        area_id=area.id,
        budget_minor=120_000_000,
        currency="PHP",
        starts_on=(now - timedelta(days=40)).date(),
        ends_on=(now + timedelta(days=60)).date(),
        status=ProjectStatus.IMPLEMENTATION,
        time_zone="Asia/Manila",
        policy="ph",
        working_days="1234567",
        work_starts="00:00",
        work_ends="23:59",
        published_at=now,
        changed_at=now,
    )


def _road(session: Session, project: Project, supplier: Organisation, now: datetime) -> None:
    _contract(session, project, supplier, now)
    line = LineString([(122.5, 10.9955), (122.5, 11.0045)])
    _site(session, project, SiteShape.corridor(line, width_m=20.0), now)
    earlier: UUID | None = None
    for position, amount_minor in enumerate(AMOUNTS_MINOR, start=1):
        milestone = Milestone(
            project_id=project.id,
            code=f"M{position}",
            position=position,
            title=f"Milestone {position}",
            weight_bp=amount_minor // 10_000,
            amount_minor=amount_minor,
            starts_on=(now + timedelta(days=30 * (position - 1) - 15)).date(),
            ends_on=(now + timedelta(days=30 * position - 15)).date(),
            predecessor_id=earlier,
            state=MilestoneState.OPEN if earlier is None else MilestoneState.PLANNED,
        )
        milestone.requirements = [Requirement(code="during", stage=Stage.DURING, title="The works under way", photos=2)]
        session.add(milestone)
        session.flush()
        session.add(
            Certificate(
                milestone_id=milestone.id,
                state=CertificateState.LOCKED,
                currency="PHP",
                gross_minor=amount_minor,
                net_minor=amount_minor,
                agency_id=project.agency_id,
            )
        )
        earlier = milestone.id


def _other(session: Session, project: Project, supplier: Organisation, now: datetime) -> None:
    _contract(session, project, supplier, now)
    latitude, longitude = OTHER_SITE
    corners = [(-0.001, -0.001), (0.001, -0.001), (0.001, 0.001), (-0.001, 0.001)]
    outline = Polygon([(longitude + east, latitude + north) for east, north in corners])
    _site(session, project, SiteShape.polygon(outline), now)


def _contract(session: Session, project: Project, supplier: Organisation, now: datetime) -> None:
    session.add(
        Contract(
            project_id=project.id,
            supplier_id=supplier.id,
            reference=f"C-{project.code}",
            value_minor=sum(AMOUNTS_MINOR),
            currency="PHP",
            effective_on=(now - timedelta(days=35)).date(),
            ends_on=(now + timedelta(days=60)).date(),
            retention_bp=1000,
            advance_minor=sum(AMOUNTS_MINOR) * 15 // 100,
        )
    )


def _site(session: Session, project: Project, shape: SiteShape, now: datetime) -> None:
    south, west, north, east = shape.bounds
    site = Site(
        project_id=project.id,
        kind=SiteKind(shape.kind),
        shape=shape.to_wkb(),
        width_m=shape.width_m if shape.kind == "corridor" else None,
        source="contract drawing",
        south=south,
        west=west,
        north=north,
        east=east,
        changed_at=now,
    )
    session.add(site)
    session.flush()
    session.add_all(SiteCell(cell=cell, site_id=site.id) for cell in site_lookup.cells_for(shape))
    public_map.place(session, project, shape)


def _people(
    session: Session, organisations: dict[str, Organisation], projects: dict[str, Project], now: datetime
) -> None:
    password_hash = sessions.hash_password(PASSWORD)
    for persona in PERSONAS.values():
        person = Person(
            email=persona.email,
            name=persona.name.replace("_", " ").title(),
            organisation_id=organisations[persona.organisation].id,
            password_hash=password_hash,
            created_at=now,
        )
        session.add(person)
        session.flush()
        if persona.role is None or persona.scope is None:
            continue
        across = persona.role in AGENCY_ROLES
        session.add(
            Grant(
                person_id=person.id,
                role=persona.role,
                project_id=None if across else projects[persona.scope].id,
                agency_id=organisations[persona.scope].id if across else None,
            )
        )
