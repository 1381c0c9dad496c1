"""The risk view: facts with the photos and decisions behind them, for those who oversee projects; only to be read."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, render_template
from marshmallow import fields, validate

from review_ui.door import bp
from server import pages, wording
from server.access import declare, roles
from server.auth import current_actor
from server.csv_lists import csv_list
from server.models.facts import FactKind
from server.risk_facts import ALL_TIME, ON_DECISIONS, ON_PHOTOS, PHOTOS, SORTED_BY
from server.services import risk, risk_behind, risk_subject
from server.services.risk import Asked, Line
from server.services.risk_behind import Wanted
from server.texts import _
from server.times import utc_now

OVERSEERS = roles(*risk.OVERSEERS)
TABLES = (FactKind.PROJECT, FactKind.CONTRACTOR, FactKind.UPLOADER)
SUBJECTS = (*TABLES, FactKind.REVIEWER)
PERIOD = validate.Regexp(r"(all|20\d\d(-(0[1-9]|1[0-2]))?)\Z")
FACT = validate.Regexp(rf"({'|'.join((*ON_PHOTOS, *ON_DECISIONS))}|[a-z_]+\.[a-z_]+=(warn|fail|unknown))\Z")
#: Years and months to choose from, back from today.
YEARS, MONTHS = 4, 12


class TableForm(pages.Form):
    """Which table."""

    kind = fields.Enum(FactKind, by_value=True, load_default=FactKind.PROJECT, validate=validate.OneOf(TABLES))
    sort = fields.String(load_default=PHOTOS, validate=validate.OneOf(SORTED_BY))
    agency = fields.String(load_default=None, validate=validate.Length(max=64))
    area = fields.String(load_default=None, validate=validate.Length(max=64))
    period = fields.String(load_default=ALL_TIME, validate=PERIOD)
    cursor = fields.String(load_default=None)


class BehindForm(pages.Form):
    """Which number."""

    kind = fields.Enum(FactKind, by_value=True, required=True, validate=validate.OneOf(SUBJECTS))
    subject = fields.UUID(required=True)
    fact = fields.String(load_default=PHOTOS, validate=FACT)
    period = fields.String(load_default=ALL_TIME, validate=PERIOD)
    cursor = fields.String(load_default=None)


@bp.get("/review/risk", endpoint="risk")
@declare(OVERSEERS)
def risk_page() -> str:
    """One of the three tables."""
    asked, cursor = _asked()
    actor = current_actor()
    return render_template(
        "review/risk.html",
        asked=asked,
        kept=_kept(asked),
        page=risk.table(actor, asked, cursor=cursor),
        usual=risk.usual_of(actor, asked),
        agencies=risk.agencies_of(actor),
        tables=TABLES,
        facts=SORTED_BY,
        periods=_periods(utc_now().date(), asked.period),
    )


@bp.get("/review/risk.csv")
@declare(OVERSEERS)
def risk_file() -> Response:
    """The same table, whole, as a file."""
    asked, _cursor = _asked()
    told = [fact for fact in (*SORTED_BY, "decisions") if fact != PHOTOS]
    head = [_("Code"), _("Name"), wording.fact(PHOTOS), *(wording.fact(fact) for fact in told)]
    return csv_list(f"risk-{asked.kind}", head, (_cells(line, told) for line in risk.every(current_actor(), asked)))


@bp.get("/review/risk/projects/<code>")
@declare(OVERSEERS)
def risk_project(code: str) -> str:
    """The facts of one project."""
    return _portrait(risk_subject.project(current_actor(), code))


@bp.get("/review/risk/contractors/<uuid:organisation_id>")
@declare(OVERSEERS)
def risk_contractor(organisation_id: UUID) -> str:
    """The facts of one contractor."""
    return _portrait(risk_subject.contractor(current_actor(), organisation_id))


@bp.get("/review/risk/people/<uuid:person_id>")
@declare(OVERSEERS)
def risk_person(person_id: UUID) -> str:
    """What one person sent, and what they decided."""
    return _portrait(risk_subject.person(current_actor(), person_id))


@bp.get("/review/risk/behind")
@declare(OVERSEERS)
def risk_behind_page() -> str:
    """The photos or decisions behind one number."""
    asked = pages.query(BehindForm)
    cursor = asked.pop("cursor")
    found = risk_behind.behind(current_actor(), Wanted(**asked), cursor=cursor)
    return render_template("review/risk_behind.html", found=found, asked=asked)


def _asked() -> tuple[Asked, str | None]:
    typed = pages.query(TableForm)
    cursor = typed.pop("cursor")
    return Asked(**typed), cursor


def _kept(asked: Asked) -> dict[str, Any]:
    """The filters that every link of the table keeps."""
    return {
        "kind": asked.kind.value,
        "sort": asked.sort,
        "agency": asked.agency,
        "area": asked.area,
        "period": asked.period,
    }


def _periods(today: date, chosen: str) -> list[str]:
    years = [str(today.year - back) for back in range(YEARS)]
    month = today.year * 12 + today.month - 1
    months = [f"{(month - back) // 12}-{(month - back) % 12 + 1:02d}" for back in range(MONTHS)]
    offered = [ALL_TIME, *years, *months]
    return offered if chosen in offered else [*offered, chosen]


def _cells(line: Line, told: list[str]) -> list[object]:
    subject, shares = line.subject, line.shares
    return [
        subject.code or subject.detail,
        subject.name,
        shares[PHOTOS].number,
        *(shares[fact].number for fact in told),
    ]


def _portrait(portrait: risk_subject.Portrait) -> str:
    return render_template("review/risk_subject.html", page=portrait, outcomes=risk_subject.OUTCOMES)
