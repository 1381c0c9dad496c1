"""The blueprint to which every public page belongs."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("public_site", __name__)
