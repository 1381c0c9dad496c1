"""The find page: the first page and every area's page are views of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template

from public_site import search
from public_site.search import Chip
from server.models.projects import ProjectStatus
from server.problems import Problem
from server.services import finding, public
from server.services.finding import Answer, Choices
from server.services.public_documents import AreaPage
from server.texts import _, counted
from server.times import utc_now

PAGE_SIZE = 24
NEWEST = 8


@dataclass(frozen=True, slots=True)
class View:
    """All that a template shows of one view: what was asked and found, and the ways to other views.

    ``later`` says that it is not the first page of its list; ``extent`` is west, south, east, north.
    """

    wanted: dict[str, Any]
    found: Answer
    choices: Choices
    chips: list[Chip]
    area: AreaPage | None
    states: tuple[ProjectStatus, ...]
    points: str | None
    extent: tuple[float, ...] | None
    later: bool

    @property
    def filtered(self) -> bool:
        """Whether anything beside an area is asked for."""
        return bool(self.wanted.keys() - {"area"})

    @property
    def number(self) -> str:
        """How many projects there are, and not more certainly than it is known."""
        words = counted("%(num)s project", "%(num)s projects", self.found.number)
        return words if self.found.exact else _("At least %(projects)s", projects=words)

    @property
    def title(self) -> str:
        """What the view shows, for its title and its description."""
        if not self.chips:
            return _("Public works, witnessed")
        filters = " · ".join(chip.words for chip in self.chips)
        return _("%(filters)s: public works", filters=filters[0].upper() + filters[1:])

    def address(self, **changes: Any) -> str:
        """The address of another view."""
        return search.address(self.wanted, **changes)


def show(template: str, area: str | None = None, **more: Any) -> str | Response:
    """The view that the address asks for, or what is wrong with it and the way to the page without that."""
    try:
        view = _view(area)
    except Problem as problem:
        if problem.name != "invalid":
            raise
        return _refused(problem)
    newest = () if view.filtered else public.newest_photos(NEWEST, area=area)
    return render_template(template, view=view, newest=newest, address=search.address, **more)


def _view(area: str | None) -> View:
    wanted = search.asked() | ({"area": area} if area is not None else {})
    page = public.area(area) if area is not None else None
    return View(
        wanted={name: value for name, value in wanted.items() if name != "cursor"},
        found=finding.answer(search.question(wanted), wanted.get("cursor"), PAGE_SIZE, now=utc_now()),
        choices=finding.choices(),
        chips=search.chips(wanted, page.area.name if page else None),
        area=page,
        states=tuple(ProjectStatus),
        points=search.map_address(wanted, few=finding.are_few()),
        extent=_ground(wanted),
        later="cursor" in wanted,
    )


def _ground(wanted: dict[str, Any]) -> tuple[float, ...] | None:
    """West, south, east and north of what the map shows first; longitude first, as GeoJSON has it."""
    if "bbox" in wanted:
        box: tuple[float, ...] = wanted["bbox"]
        return box
    found = finding.extent()
    return (found[1], found[0], found[3], found[2]) if found else None


def _refused(problem: Problem) -> Response:
    faults = [(_label(error.pointer), error.detail) for error in problem.errors]
    page = render_template(
        "public/filter_refused.html", problem=problem, faults=faults, rest=search.without_what_is_wrong(problem)
    )
    return make_response(page, problem.kind.status)


def _label(pointer: str) -> str:
    name = pointer.removeprefix("#/").split("/")[0]
    return _(search.LABELS[name]) if name in search.LABELS else name
