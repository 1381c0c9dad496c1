"""The blueprint to which every public page belongs; how long others may keep one is ``server.caching``'s."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("public_site", __name__)
