"""The public's search for projects: what an address asks for, and the addresses of views beside the one that is shown.

Every view has one address, and the other rooms' links are made of the same parts. What is asked for is answered by
``server.services.finding``; how it looks is the templates'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from marshmallow import ValidationError, fields, validate

from server import pages, wording
from server.models.projects import ProjectStatus
from server.models.search_terms import sector_key
from server.problems import Problem
from server.services import finding
from server.services.finding import Question
from server.services.project_search import ProjectFilter
from server.texts import N_, _

NO_NUL = validate.ContainsNoneOf("\0", error=N_("This text holds a sign that cannot be sought."))
CODE = (validate.Length(max=64), NO_NUL)
#: A place is kept to the third decimal, about 100 m: nearer is nobody's business.
DECIMALS = 3
FIRST_YEAR, LAST_YEAR = 1900, 2199
#: What each part of an address is called, where it is wrong.
LABELS = {
    "text": N_("Place, project or code"),
    "area": N_("Area"),
    "state": N_("State"),
    "sector": N_("Sector"),
    "contractor": N_("Contractor"),
    "year": N_("Year"),
    "near": N_("Near a place"),
    "bbox": N_("Part of the map"),
    "cursor": N_("Where the list goes on"),
}
#: In the order in which they are told; the area comes from the address of its own page.
FILTERS = ("text", "area", "state", "sector", "contractor", "year", "near", "bbox")


class Degrees(fields.Field[tuple[float, ...]]):
    """So many degrees with commas between, each in its range."""

    def __init__(self, limits: tuple[float, ...], fault: str, **options: Any) -> None:
        """``limits`` are the largest amounts, one for each number; ``fault`` says how it should be written."""
        super().__init__(**options)
        self._limits, self._fault = limits, fault

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[float, ...]:
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            raise ValidationError(_(self._fault)) from None
        within = [abs(number) <= limit for number, limit in zip(numbers, self._limits, strict=False)]
        if len(numbers) != len(self._limits) or not all(within):
            raise ValidationError(_(self._fault))
        return numbers


def _southern_first(box: tuple[float, ...]) -> None:
    if box[1] > box[3]:
        raise ValidationError(_("The southern edge comes before the northern one."))


class SearchForm(pages.Form):
    """What to look for; everything may be left out."""

    text = fields.String(validate=[validate.Length(max=200), NO_NUL])
    area = fields.String(validate=CODE)
    state = fields.Enum(ProjectStatus, by_value=True, error_messages={"unknown": N_("There is no such state.")})
    sector = fields.String(validate=[validate.Length(max=60), NO_NUL])
    contractor = fields.String(validate=CODE)
    year = fields.Integer(
        validate=validate.Range(FIRST_YEAR, LAST_YEAR, error=N_("Not a year such as 2026.")),
        error_messages={"invalid": N_("Not a year such as 2026.")},
    )
    near = Degrees((90.0, 180.0), N_("A latitude and a longitude, such as 10.312,123.891."))
    bbox = Degrees(
        (180.0, 90.0, 180.0, 90.0),
        N_("West, south, east and north in degrees, such as 123.8,10.2,124.0,10.4."),
        validate=_southern_first,
    )
    cursor = fields.String()


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: its kind, what it asks for, and the address of the view without it."""

    kind: str
    words: str
    without: str


def asked() -> dict[str, Any]:
    """The search in the address.

    Raises:
        Problem: ``invalid``, with every part that is not right.
    """
    wanted = pages.query(SearchForm)
    if "sector" in wanted:
        wanted["sector"] = sector_key(wanted["sector"])
    if "near" in wanted:
        wanted["near"] = tuple(round(each, DECIMALS) for each in wanted["near"])
        wanted.pop("bbox", None)
    return wanted


def question(wanted: Mapping[str, Any], *, area: str | None = None) -> Question:
    """What the address asks of the projects."""
    box = wanted.get("bbox")
    which = ProjectFilter(
        bbox=(box[1], box[0], box[3], box[2]) if box else None,
        area=area or wanted.get("area"),
        **{name: wanted.get(name) for name in ("state", "text", "sector", "contractor", "year")},
    )
    return Question(which, wanted.get("near"))


def address(wanted: Mapping[str, Any], **changes: Any) -> str:
    """The address of a view: what is wanted with some parts changed, a part that is None left out."""
    parts = {name: value for name, value in {**wanted, "cursor": None, **changes}.items() if value is not None}
    area = parts.pop("area", None)
    query: dict[str, Any] = {name: _written(value) for name, value in parts.items()}
    if area is None:
        return url_for("public_site.home", **query)
    return url_for("public_site.area", code=area, **query)


def map_address(wanted: Mapping[str, Any], *, few: bool) -> str | None:
    """Where the map gets its points: of a filtered view, or of all where they are ``few``; None where it has tiles."""
    names = [name for name in FILTERS if name in wanted and name not in {"near", "bbox"}]
    names += ["bbox"] if names and "bbox" in wanted else []
    parts: dict[str, Any] = {name: _written(wanted[name]) for name in names}
    return url_for("public_site.points", **parts) if parts or few else None


def chips(wanted: Mapping[str, Any], area_name: str | None) -> list[Chip]:
    """The filters that are on, in their order."""
    names = {"area": area_name}
    return [
        Chip(name, names.get(name) or _said(name, wanted[name]), address(wanted, **{name: None}))
        for name in FILTERS
        if name in wanted
    ]


def without_what_is_wrong(problem: Problem) -> str:
    """The address that was asked for, without the parts that are not right."""
    wrong = {error.pointer.removeprefix("#/").split("/")[0] for error in problem.errors}
    kept = {name: value for name, value in request.args.items() if name in LABELS and name not in wrong}
    return url_for(request.endpoint or "public_site.home", **{**(request.view_args or {}), **kept})


def _written(value: Any) -> str:
    """A part as an address has it."""
    if isinstance(value, ProjectStatus):
        return value.value
    return ",".join(f"{each:.5f}".rstrip("0").rstrip(".") for each in value) if isinstance(value, tuple) else str(value)


def _said(name: str, value: Any) -> str:
    """A part as people read it."""
    if name == "state":
        return wording.state(value)
    if name == "sector":
        return wording.sector(value)
    if name == "contractor":
        found = finding.contractor(value)
        return found.name if found else str(value)
    said = {
        "text": _("“%(words)s”", words=value),
        "year": _("works in %(year)s", year=value),
        "near": _("nearest first"),
        "bbox": _("in this part of the map"),
    }
    return said.get(name, str(value))
