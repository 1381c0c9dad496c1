"""The first page: what this is, the search, the map and the list, the newest verified photos, and the areas."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for

from public_site import find
from public_site.door import bp
from server.access import PUBLISHED, declare
from server.services import public


@bp.get("/")
@declare(PUBLISHED)
def home() -> str | Response:
    """Every published project, or those that are asked for; an area has a page of its own."""
    area = request.args.get("area", "").strip()
    if area:
        public.area(area)
        rest: dict[str, Any] = {name: value for name, value in request.args.items() if name != "area" and value.strip()}
        return redirect_to(url_for("public_site.area", code=area, **rest))
    return find.show("public/home.html", areas=public.areas())


def redirect_to(place: str) -> Response:
    """The way to the one address of a view."""
    answer = redirect(place)
    return Response(answer.get_data(), status=answer.status_code, headers=answer.headers)
