"""People and roles, for an agency's administrators; and the page on which a new person chooses a password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, session, url_for
from marshmallow import fields, validate

from review_ui.door import Answer, bp, or_again, see, text_field
from server import pages
from server.access import PUBLIC, declare, roles
from server.auth import COOKIE_KEY, current_actor
from server.engines import engines
from server.languages import LANGUAGES
from server.models.people import AGENCY_ROLES, Role
from server.problems import Problem
from server.services import device_desk, first_sign_in, people
from server.texts import _
from server.times import utc_now

ADMINISTRATORS = roles(Role.ADMINISTRATOR)


class ListForm(pages.Form):
    """Part of a name, and where to go on."""

    text = fields.String(validate=validate.Length(max=200))
    cursor = fields.String()


class PersonForm(pages.Form):
    """Who is new."""

    email = text_field(254)
    name = text_field(200)
    organisation = text_field(64)
    language = text_field(35)


class RoleForm(pages.Form):
    """Which role, on which project, or across which agency."""

    role = fields.Enum(Role, by_value=True, required=True)
    project = text_field(64, required=False)
    agency = text_field(64, required=False)


class ReasonForm(pages.Form):
    """Why."""

    reason = text_field()


class PasswordForm(pages.Form):
    """The code that an administrator gave, and the password that its person chooses."""

    email = text_field(254)
    code = text_field(100)
    password = text_field(1000)
    again = text_field(1000)


def _page(person_id: UUID, problem: Problem | None = None) -> str:
    actor = current_actor()
    return render_template(
        "review/person.html",
        page=people.person(actor, person_id, now=utc_now()),
        phones=device_desk.listed(actor, person_id, withdrawn=True, cursor=None),
        agencies=people.agencies(actor),
        all_roles=list(Role),
        problem=problem,
        asked=request.endpoint,
        typed=request.form,
    )


@bp.get("/review/people", endpoint="people")
@declare(ADMINISTRATORS)
def people_page() -> str:
    """The people of my agencies, with the form to add one."""
    return _list()


@bp.post("/review/people")
@declare(ADMINISTRATORS)
def add_person() -> Answer:
    """Add a person; the code is shown on this answer and never again."""
    try:
        typed = pages.form(PersonForm)
        given = people.add(current_actor(), now=utc_now(), **typed)
    except Problem as problem:
        return _list(problem), problem.kind.status
    return _told(given)


@bp.get("/review/people/<uuid:person_id>")
@declare(ADMINISTRATORS)
def person(person_id: UUID) -> str:
    """One person: roles, account, devices."""
    return _page(person_id)


@bp.post("/review/people/<uuid:person_id>/code")
@declare(ADMINISTRATORS)
@or_again(_page)
def give_code(person_id: UUID) -> Answer:
    """Make a fresh code for somebody who lost their password."""
    return _told(people.give_code(current_actor(), person_id, now=utc_now()))


@bp.post("/review/people/<uuid:person_id>/closing")
@declare(ADMINISTRATORS)
@or_again(_page)
def disable_person(person_id: UUID) -> Answer:
    """Shut the account."""
    people.disable(current_actor(), person_id, pages.form(ReasonForm)["reason"], now=utc_now())
    flash(_("The account is shut. Whoever was signed in with it is signed out."))
    return see(url_for("review_ui.person", person_id=person_id))


@bp.post("/review/people/<uuid:person_id>/opening")
@declare(ADMINISTRATORS)
@or_again(_page)
def enable_person(person_id: UUID) -> Answer:
    """Open the account again."""
    people.enable(current_actor(), person_id, now=utc_now())
    flash(_("The account is open again."))
    return see(url_for("review_ui.person", person_id=person_id))


@bp.post("/review/people/<uuid:person_id>/roles")
@declare(ADMINISTRATORS)
@or_again(_page)
def give_role(person_id: UUID) -> Answer:
    """Give a role."""
    typed = pages.form(RoleForm)
    across = typed["role"] in AGENCY_ROLES
    people.give_role(
        current_actor(),
        person_id,
        typed["role"],
        project=None if across else _needed(typed, "project"),
        agency=_needed(typed, "agency") if across else None,
        now=utc_now(),
    )
    flash(_("The role is given, and holds at once."))
    return see(url_for("review_ui.person", person_id=person_id))


@bp.post("/review/people/<uuid:person_id>/roles/<uuid:grant_id>/removal")
@declare(ADMINISTRATORS)
@or_again(_page)
def take_role(person_id: UUID, grant_id: UUID) -> Answer:
    """Take a role away."""
    people.take_role(current_actor(), person_id, grant_id, now=utc_now())
    flash(_("The role is taken away, as of now. It can be given again."))
    return see(url_for("review_ui.person", person_id=person_id))


@bp.get("/first-sign-in")
@declare(PUBLIC)
def first_sign_in_page() -> str:
    """The form to choose a password with a code."""
    return render_template("review/first_sign_in.html", problem=None)


@bp.post("/first-sign-in")
@declare(PUBLIC)
def choose_password() -> Answer:
    """Take the password; whoever chose it is signed in."""
    try:
        typed = pages.form(PasswordForm)
        if typed["password"] != typed["again"]:
            raise pages.wrong("again", _("This is not the same password."))
        begun = first_sign_in.choose_password(
            typed["email"],
            typed["code"],
            typed["password"],
            address=request.remote_addr or "unknown",
            now=utc_now(),
            settings=engines().settings,
        )
    except Problem as problem:
        return render_template("review/first_sign_in.html", problem=problem), problem.kind.status
    session.clear()
    session[COOKIE_KEY] = str(begun.id)
    flash(_("Your password is set, and you are signed in. The code is used up."))
    return see(url_for("review_ui.desk"))


def _needed(typed: dict[str, Any], field: str) -> str:
    """What was typed into the one of two fields that this role needs."""
    value = str(typed[field]).strip()
    if not value:
        raise pages.wrong(field, _("This role needs it."))
    return value


def _list(problem: Problem | None = None) -> str:
    asked, actor = pages.query(ListForm), current_actor()
    found = people.listed(actor, asked.get("text"), cursor=asked.get("cursor"))
    return render_template(
        "review/people.html",
        found=found,
        roles=people.roles_of(found.items),
        organisations=people.organisations(actor),
        tongues=LANGUAGES,
        asked=asked,
        problem=problem,
        typed=request.form,
    )


def _told(given: people.FirstCode) -> Answer:
    return render_template(
        "review/first_code.html", given=given, address=url_for("review_ui.first_sign_in_page", _external=True)
    )
