"""Read models and the core's values as schemas, so that what is answered need not be described twice.

A frozen dataclass says its fields and their types; ``shape`` turns them into a marshmallow schema that
only documents, as those values tell themselves as JSON.
"""

from __future__ import annotations

import types
import typing
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, fields

from field_api.fields import Day, Ident, Instant, Word

PLAIN: dict[type, type[fields.Field[Any]]] = {
    str: fields.String,
    bool: fields.Boolean,
    int: fields.Integer,
    float: fields.Float,
    UUID: Ident,
    datetime: Instant,
    date: Day,
}
#: What a camera's clock showed, without a zone: no RFC 3339 instant.
WALL_TIMES = frozenset({"wall"})


class Answered(Schema):
    """The parent of schemas that describe answers: more fields may come in later versions."""

    class Meta:
        """What is not named here is let pass."""

        unknown = EXCLUDE


@cache
def shape(value: type, *, without: frozenset[str] = frozenset(), name: str | None = None) -> type[Schema]:
    """The schema of a dataclass as its values are told: every field, each required.

    Raises:
        TypeError: a field's type has no form in JSON.
    """
    hints = typing.get_type_hints(value)
    described = {
        field.name: _field(hints[field.name], field.name in WALL_TIMES)
        for field in fields_of(value)
        if field.name not in without
    }
    return documented(name or value.__name__, described)


def documented(name: str, described: dict[str, fields.Field[Any]]) -> type[Schema]:
    """A schema of answers with these fields."""
    return Answered.from_dict(typing.cast(Any, described), name=name)


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of a list; ``next`` is the cursor of the page after it, or null."""
    return documented(
        f"{item.__name__}Page",
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
    )


def _field(hint: Any, wall: bool, **options: Any) -> fields.Field[Any]:
    options = {"required": True} | options
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        (inner,) = (each for each in arguments if each is not types.NoneType)
        return _field(inner, wall, **options, allow_none=True)
    if origin in {tuple, list}:
        return fields.List(_field(arguments[0], wall, required=False), **options)
    if origin is dict:
        return fields.Dict(**options)
    return _single(hint, wall, options)


def _single(hint: Any, wall: bool, options: dict[str, Any]) -> fields.Field[Any]:
    if wall:
        return fields.String(**options)
    if hint in PLAIN:
        return PLAIN[hint](**options)
    if issubclass(hint, StrEnum):
        return Word(hint, **options)
    if is_dataclass(hint) and isinstance(hint, type):
        return fields.Nested(shape(hint), **options)
    raise TypeError(f"{hint!r} has no form in JSON")
