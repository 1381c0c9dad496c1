"""One project, contractor or person in the risk view: facts over time and by check, with the usual share of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from server.access import Actor, require
from server.charts import Chart, Series, draw
from server.db import reading
from server.models import FactCount
from server.models.facts import FactKind
from server.problems import Problem
from server.risk_facts import ALL_TIME, FAILED, PHOTOS, WARNED
from server.services import projects, risk
from server.services.risk import Asked, Share, Subject
from server.texts import _

#: Outcomes in the order of their columns.
OUTCOMES = ("warn", "fail", "unknown")
#: A chart of more months says nothing on a phone; earlier ones stand in the lists by year.
MONTHS = 24
Numbers = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Month:
    """What was found in one month."""

    period: str
    first: date
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that a page tells of one subject; ``decided`` are a person's own words on others' photos."""

    subject: Subject
    facts: Mapping[str, Share]
    checks: Sequence[tuple[str, Mapping[str, Share]]]
    months: Sequence[Month]
    chart: Chart | None
    decided: Mapping[str, Share] | None = None


def project(actor: Actor, code: str) -> Portrait:
    """The facts of one project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = projects.by_code(code)
    require(actor, found, risk.OVERSEERS)
    return _portrait(actor, FactKind.PROJECT, found.id)


def contractor(actor: Actor, organisation_id: UUID) -> Portrait:
    """The facts of one contractor, on the projects that the person oversees.

    Raises:
        Problem: ``not-found``, also where it has none on these projects.
    """
    return _portrait(actor, FactKind.CONTRACTOR, organisation_id)


def person(actor: Actor, person_id: UUID) -> Portrait:
    """What one person sent and decided, on the projects that the asker oversees.

    Raises:
        Problem: ``not-found``, also where they did neither on these projects.
    """
    return _portrait(actor, FactKind.UPLOADER, person_id)


def _portrait(actor: Actor, kind: FactKind, subject_id: UUID) -> Portrait:
    asked = Asked(kind)
    mine = risk.within(actor, asked)
    numbers, usual = _by_period(mine, kind, subject_id), risk.usual_of(actor, asked)
    said = _by_period(mine, FactKind.REVIEWER, subject_id) if kind is FactKind.UPLOADER else {}
    subject = risk.named(kind, [subject_id]).get(subject_id)
    if subject is None or not (numbers or said or kind is FactKind.PROJECT):
        raise Problem("not-found", _("There are no photos or decisions of theirs on projects that you oversee."))
    months = _months(numbers)
    return Portrait(
        subject,
        risk.shares(numbers.get(ALL_TIME, {}), usual),
        _checks(numbers.get(ALL_TIME, {}), usual),
        months,
        _chart(months),
        risk.shares(said[ALL_TIME], usual) if said else None,
    )


def _by_period(mine: sa.ColumnElement[bool], kind: FactKind, subject_id: UUID) -> Numbers:
    query = sa.select(FactCount.period, FactCount.fact, sa.func.sum(FactCount.number))
    query = query.where(mine, FactCount.kind == kind, FactCount.subject_id == subject_id)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for period, fact, number in reading().execute(query.group_by(FactCount.period, FactCount.fact)):
        found[period][fact] = int(number)
    return found


def _checks(numbers: Mapping[str, int], usual: Mapping[str, int]) -> list[tuple[str, Mapping[str, Share]]]:
    """Each check that did not always pass, with its outcomes."""
    names = sorted({fact.partition("=")[0] for fact in numbers if "=" in fact})
    return [(name, {each: risk.share(f"{name}={each}", numbers, usual) for each in OUTCOMES}) for name in names]


def _months(numbers: Numbers) -> list[Month]:
    named = sorted(period for period in numbers if len(period) == len("2026-03"))[-MONTHS:]
    return [Month(period, date.fromisoformat(f"{period}-01"), numbers[period]) for period in named]


def _chart(months: Sequence[Month]) -> Chart | None:
    """The shares of each month's photos with a warning, and with a check that failed."""
    sent = [month for month in months if month.numbers.get(PHOTOS)]
    if len(sent) < 2:
        return None
    return draw([_series(sent, "warned", WARNED), _series(sent, "failed", FAILED)])


def _series(months: Sequence[Month], name: str, fact: str) -> Series:
    shares = ((month.first, risk.share_bp(month.numbers.get(fact, 0), month.numbers[PHOTOS])) for month in months)
    return Series(name, tuple((day, share or 0) for day, share in shares))
