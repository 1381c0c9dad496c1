"""The public's search for projects, as the first page and an area's page take it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from server import pages
from server.models.projects import ProjectStatus
from server.paging import Page
from server.services import public
from server.services.project_search import ProjectFilter
from server.services.public_documents import ProjectCard
from server.times import utc_now

PAGE_SIZE = 24
NO_NUL = validate.ContainsNoneOf("\0", error="This text holds a sign that cannot be sought.")


class SearchForm(pages.Form):
    """What to look for; everything may be left out."""

    text = fields.String(validate=[validate.Length(max=200), NO_NUL])
    area = fields.String(validate=[validate.Length(max=64), NO_NUL])
    state = fields.Enum(ProjectStatus, by_value=True)
    cursor = fields.String()


def asked() -> dict[str, Any]:
    """The search in the address."""
    return pages.query(SearchForm)


def find(wanted: dict[str, Any], *, area: str | None = None) -> Page[ProjectCard]:
    """The projects that fit, a page at a time."""
    chosen = ProjectFilter(area=area or wanted.get("area"), state=wanted.get("state"), text=wanted.get("text"))
    return public.projects(chosen, wanted.get("cursor"), PAGE_SIZE, now=utc_now())
