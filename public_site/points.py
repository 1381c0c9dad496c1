"""The points of a filtered view of the map: the same projects as on its list, up to a bound that is said.

Where nothing is asked for, the map has its tiles instead. Longitude comes first here, as GeoJSON (RFC 7946) has it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from public_site import search
from public_site.door import bp
from server import wording
from server.access import PUBLISHED, declare
from server.services import finding
from server.services.finding import Spot


@bp.get("/find.geojson")
@declare(PUBLISHED)
def points() -> Response:
    """Where the projects lie that fit; ``complete`` says whether these are all."""
    found = finding.spots(search.question(search.asked()).which)
    features = [_feature(each) for each in found.spots]
    response = jsonify({"type": "FeatureCollection", "features": features, "complete": found.complete})
    response.mimetype = "application/geo+json"
    return response


def _feature(spot: Spot) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(spot.longitude, 6), round(spot.latitude, 6)]},
        "properties": {"code": spot.code, "title": spot.title, "status": wording.state(spot.status)},
    }
