"""Project documents for tests: a sound one, and small changes to it."""

from __future__ import annotations

import copy
import json
from typing import Any

from server.services.importing.site_part import SiteFile
from server.services.project_import import ImportParts

#: A straight road of about 1,106 m along a meridian; longitude first.
ROAD_LINE = {"type": "LineString", "coordinates": [[123.0, 10.0], [123.0, 10.01]]}
SCHOOL_OUTLINE = {
    "type": "Polygon",
    "coordinates": [[[123.0, 10.0], [123.001, 10.0], [123.001, 10.001], [123.0, 10.001], [123.0, 10.0]]],
}

DOCUMENT: dict[str, Any] = {
    "code": "NEW-1",
    "title": "Farm road to the market",
    "sector": "transport",
    "asset_kind": "road",
    "agency": "agency",
    "area": "R6",
    "budget": {"amount_minor": 110_000, "currency": "PHP"},
    "starts_on": "2026-01-05",
    "ends_on": "2026-12-20",
    "status": "implementation",
    "time_zone": "Asia/Manila",
    "policy": "ph",
    "published": True,
    "contract": {
        "reference": "C-2026-7",
        "supplier": "builder",
        "value_minor": 90_000,
        "currency": "PHP",
        "signed_on": "2026-01-02",
        "effective_on": "2026-01-05",
        "ends_on": "2026-12-20",
        "retention_bp": 1000,
        "advance_minor": 10_000,
        "variations": [{"number": 1, "amount_minor": 10_000, "approved_on": "2026-02-01"}],
    },
    "site": {"type": "corridor", "geometry": ROAD_LINE, "width_m": 12, "source": "contract drawing 3"},
    "milestones": [
        {
            "code": "A1",
            "title": "Ground cleared",
            "weight_bp": 2000,
            "amount_minor": 20_000,
            "starts_on": "2026-01-05",
            "ends_on": "2026-02-28",
            "requirements": [
                {"code": "before", "stage": "before", "title": "As it was", "photos": 2, "station_m": 500},
                {"code": "cleared", "stage": "during", "title": "Cleared ground", "minimum_megapixels": 3.2},
            ],
        },
        {
            "code": "A2",
            "title": "Road paved",
            "weight_bp": 8000,
            "amount_minor": 80_000,
            "starts_on": "2026-03-01",
            "ends_on": "2026-12-20",
            "predecessor": "A1",
            "requirements": [{"code": "paved", "stage": "completion", "title": "Paved road"}],
        },
    ],
}


def document(**changed: Any) -> dict[str, Any]:
    """The sound document with top-level fields replaced; a field set to ``...`` is left out."""
    told = copy.deepcopy(DOCUMENT) | changed
    return {name: value for name, value in told.items() if value is not ...}


def with_milestone(place: int, **changed: Any) -> dict[str, Any]:
    """The sound document with fields of one milestone replaced or, by ``...``, left out."""
    told = document()
    milestone = told["milestones"][place] | changed
    told["milestones"][place] = {name: value for name, value in milestone.items() if value is not ...}
    return told


def with_section(section: str, **changed: Any) -> dict[str, Any]:
    """The sound document with fields of one section replaced or, by ``...``, left out."""
    told = document()
    told[section] = {name: value for name, value in (told[section] | changed).items() if value is not ...}
    return told


def parts(told: Any, *, site_file: SiteFile | None = None, milestones_file: str | None = None) -> ImportParts:
    """What is sent: the document as it would come out of JSON, and files beside it."""
    table = None if milestones_file is None else milestones_file.encode()
    return ImportParts(json.loads(json.dumps(told)), site_file, table)
