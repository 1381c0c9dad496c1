"""The shape of a project document: which fields there are, of what type and how long.

Rules that span several fields, or ask the records, are kept out (see ``document_rules``). Lengths are those
of the tables, so that what passes here can be stored on every engine.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, validate

from evidence.context import Stage
from server.models.projects import ProjectStatus, SiteKind
from server.money import MOST_MINOR, WHOLE_BP
from server.texts import N_

MOST_MILESTONES = 200
MOST_REQUIREMENTS = 100
MOST_VARIATIONS = 200
#: A day is added to and taken from; what lies further away than these is a slip of the keyboard.
EARLIEST_DAY, LATEST_DAY = date(1900, 1, 1), date(2199, 12, 31)
DAYS = f"from {EARLIEST_DAY} to {LATEST_DAY}"
DAYS_TAKEN = N_("Only days from 1900-01-01 to 2199-12-31 are taken.")
#: What ``zoneinfo`` lists and is no place: the machine's own zone, and the one of a machine that has none.
NOT_PLACES = frozenset({"localtime", "Factory"})

CODE = validate.Regexp(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", error=N_("Letters, digits, '.', '_' and '-' only."))
CURRENCY = validate.Regexp(r"\A[A-Z]{3}\Z", error=N_("An ISO 4217 code such as PHP."))
CLOCK = validate.Regexp(r"\A([01]\d|2[0-3]):[0-5]\d\Z", error=N_("A time of day such as 06:00."))
NOT_A_NUMBER: dict[str, Any] = {"invalid": N_("Not a number."), "special": N_("Not a number.")}


class Text(fields.String):
    """Text without blanks around it and without control characters, ``longest`` characters at most."""

    def __init__(self, longest: int, *, least: int = 0, **options: Any) -> None:
        """``least`` is the fewest characters; more validators may come as ``validate``."""
        more = options.pop("validate", [])
        super().__init__(validate=[validate.Length(min=least, max=longest), *more], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text):
            raise ValidationError(N_("Control characters are not allowed."))
        return text


class Whole(fields.Integer):
    """A whole number in a range; a truth value or a text is none."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        """Both ends count as inside."""
        super().__init__(
            strict=True,
            validate=validate.Range(least, most),
            error_messages={"invalid": N_("Not a whole number.")},
            **options,
        )

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Measure(fields.Float):
    """A finite number in a range; a truth value or a text is none."""

    def __init__(self, least: float, most: float, **options: Any) -> None:
        """Both ends count as inside."""
        super().__init__(validate=validate.Range(least, most), error_messages=NOT_A_NUMBER, **options)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def _code(**options: Any) -> Text:
    return Text(64, least=1, validate=[CODE], **options)


def _short_code(**options: Any) -> Text:
    return Text(40, least=1, validate=[CODE], **options)


def _amount(least: int = 0, **options: Any) -> Whole:
    return Whole(least, MOST_MINOR, **options)


class Day(fields.Date):
    """A day that can be reckoned with."""

    def __init__(self, **options: Any) -> None:
        """``options`` are the field's own."""
        super().__init__(
            format="iso",
            error_messages={"invalid": N_("Not a day such as 2026-03-31.")},
            validate=validate.Range(EARLIEST_DAY, LATEST_DAY, error=DAYS_TAKEN),
            metadata={"description": f"A day {DAYS}."},
            **options,
        )


def _maybe_day() -> Day:
    return Day(load_default=None, allow_none=True)


def _known_zone(name: str) -> None:
    if name not in available_timezones() - NOT_PLACES:
        raise ValidationError(N_("No such time zone; an IANA name such as Asia/Manila is needed."))


class BudgetSchema(Schema):
    """What the project may cost, in minor units of its currency."""

    amount_minor = _amount(required=True)
    currency = Text(3, required=True, validate=[CURRENCY])


class VariationSchema(Schema):
    """One approved change of the contract's value; a reduction is negative."""

    number = Whole(1, 10_000, required=True)
    amount_minor = _amount(-MOST_MINOR, required=True)
    approved_on = Day(required=True)
    description = Text(500, load_default="")


class ContractSchema(Schema):
    """The works contract; ``supplier`` is an organisation's code, retention is in basis points."""

    reference = Text(100, least=1, required=True)
    supplier = _code(required=True)
    tender_reference = Text(100, load_default="")
    award_reference = Text(100, load_default="")
    value_minor = _amount(required=True)
    currency = Text(3, required=True, validate=[CURRENCY])
    signed_on = _maybe_day()
    effective_on = _maybe_day()
    ends_on = _maybe_day()
    retention_bp = Whole(0, WHOLE_BP, load_default=0)
    advance_minor = _amount(load_default=0)
    variations = fields.List(
        fields.Nested(VariationSchema), load_default=list, validate=validate.Length(max=MOST_VARIATIONS)
    )


class SiteSchema(Schema):
    """The site; its geometry stands here as GeoJSON, or comes as a file beside the document."""

    type = fields.Enum(SiteKind, by_value=True, load_default=None, allow_none=True)
    geometry = fields.Dict(load_default=None, allow_none=True)
    width_m = Measure(0.5, 10_000, load_default=None, allow_none=True)
    chainage_start_m = Measure(-10_000_000, 10_000_000, load_default=0.0)
    obstructed = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    source = Text(200, least=1, required=True)


class RequirementSchema(Schema):
    """What evidence a milestone asks for; stations and tolerances in metres, ages in hours."""

    code = _short_code(required=True)
    stage = fields.Enum(Stage, by_value=True, required=True)
    title = Text(300, least=1, required=True)
    photos = Whole(1, 1000, load_default=1)
    view = Text(100, load_default="")
    station_m = Measure(-10_000_000, 10_000_000, load_default=None, allow_none=True)
    station_tolerance_m = Measure(0.1, 10_000, load_default=None, allow_none=True)
    minimum_megapixels = Measure(0.1, 1000, load_default=None, allow_none=True)
    oldest_age_h = Measure(0.1, 1_000_000, load_default=None, allow_none=True)


class MilestoneSchema(Schema):
    """What must exist, when, for which share of the works (basis points) and of the money."""

    code = _short_code(required=True)
    title = Text(300, least=1, required=True)
    must_exist = Text(10_000, load_default="")
    weight_bp = Whole(0, WHOLE_BP, required=True)
    amount_minor = _amount(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    predecessor = _short_code(load_default=None, allow_none=True)
    requirements = fields.List(
        fields.Nested(RequirementSchema), load_default=list, validate=validate.Length(max=MOST_REQUIREMENTS)
    )


class ProjectSchema(Schema):
    """A whole project. ``contract``, ``site`` and ``milestones`` left out stay as they are."""

    code = _code(required=True)
    title = Text(300, least=1, required=True)
    purpose = Text(10_000, load_default="")
    sector = Text(60, least=1, required=True)
    asset_kind = Text(60, least=1, required=True)
    agency = _code(required=True)
    area = _code(required=True)
    budget = fields.Nested(BudgetSchema, required=True)
    source_of_funds = Text(200, load_default="")
    starts_on = _maybe_day()
    ends_on = _maybe_day()
    status = fields.Enum(ProjectStatus, by_value=True, required=True)
    time_zone = Text(64, required=True, validate=[_known_zone])
    policy = Text(40, required=True)
    working_days = fields.List(Whole(1, 7), load_default=lambda: [1, 2, 3, 4, 5, 6])
    work_starts = Text(5, load_default="06:00", validate=[CLOCK])
    work_ends = Text(5, load_default="19:00", validate=[CLOCK])
    published = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    contract = fields.Nested(ContractSchema)
    site = fields.Nested(SiteSchema)
    milestones = fields.List(fields.Nested(MilestoneSchema), validate=validate.Length(max=MOST_MILESTONES))
