"""Which facts the risk view counts, from values alone: one photo's, one decision's, and the periods they fall in.

A fact is something on record that anybody can look up; none is a judgement, and none is weighed against another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

PHOTOS = "photos"
WARNED = "warned"
FAILED = "failed"
NEAR = "near"
REPEATED = "repeated"
LATE = "late"
DECISIONS = "decisions"
ACCEPTED = "accepted"
REFUSED = "refused"
CHANGED = "changed"
ALL_TIME = "all"

#: The facts of photos that follow from one check, and that check.
OF_CHECK = {NEAR: "origin.first_use", REPEATED: "place.repeated", LATE: "time.fresh"}
_BY_CHECK = {check: fact for fact, check in OF_CHECK.items()}
ON_PHOTOS = (PHOTOS, WARNED, FAILED, NEAR, REPEATED, LATE)
ON_DECISIONS = (DECISIONS, ACCEPTED, REFUSED, CHANGED)
#: By what a list can be ordered.
SORTED_BY = (PHOTOS, NEAR, REPEATED, LATE, ACCEPTED, REFUSED, CHANGED)

#: (kind, subject, period, fact)
Key = tuple[str, UUID, str, str]


@dataclass(frozen=True, slots=True)
class PhotoSeen:
    """What counts of one photo; ``findings`` are (check, outcome), those that passed left out."""

    id: UUID
    uploader: UUID
    received_at: datetime
    verified: bool
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    """What counts of one person's word on one photo."""

    photo: UUID
    uploader: UUID
    decided_by: UUID
    accepts: bool
    decided_at: datetime


def of_photo(photo: PhotoSeen) -> Iterator[str]:
    """The facts that one photo shows, each once."""
    yield PHOTOS
    outcomes = {outcome for _check, outcome in photo.findings}
    if "warn" in outcomes:
        yield WARNED
    if "fail" in outcomes:
        yield FAILED
    for check, outcome in photo.findings:
        yield with_outcome(check, outcome)
        if check in _BY_CHECK and outcome in {"warn", "fail"}:
            yield _BY_CHECK[check]


def with_outcome(check: str, outcome: str) -> str:
    """The fact that a check ended so: ``time.fresh=warn``."""
    return f"{check}={outcome}"


def denominator(fact: str) -> str:
    """What a fact is a part of: the photos, or the decisions on photos."""
    return DECISIONS if fact in ON_DECISIONS else PHOTOS


def periods(instant: datetime) -> tuple[str, str, str]:
    """All time, the year and the month of an instant, in UTC."""
    day = instant.astimezone(UTC)
    return ALL_TIME, f"{day:%Y}", f"{day:%Y-%m}"


def counted(
    photos: Iterable[PhotoSeen],
    decisions: Sequence[DecisionSeen],
    *,
    agency: UUID,
    project: UUID,
    supplier: UUID | None,
) -> Counter[Key]:
    """All numbers of one project, for everybody together and for each subject that has a photo or a decision."""
    numbers: Counter[Key] = Counter()
    wide = [("all", agency), ("project", project), *([("contractor", supplier)] if supplier else [])]
    verified = {}
    for photo in photos:
        verified[photo.id] = photo.verified
        _add(numbers, [*wide, ("uploader", photo.uploader)], photo.received_at, of_photo(photo))
    for decision, facts in _of_decisions(decisions, verified):
        subjects = [*wide, ("uploader", decision.uploader), ("reviewer", decision.decided_by)]
        _add(numbers, subjects, decision.decided_at, facts)
    return numbers


def _of_decisions(
    decisions: Sequence[DecisionSeen], verified: Mapping[UUID, bool]
) -> Iterator[tuple[DecisionSeen, list[str]]]:
    """Each decision with its facts; one is changed where the next one on the same photo says the other word."""
    following: dict[UUID, bool] = {}
    for decision in reversed(decisions):
        facts = [DECISIONS]
        if not decision.accepts:
            facts.append(REFUSED)
        elif not verified.get(decision.photo, False):
            facts.append(ACCEPTED)
        if following.get(decision.photo, decision.accepts) != decision.accepts:
            facts.append(CHANGED)
        following[decision.photo] = decision.accepts
        yield decision, facts


def _add(numbers: Counter[Key], subjects: list[tuple[str, UUID]], at: datetime, facts: Iterable[str]) -> None:
    found = list(facts)
    for kind, subject in subjects:
        numbers.update((kind, subject, period, fact) for period in periods(at) for fact in found)
