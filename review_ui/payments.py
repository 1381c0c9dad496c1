"""Payments: the certificates of my projects, what is late, the sums, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Response, render_template
from marshmallow import fields, validate

from review_ui.door import bp
from server import pages, wording
from server.access import declare, roles
from server.auth import current_actor
from server.csv_lists import csv_list
from server.models.payments import CertificateState
from server.services import deadlines, payments
from server.texts import _
from server.times import utc_now

MAY_READ = roles(*sorted(payments.READERS_OF_MONEY))


class PaymentsForm(pages.Form):
    """Which certificates."""

    state = fields.Enum(CertificateState, by_value=True)
    late = fields.Boolean(load_default=False)
    project = fields.String(validate=validate.Length(max=64))
    agency = fields.String(validate=validate.Length(max=64))
    cursor = fields.String()


@bp.get("/review/payments", endpoint="payments")
@declare(MAY_READ)
def payments_page() -> str:
    """What can be done now, what waits for others, and what is late."""
    cursor, wanted = _asked()
    now = utc_now()
    page = payments.overview(current_actor(), wanted, cursor=cursor, now=now)
    states = [payments.CERTIFIED, payments.UNLOCKED, payments.PAID, payments.HANDED_ON, payments.LOCKED]
    return render_template("review/payments.html", page=page, wanted=wanted, states=states, now=now)


@bp.get("/review/payments.csv")
@declare(MAY_READ)
def payments_file() -> Response:
    """The same certificates, as a file."""
    _cursor, wanted = _asked()
    now = utc_now()
    found = payments.every(current_actor(), wanted, now=now)
    head = (
        _("Project"),
        _("Project title"),
        _("Agency"),
        _("Milestone"),
        _("State"),
        _("Currency"),
        _("Net"),
        _("Unlocked"),
        _("Certified"),
        _("Payment due"),
        _("Paid"),
        _("Payment late, days"),
        _("Passing on due"),
        _("Passed on"),
        _("Passing on late, days"),
        _("Dispute open"),
        _("Policy"),
        _("Certificate"),
    )
    return csv_list("payments", head, (_cells(row, now) for row in _begun(found)))


def _begun(found: Iterator[payments.Row]) -> Iterator[payments.Row]:
    """The same rows, the first of them fetched at once, so that a refusal is told as such and not in the file."""
    first = next(found, None)
    return iter(()) if first is None else _chained(first, found)


def _chained(first: payments.Row, rest: Iterator[payments.Row]) -> Iterator[payments.Row]:
    yield first
    yield from rest


def _cells(row: payments.Row, now: datetime) -> list[object]:
    kept = row.certificate
    project = kept.milestone.project
    windows = {each.step: each for each in deadlines.of(kept, now)}
    pay, pass_on = windows.get(deadlines.Step.PAYMENT), windows.get(deadlines.Step.PASSING_ON)
    return [
        project.code,
        project.title,
        project.agency.name,
        kept.milestone.title,
        wording.certificate(kept.state),
        kept.currency,
        wording.plain_amount(kept.net_minor, kept.currency),
        wording.plain_day(kept.unlocked_at, project.time_zone),
        wording.plain_day(kept.certified_at, project.time_zone),
        pay.due_on if pay else None,
        pay.done_on if pay else None,
        pay.days_late if pay else None,
        pass_on.due_on if pass_on else None,
        pass_on.done_on if pass_on else None,
        pass_on.days_late if pass_on else None,
        _("yes") if row.disputed else "",
        kept.policy,
        kept.id,
    ]


def _asked() -> tuple[str | None, payments.Wanted]:
    asked = pages.query(PaymentsForm)
    cursor = asked.pop("cursor", None)
    return cursor, payments.Wanted(**asked)
