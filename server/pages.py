"""What every page is furnished with: the words, who is signed in, and how a form's faults are told.

The rooms that show pages call ``furnish`` when they register; calling it twice does no harm.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from config import MapSettings
from server import finding_words, wording
from server.auth import optional_actor
from server.engines import engines
from server.models import EvidenceFinding
from server.problems import FieldError, Problem, field_errors
from server.texts import _, counted


class Form(Schema):
    """The parent of every form and query that a page takes; what it does not know is left out."""

    class Meta:
        """Browsers and the guard against forged forms add fields of their own."""

        unknown = EXCLUDE


def part_number() -> fields.Integer:
    """The field of a query that says which numbered part of a long list to show."""
    return fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))


def furnish(app: Flask) -> None:
    """Give templates ``say`` (the words), ``counted``, ``actor`` (who is signed in) and ``fault`` (of a field)."""
    app.jinja_env.globals.update(
        say=wording,
        counted=counted,
        fact=fact,
        measure=finding_words.measure,
        actor=optional_actor,
        fault=fault,
        base_map=base_map,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def form(schema: type[Form]) -> dict[str, Any]:
    """The posted form.

    Raises:
        Problem: ``invalid``, with every field that is not right.
    """
    return _loaded(schema, request.form.to_dict())


def query(schema: type[Form]) -> dict[str, Any]:
    """The address's query; fields left empty are as good as absent.

    Raises:
        Problem: ``invalid``, with every field that is not right.
    """
    return _loaded(schema, {key: value for key, value in request.args.items() if value.strip()})


def wrong(field: str, told: str) -> Problem:
    """The refusal of a form for what one of its fields holds."""
    return Problem("invalid", _("Look at the marked fields."), errors=[FieldError(f"#/{field}", told)])


def fault(problem: Problem | None, name: str) -> str | None:
    """What ``problem`` says of the field with this name, or None."""
    if problem is None:
        return None
    return next((error.detail for error in problem.errors if error.pointer == f"#/{name}"), None)


def fact(finding: EvidenceFinding) -> str:
    """What a check found, in the reader's language, without what the inspector was advised to do."""
    return finding_words.fact(finding.name, finding.outcome, finding.measured, finding.expected, finding.message)


def base_map() -> MapSettings:
    """The map that lies under ours, where the installation names one."""
    return engines().settings.map


def _loaded(schema: type[Form], values: dict[str, str]) -> dict[str, Any]:
    try:
        _refuse_nul(values)
        loaded: dict[str, Any] = schema().load(values)
    except ValidationError as error:
        raise Problem("invalid", _("Look at the marked fields."), errors=field_errors(error.messages)) from None
    return loaded


def _refuse_nul(values: dict[str, str]) -> None:
    """Refuse the one sign that every keyboard can be made to send and PostgreSQL does not take."""
    wrong = {key: [_("This text holds a sign that cannot be kept.")] for key, value in values.items() if "\0" in value}
    if wrong:
        raise ValidationError(wrong)
