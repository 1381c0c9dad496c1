"""A person's projects, and one project for its people: milestones, schedule, certificates, loose photos."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, render_template
from marshmallow import fields

from review_ui.door import bp
from server import pages, wording
from server.access import SIGNED_IN, Actor, declare
from server.auth import current_actor
from server.csv_lists import csv_list
from server.services import my_projects, review
from server.services.my_projects import Mine
from server.texts import _
from server.times import utc_now


class ProjectForm(pages.Form):
    """Which numbered part of the photos without a milestone."""

    loose = pages.part_number()


class ProjectsForm(pages.Form):
    """After which of their projects to go on."""

    cursor = fields.String()


@bp.get("/review/projects")
@declare(SIGNED_IN)
def projects() -> str:
    """The person's projects by code."""
    found = my_projects.page(current_actor(), **pages.query(ProjectsForm))
    return render_template("review/projects.html", projects=found)


@bp.get("/review/projects.csv")
@declare(SIGNED_IN)
def projects_csv() -> Response:
    """All of them as a file."""
    heads = [
        _("Project"),
        _("Title"),
        _("State"),
        _("Your roles"),
        _("Agency"),
        _("Contractor"),
        _("Area"),
        _("From"),
        _("To"),
        _("Budget"),
        _("Currency"),
    ]
    return csv_list("projects", heads, _rows(current_actor()))


@bp.get("/review/projects/<string:code>")
@declare(SIGNED_IN)
def project(code: str) -> str:
    """One project, published or not."""
    page = review.project(current_actor(), code, now=utc_now(), **pages.query(ProjectForm))
    return render_template("review/project.html", page=page, project=page.project)


def _rows(actor: Actor) -> list[list[object]]:
    """All at once: when they are sent, the request and its language are over."""
    return [_row(mine) for mine in my_projects.every(actor)]


def _row(mine: Mine) -> list[object]:
    project = mine.project
    budget = Decimal(project.budget_minor).scaleb(-wording.MINOR_DIGITS.get(project.currency, 2))
    return [
        project.code,
        project.title,
        wording.state(project.status),
        ", ".join(sorted(wording.ROLES[role] for role in mine.roles)),
        project.agency.name,
        project.contract.supplier.name if project.contract else None,
        project.area.name,
        project.starts_on,
        project.ends_on,
        str(budget),
        project.currency,
    ]
