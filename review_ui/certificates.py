"""One payment certificate: its calculation line by line, certifying it, paying it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from review_ui.door import bp, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models.people import Role
from server.problems import Problem
from server.services import certificates, custody_reading, progress, review
from server.times import utc_now

Answer = str | tuple[str, int] | Response


class PaymentForm(pages.Form):
    """The payment as the bank knows it."""

    reference = text_field(100)
    paid_on = fields.Date(required=True, error_messages={"invalid": "Write the day as YYYY-MM-DD."})


@bp.get("/review/certificates/<uuid:certificate_id>")
@declare(SIGNED_IN)
def certificate(certificate_id: UUID) -> str:
    """One certificate."""
    return _page(certificate_id)


@bp.post("/review/certificates/<uuid:certificate_id>/certification")
@declare(roles(Role.PAYMASTER))
def certify(certificate_id: UUID) -> Answer:
    """Certify that the amount is due."""
    try:
        certificates.certify(current_actor(), certificate_id, now=utc_now())
    except Problem as problem:
        return _page(certificate_id, problem), problem.kind.status
    flash("Certified. The payment can be made and recorded now.")
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


@bp.post("/review/certificates/<uuid:certificate_id>/payment")
@declare(roles(Role.PAYMASTER))
def pay(certificate_id: UUID) -> Answer:
    """Record the one payment."""
    try:
        typed = pages.form(PaymentForm)
        certificates.pay(
            current_actor(), certificate_id, reference=typed["reference"], paid_on=typed["paid_on"], now=utc_now()
        )
    except Problem as problem:
        return _page(certificate_id, problem), problem.kind.status
    flash("The payment is on record, and public.")
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


def _page(certificate_id: UUID, problem: Problem | None = None) -> str:
    found, held = review.certificate(current_actor(), certificate_id)
    return render_template(
        "review/certificate.html",
        certificate=found,
        milestone=found.milestone,
        project=found.milestone.project,
        held=held,
        lines=certificates.calculation(found),
        due_on=certificates.due_on(found),
        today=progress.today(utc_now(), found.milestone.project.time_zone),
        events=custody_reading.events_of("certificate", str(found.id)),
        problem=problem,
        typed=request.form,
    )
