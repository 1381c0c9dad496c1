"""The sources of a site's coordinates: what each says, how far they lie apart, and the stop where that is too far.

A project's site is used, and the project published, only while its sources agree within the policy, or while an
administrator who entered none of them has given a reason for exactly these shapes. The import asks for this too
(``sources_fault``), so that there is one stop for every way in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from geo.agreement import Apart, apart
from geo.position import Bounds
from geo.site import Site as SiteShape
from server.access import Actor, require
from server.canonical import sha256_of
from server.db import reading, writing
from server.engines import engines
from server.models import Project, Site, SiteDifferenceReason, SiteSource
from server.models.people import Role
from server.models.site_sources import SourceKind
from server.problems import FieldError, Problem
from server.services import custody, site_lookup
from server.services.duties import LONGEST_REASON
from server.services.importing import site_part
from server.texts import _
from server.vocabulary import SITE_SOURCES

#: What stands for the shape that the checks use, beside the sources.
IN_USE = "in_use"
LONGEST_REFERENCE = 150


@dataclass(frozen=True, slots=True)
class Said:
    """One source with its shape; ``by`` is who entered it, None where the records do not know."""

    source: str
    shape: SiteShape
    reference: str
    by: UUID | None
    at: datetime
    id: UUID | None = None

    @property
    def digest(self) -> str:
        """The sha256 of the shape alone; who says it does not matter."""
        return site_part.digest(self.shape, "")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sources and how far they lie apart."""

    first: Said
    second: Said
    apart: Apart
    allowed_m: float

    @property
    def agrees(self) -> bool:
        """Whether the policy takes them for the same place."""
        return self.apart.most_m <= self.allowed_m


@dataclass(frozen=True, slots=True)
class Agreement:
    """All sources of a site compared. ``digest`` names exactly these shapes; ``reason`` is the one given for them."""

    said: Sequence[Said]
    pairs: Sequence[Pair]
    allowed_m: float
    digest: str
    reason: SiteDifferenceReason | None

    @property
    def agrees(self) -> bool:
        """Whether no pair lies too far apart."""
        return all(pair.agrees for pair in self.pairs)

    @property
    def stops(self) -> bool:
        """Whether the site cannot be used, nor the project published."""
        return not self.agrees and self.reason is None

    @property
    def entered_by(self) -> frozenset[UUID]:
        """Those who entered any of the sources, none of whom can give the reason."""
        return frozenset(each.by for each in self.said if each.by is not None)


def recorded(session: Session, project_id: UUID) -> list[Said]:
    """What each source says now, in the order of ``SourceKind``."""
    query = sa.select(SiteSource).where(SiteSource.project_id == project_id, SiteSource.retired_at.is_(None))
    found = {row.source: row for row in session.scalars(query)}
    return [said(found[kind]) for kind in SourceKind if kind in found]


def said(row: SiteSource) -> Said:
    """One version of a source, ready to be compared."""
    shape = SiteShape.from_wkb(**row.facts())
    return Said(row.source.value, shape, row.reference, row.entered_by, row.entered_at, row.id)


def in_use(site: Site) -> Said:
    """The shape that the checks use now."""
    return Said(IN_USE, site_lookup.geometry(site), site.source, site.changed_by, site.changed_at)


def agreement(session: Session, project_id: UUID, policy: str, used: Said | None) -> Agreement:
    """Compare the recorded sources, and the used shape where it is none of theirs."""
    sources = recorded(session, project_id)
    if used is not None and used.digest not in {each.digest for each in sources}:
        sources.append(used)
    allowed_m = engines().policies.latest(policy).site.sources_apart_m
    pairs = [Pair(*two, apart(two[0].shape, two[1].shape), allowed_m) for two in itertools.combinations(sources, 2)]
    digest = sha256_of({"shapes": sorted({each.digest for each in sources})})
    return Agreement(sources, pairs, allowed_m, digest, _reason(session, project_id, digest))


def _reason(session: Session, project_id: UUID, digest: str) -> SiteDifferenceReason | None:
    query = sa.select(SiteDifferenceReason).options(joinedload(SiteDifferenceReason.person))
    return session.scalar(
        query.where(SiteDifferenceReason.project_id == project_id, SiteDifferenceReason.digest == digest)
    )


def current(project: Project) -> Agreement:
    """The sources of a project as they are, with the site that is in use."""
    site = reading().scalar(sa.select(Site).where(Site.project_id == project.id, Site.retired_at.is_(None)))
    return agreement(reading(), project.id, project.policy, None if site is None else in_use(site))


def recorded_now(project: Project) -> dict[str, Said]:
    """What each source of a project says now, by its kind."""
    return {each.source: each for each in recorded(reading(), project.id)}


def against(project: Project, shape: SiteShape, others: Iterable[Said]) -> list[Pair]:
    """A shape that is not on record yet, compared with the others."""
    allowed_m = engines().policies.latest(project.policy).site.sources_apart_m
    mine = Said("typed", shape, "", None, project.changed_at)
    return [Pair(mine, other, apart(shape, other.shape), allowed_m) for other in others]


def nearby(project: Project) -> list[Bounds]:
    """The box of a site of the same area, so that the map of a new project opens where it will be."""
    query = sa.select(Site).join(Project, Project.id == Site.project_id)
    query = query.where(Project.area_id == project.area_id, Site.retired_at.is_(None)).limit(1)
    return [(site.south, site.west, site.north, site.east) for site in reading().scalars(query)]


def told(pairs: Iterable[Pair]) -> str:
    """Which sources lie too far apart, in one sentence for an import's faults."""
    worst = max(pairs, key=lambda pair: pair.apart.most_m)
    far, most = f"{worst.apart.most_m:.0f}", f"{worst.allowed_m:g}"
    return _(
        "The coordinates of “%(one)s” and “%(other)s” lie %(far)s m apart; the policy allows %(most)s m. Correct a "
        "source, or have another administrator give a reason on the site's page.",
        one=SITE_SOURCES[worst.first.source],
        other=SITE_SOURCES[worst.second.source],
        far=far,
        most=most,
    )


def sources_fault(session: Session, project: Project, policy: str, used: Said | None, pointer: str) -> list[FieldError]:
    """The stop, as a fault of the field at ``pointer``; none where the sources agree or a reason is on record."""
    found = agreement(session, project.id, policy, used)
    return [FieldError(pointer, told(found.pairs))] if found.stops else []


def record(
    actor: Actor, project: Project, kind: SourceKind, shape: SiteShape, reference: str, *, now: datetime
) -> bool:
    """Put on record what a source says; the version before stays. False where it said the very same already.

    Raises:
        Problem: ``not-allowed``, ``invalid`` without a reference, ``conflict`` where another did so at the same moment.
    """
    require(actor, project, {Role.ADMINISTRATOR})
    if not reference.strip():
        told = _("Say which drawing, survey or page this is.")
        raise Problem("invalid", _("Look at the marked fields."), errors=[FieldError("#/reference", told)])
    try:
        with writing() as session:
            return _record(session, actor, project, _row(actor, project, kind, shape, reference.strip()), now)
    except IntegrityError:
        raise Problem("conflict", _("Another person recorded this source at the same moment. Look again.")) from None


def _record(session: Session, actor: Actor, project: Project, row: SiteSource, now: datetime) -> bool:
    condition = (SiteSource.project_id == project.id, SiteSource.source == row.source, SiteSource.retired_at.is_(None))
    before = session.scalar(sa.select(SiteSource).where(*condition).with_for_update())
    digests = [None if each is None else site_part.digest(said(each).shape, each.reference) for each in (before, row)]
    row.entered_at = now
    if digests[0] == digests[1]:
        return False
    if before is not None:
        before.retired_at = now
        session.flush()
    session.add(row)
    session.flush()
    told: dict[str, str | None] = {"project": project.code, "source": row.source.value, "reference": row.reference}
    told |= {"before": digests[0], "after": digests[1]}
    custody.append(session, actor.person_id, "site.source_recorded", "project", project.code, now=now, **told)
    return True


def _row(actor: Actor, project: Project, kind: SourceKind, shape: SiteShape, reference: str) -> SiteSource:
    return SiteSource(
        project_id=project.id,
        source=kind,
        reference=reference,
        shape=shape.to_wkb(),
        width_m=shape.width_m,
        chainage_start_m=shape.chainage_start_m,
        obstructed=shape.obstructed,
        entered_by=actor.person_id,
    )


def explain(actor: Actor, project: Project, digest: str, reason: str, *, now: datetime) -> None:
    """Put on record why these very shapes are let stand although they lie too far apart.

    Raises:
        Problem: ``not-allowed``; ``invalid`` without a reason; ``conflict`` where the shapes are others by now, agree,
            or have a reason already; ``separation-of-duties`` for whoever entered one of them.
    """
    require(actor, project, {Role.ADMINISTRATOR})
    if not reason.strip() or len(reason) > LONGEST_REASON:
        wanted = _("Write why they may stand, in at most %(most)s characters.", most=LONGEST_REASON)
        raise Problem("invalid", _("Look at the marked fields."), errors=[FieldError("#/reason", wanted)])
    found = current(project)
    if found.digest != digest or not found.stops:
        raise _not_those_shown()
    if actor.person_id in found.entered_by:
        raise Problem(
            "separation-of-duties", _("You entered one of these sources; another administrator has to give the reason.")
        )
    row = SiteDifferenceReason(
        project_id=project.id, digest=digest, reason=reason.strip(), given_by=actor.person_id, given_at=now
    )
    facts: Mapping[str, str] = {"project": project.code, "digest": digest, "reason": row.reason}
    action, record = "site.difference_explained", ("project", project.code)
    try:
        with writing() as session:
            session.add(row)
            session.flush()
            custody.append(session, actor.person_id, action, *record, now=now, **facts)
    except IntegrityError:
        # Another administrator gave a reason for them a moment ago.
        raise _not_those_shown() from None


def _not_those_shown() -> Problem:
    return Problem("conflict", _("The sources are not those that were shown. Look again."))


def versions(project: Project, kind: SourceKind, limit: int = 20) -> Sequence[SiteSource]:
    """What one source said, newest first."""
    query = sa.select(SiteSource).where(SiteSource.project_id == project.id, SiteSource.source == kind)
    query = query.options(joinedload(SiteSource.person)).order_by(SiteSource.entered_at.desc())
    return reading().scalars(query.limit(limit)).all()


def version(project: Project, version_id: UUID) -> Said:
    """One version of one source of the project.

    Raises:
        Problem: ``not-found``.
    """
    row = reading().get(SiteSource, version_id)
    if row is None or row.project_id != project.id:
        raise Problem("not-found", _("There is no such version of this project's sources."))
    return said(row)
