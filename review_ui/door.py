"""The blueprint to which every reviewers' page belongs, and what its forms share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect
from marshmallow import ValidationError, fields, validate
from werkzeug.wrappers import Response

from server.problems import Problem
from server.services.duties import LONGEST_REASON
from server.texts import N_, _

bp = Blueprint("review_ui", __name__)

Answer = str | tuple[str, int] | Response


def text_field(longest: int = LONGEST_REASON, *, required: bool = True) -> fields.String:
    """A field of written text; that it is not blank is the use case's to refuse."""
    rules: list[Callable[[str], object]] = [
        _at_most(longest),
        validate.ContainsNoneOf("\0", error=N_("This text holds a sign that cannot be kept.")),
    ]
    missing: dict[str, Any] = {"required": True} if required else {"load_default": ""}
    return fields.String(validate=rules, **missing)


def day_field(*, required: bool = False) -> fields.Date:
    """A field of one day, as a browser's own field for days sends it."""
    return fields.Date(required=required, error_messages={"invalid": N_("Write the day as YYYY-MM-DD.")})


def _at_most(longest: int) -> Callable[[str], None]:
    def check(text: str) -> None:
        if len(text) > longest:
            raise ValidationError(_("At most %(most)s characters are kept.", most=longest))

    return check


def or_again(page: Callable[[UUID, Problem], str]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Show the page of the record once more where its form is refused, with the faults beside the fields.

    The record is what the form's address names first. What was typed is for ``page`` to show again.
    """

    def attach(taken: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(taken)
        def answer(**named: UUID) -> Answer:
            try:
                return taken(**named)
            except Problem as problem:
                record = next(iter(named.values()))
                return page(record, problem), problem.kind.status

        return answer

    return attach


def see(address: str) -> Response:
    """After a form was taken: go there and look (303, so that a reload repeats nothing)."""
    return redirect(address, code=303)
