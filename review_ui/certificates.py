"""One payment certificate: its calculation line by line, certifying, paying, passing on, and disputes."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields

from review_ui.door import Answer, bp, day_field, or_again, see, text_field
from server import pages, wording
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models.people import Role
from server.problems import Problem
from server.services import certificate_view, certificates, review
from server.texts import _
from server.times import utc_now


class PaymentForm(pages.Form):
    """The payment as the bank knows it."""

    reference = text_field(100)
    paid_on = day_field(required=True)


class PassingOnForm(pages.Form):
    """To whom how much was passed on; the amount as a person writes it."""

    recipient = text_field(certificates.LONGEST_RECIPIENT)
    amount_minor = text_field(40)
    reference = text_field(certificates.LONGEST_REFERENCE)
    passed_on = day_field(required=True)


class DisputeForm(pages.Form):
    """What is wrong with the certificate."""

    reason = text_field()


class SettlementForm(pages.Form):
    """How the dispute was settled."""

    dispute = fields.UUID(required=True)
    settlement = text_field()


def _page(certificate_id: UUID, problem: Problem | None = None) -> str:
    page = review.certificate(current_actor(), certificate_id)
    found = page.certificate
    return render_template(
        "review/certificate.html",
        page=page,
        certificate=found,
        milestone=found.milestone,
        project=page.project,
        view=certificate_view.view(current_actor(), found, now=utc_now()),
        problem=problem,
        asked=request.endpoint,
        typed=request.form,
    )


@bp.get("/review/certificates/<uuid:certificate_id>")
@declare(SIGNED_IN)
def certificate(certificate_id: UUID) -> str:
    """One certificate."""
    return _page(certificate_id)


@bp.post("/review/certificates/<uuid:certificate_id>/certification")
@declare(roles(Role.PAYMASTER))
@or_again(_page)
def certify(certificate_id: UUID) -> Answer:
    """Certify that the amount is due."""
    certificates.certify(current_actor(), certificate_id, now=utc_now())
    flash(_("Certified. The payment can be made and recorded now."))
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


@bp.post("/review/certificates/<uuid:certificate_id>/payment")
@declare(roles(Role.PAYMASTER))
@or_again(_page)
def pay(certificate_id: UUID) -> Answer:
    """Record the one payment."""
    typed = pages.form(PaymentForm)
    certificates.pay(
        current_actor(), certificate_id, reference=typed["reference"], paid_on=typed["paid_on"], now=utc_now()
    )
    flash(_("The payment is on record, and public."))
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


@bp.post("/review/certificates/<uuid:certificate_id>/passing-on")
@declare(roles(Role.CONTRACTOR))
@or_again(_page)
def pass_on(certificate_id: UUID) -> Answer:
    """State that the money was passed on."""
    typed = pages.form(PassingOnForm)
    certificates.pass_on(
        current_actor(),
        certificate_id,
        recipient=typed["recipient"],
        amount_minor=_amount(certificate_id, typed["amount_minor"]),
        reference=typed["reference"],
        passed_on=typed["passed_on"],
        now=utc_now(),
    )
    flash(_("Your statement is on record."))
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


@bp.post("/review/certificates/<uuid:certificate_id>/disputes")
@declare(roles(*certificates.DISPUTERS))
@or_again(_page)
def dispute(certificate_id: UUID) -> Answer:
    """Say that the certificate is wrong."""
    certificates.dispute(current_actor(), certificate_id, pages.form(DisputeForm)["reason"], now=utc_now())
    flash(_("Your dispute is on record. Nothing is paid on this certificate while it is open."))
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


@bp.post("/review/certificates/<uuid:certificate_id>/settlement")
@declare(roles(Role.ADMINISTRATOR))
@or_again(_page)
def settle(certificate_id: UUID) -> Answer:
    """Settle one of the certificate's disputes."""
    said = pages.form(SettlementForm)
    certificates.settle(current_actor(), said["dispute"], said["settlement"], now=utc_now())
    flash(_("The dispute is settled."))
    return see(url_for("review_ui.certificate", certificate_id=certificate_id))


def _amount(certificate_id: UUID, typed: str) -> int:
    """The minor units of a typed amount in the certificate's currency."""
    currency = review.certificate(current_actor(), certificate_id).certificate.currency
    minor = wording.minor_units(typed, currency)
    if minor is None:
        example = wording.money(125_000_050, currency)
        raise pages.wrong("amount_minor", _("Write an amount such as %(example)s.", example=example))
    return minor
