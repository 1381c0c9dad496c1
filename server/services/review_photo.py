"""A milestone's photos and a single photo, as a reviewer weighs them.

Reading only. Whether this person may say a word on a photo is asked of the same rules that the
use case keeps (``server.services.duties``), so that a page can say why not in plain words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.findings import Outcome
from evidence.tolerance import tolerance_m
from evidence.verdict import summary
from server import claims_table, credential_words, finding_words
from server.access import READERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import Evidence, EvidenceDecision, EvidenceFinding, Person, Project, Site, Submission, SubmissionItem
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import duties, evidence_review, photo_before, photo_neighbours, photo_story
from server.services.evidence_view import as_finding
from server.services.site_lookup import geometry
from server.site_picture import Picture, Spot, draw
from server.texts import _

#: The order in which a photo's page tells its findings.
_TOLD = (Outcome.FAIL, Outcome.WARN, Outcome.PASS, Outcome.UNKNOWN)
_URGENCY = {Outcome.FAIL: 0, Outcome.WARN: 1, Outcome.UNKNOWN: 2, Outcome.PASS: 3}
#: A photo's own page shows so much ground around it.
AROUND_PHOTO_M = 120.0


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photo with what this person may say of it.

    ``advice`` is the sentence that matters most; ``question`` is the same where a person is still
    needed and none of the ``concerns`` (findings that warn or fail) says it.
    """

    evidence: Evidence
    advice: str
    question: str | None
    concerns: Sequence[EvidenceFinding]
    allowed: frozenset[EvidenceVerdictWord]
    why_not: str | None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in the reader's language: the fact first, what the inspector was told apart from it."""

    row: EvidenceFinding
    said: finding_words.Told
    measured: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class PhotoReview:
    """One photo with its claims side by side, its place on the site, what is around it and what was decided.

    ``question`` is the fact that matters most now. ``last`` is the newest decision, which another one can follow.
    """

    line: PhotoLine
    question: str
    project: Project
    roles: frozenset[Role]
    findings: dict[Outcome, list[FindingLine]]
    claims: list[claims_table.Row]
    picture: Picture | None
    story: list[photo_story.Line]
    openings: list[photo_story.Line]
    neighbours: list[photo_neighbours.Neighbour]
    earlier: photo_before.Earlier | None
    last: EvidenceDecision | None
    last_is_mine: bool
    may_appeal: bool


def photo(actor: Actor, evidence_id: UUID) -> PhotoReview:
    """One photo for someone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().scalar(whole().where(Evidence.id == evidence_id))
    if found is None:
        raise Problem("not-found", _("There is no photo with this id."))
    held = require(actor, found.project, READERS)
    site = reading().get(Site, found.site_id) if found.site_id else None
    line, story = lines(actor, found.project, [found])[0], photo_story.of(found)
    last = found.decisions[-1] if found.decisions else None
    return PhotoReview(
        line=line,
        question=_fact_of(found, line.advice),
        project=found.project,
        roles=held,
        findings=_told(found),
        claims=[
            *claims_table.compare(found.claims, found.project.time_zone),
            *credential_words.rows(credential_words.kept(found.original.seen)),
        ],
        picture=_picture(found, site),
        story=story,
        openings=photo_story.openings(story),
        neighbours=photo_neighbours.of(actor, found),
        earlier=photo_before.of(found),
        last=last,
        last_is_mine=last is not None and last.decided_by == actor.person_id,
        may_appeal=actor.person_id == found.uploader_id
        and found.state in evidence_review.APPEALABLE
        and found.appeal is None,
    )


def _told(photo: Evidence) -> dict[Outcome, list[FindingLine]]:
    """The findings by outcome, what fails first; an outcome that no check had is left out."""
    groups = {outcome: [_finding(row) for row in photo.findings if row.outcome is outcome] for outcome in _TOLD}
    return {outcome: found for outcome, found in groups.items() if found}


def _finding(row: EvidenceFinding) -> FindingLine:
    said = finding_words.parted(row.name, row.outcome, row.measured, row.expected, row.message)
    return FindingLine(row, said, finding_words.measure(row.measured), finding_words.measure(row.expected))


def _fact_of(photo: Evidence, advice: str) -> str:
    """The fact of the finding whose message this is."""
    row = next((each for each in photo.findings if each.message == advice), None)
    return _("The place and the time hold.") if row is None else _finding(row).said.fact


def whole() -> sa.Select[Evidence]:
    """Photos with all that their lines show."""
    return sa.select(Evidence).options(
        joinedload(Evidence.original),
        joinedload(Evidence.project),
        joinedload(Evidence.milestone),
        joinedload(Evidence.requirement),
        joinedload(Evidence.uploader).joinedload(Person.organisation),
        joinedload(Evidence.appeal),
        selectinload(Evidence.findings),
        selectinload(Evidence.decisions),
    )


def lines(actor: Actor, project: Project, photos: Sequence[Evidence]) -> list[PhotoLine]:
    """The photos of one project, each with what this person may say of it."""
    barred = why_not_decide(actor, project)
    frozen = _approved_among([photo.id for photo in photos])
    return [_line(actor, photo, barred, frozen) for photo in photos]


def why_not_decide(actor: Actor, project: Project) -> str | None:
    """Why this person decides nothing on this project; None where they may."""
    if Role.SUPERVISOR not in actor.roles_on(project.id, project.agency_id):
        return _("Only a supervisor of this project decides.")
    try:
        duties.refuse_builders(actor, duties.contract_of(project))
        duties.refuse_site_changer(reading(), actor, project)
    except Problem as problem:
        return problem.detail
    return None


def spot(photo: Evidence, label: str, link: str | None = None) -> Spot | None:
    """Where a photo is drawn on its site, with the circle that its machine claim states."""
    if photo.latitude is None or photo.longitude is None:
        return None
    r68_m = claims_table.r68_m(photo.claims, photo.latitude, photo.longitude)
    heading_deg = claims_table.heading_deg(photo.claims)
    return Spot(photo.latitude, photo.longitude, label, photo.state.value, r68_m, link, heading_deg)


def _line(actor: Actor, photo: Evidence, barred: str | None, frozen: frozenset[UUID]) -> PhotoLine:
    why_not = barred or _why_not_this(actor, photo, photo.id in frozen)
    advice = summary([as_finding(row) for row in photo.findings])
    concerns = sorted((row for row in photo.findings if _URGENCY[row.outcome] < 2), key=lambda r: _URGENCY[r.outcome])
    open_question = photo.state is EvidenceState.NEEDS_REVIEW and all(row.message != advice for row in concerns)
    words = (word for word, states in evidence_review.FROM.items() if photo.state in states)
    return PhotoLine(
        evidence=photo,
        advice=advice,
        question=_fact_of(photo, advice) if open_question else None,
        concerns=concerns,
        allowed=frozenset() if why_not else frozenset(words),
        why_not=why_not,
        frozen=photo.id in frozen,
    )


def _why_not_this(actor: Actor, photo: Evidence, frozen: bool) -> str | None:
    if photo.uploader_id == actor.person_id:
        return _("You sent this photo, so someone else decides on it.")
    if frozen:
        return _("It belongs to an approved submission and stands as it was approved.")
    if photo.state is EvidenceState.REJECTED:
        return _("The checks rejected it. The person who sent it can appeal; then a reviewer looks.")
    if photo.appeal and any(
        row.decided_by == actor.person_id
        and row.decision is EvidenceVerdictWord.REFUSE
        and row.decided_at <= photo.appeal.appealed_at
        for row in photo.decisions
    ):
        return _("You refused it before the appeal, so someone else looks at it now.")
    return None


def _approved_among(ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those photos that belong to an approved submission."""
    query = (
        sa.select(SubmissionItem.evidence_id)
        .join(Submission, Submission.id == SubmissionItem.submission_id)
        .where(SubmissionItem.evidence_id.in_(ids), Submission.state == SubmissionState.APPROVED)
    )
    return frozenset(reading().scalars(query))


def _picture(photo: Evidence, site: Site | None) -> Picture | None:
    if site is None:
        return None
    spots = claims_table.spots(photo.claims, photo.state.value)
    shape = geometry(site)
    rules = engines().policies.latest(photo.project.policy).evidence
    return draw(shape, spots, tolerance_m=tolerance_m(shape, rules), around_spots_m=AROUND_PHOTO_M)
