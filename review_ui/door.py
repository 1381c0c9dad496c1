"""The blueprint to which every reviewers' page belongs, and the words its forms share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from server.services.duties import LONGEST_REASON
from server.texts import N_

bp = Blueprint("review_ui", __name__)


def text_field(longest: int = LONGEST_REASON, *, required: bool = True) -> fields.String:
    """A field of written text; that it is not blank is the use case's to refuse."""
    rules = [
        validate.Length(max=longest, error=f"At most {longest} characters are kept."),
        validate.ContainsNoneOf("\0", error=N_("This text holds a sign that cannot be kept.")),
    ]
    missing: dict[str, Any] = {"required": True} if required else {"load_default": ""}
    return fields.String(validate=rules, **missing)


def see(address: str) -> Response:
    """After a form was taken: go there and look (303, so that a reload repeats nothing)."""
    return redirect(address, code=303)
