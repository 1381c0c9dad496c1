"""A site's shape as a form gives it: drawn on the map or typed as GeoJSON, typed as coordinates, or in a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage

from geo.site import Site
from review_ui.setup_values import Form, Reader
from server.engines import engines
from server.problems import FieldError, field_errors, pointer
from server.services.importing import site_part
from server.services.importing.schema import SiteSchema
from server.services.importing.site_part import SiteFile
from server.texts import _

#: "10.9955, 122.5": latitude before longitude, as people write and read them out.
PAIR = re.compile(r"\s*([-+]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*")
GEOMETRY = pointer("site", "geometry")
NUMBERS = ("width_m", "chainage_start_m")


@dataclass
class Shape:
    """What became of the form: the site, or what is wrong, and what was assumed or mended."""

    site: Site | None = None
    faults: list[FieldError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(form: Form, file: FileStorage | None) -> Shape:
    """The site that a form states."""
    numbers = Reader()
    section: dict[str, Any] = {"source": "-", "obstructed": "obstructed" in form}
    section |= {name: numbers.number(form.get(name, ""), "site", name) for name in NUMBERS}
    section["chainage_start_m"] = 0.0 if section["chainage_start_m"] is None else section["chainage_start_m"]
    if numbers.faults:
        return Shape(faults=numbers.faults)
    wrong = SiteSchema().validate(section)
    if wrong:
        return Shape(faults=field_errors(wrong, "site"))
    sent = _file(file)
    text = form.get("geometry", "").strip()
    try:
        geometry, sent = _stated(text, form.get("kind", ""), sent)
    except ValueError as error:
        return Shape(faults=[FieldError(GEOMETRY, str(error))])
    part = site_part.read(section | {"geometry": geometry}, sent)
    return Shape(part.site, part.faults, part.notes)


def _file(file: FileStorage | None) -> SiteFile | None:
    """The file that was chosen, if one was; a page's form is bounded as a whole (``server.requests``)."""
    if file is None or not file.filename:
        return None
    file.stream.seek(0)
    return SiteFile(file.stream.read(engines().settings.max_json_bytes), file.filename[:150])


def _stated(text: str, kind: str, sent: SiteFile | None) -> tuple[dict[str, Any] | None, SiteFile | None]:
    """The geometry that was typed, or the file; a file that was chosen goes before what stands in the field."""
    if sent is not None:
        return None, sent
    if not text:
        raise ValueError(_("Draw the site on the map, type its coordinates, or choose a file."))
    if text.startswith("<"):
        return None, SiteFile(text.encode(), "KML")
    return (_geojson(text) if text.startswith("{") else _from_pairs(text, kind)), None


def _geojson(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(_("This begins as GeoJSON does, but is not JSON to its end.")) from None
    return dict(found)


def _from_pairs(text: str, kind: str) -> dict[str, Any]:
    """Coordinates one pair a line, latitude first, as GeoJSON, which has longitude first."""
    points = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = PAIR.fullmatch(line)
        if found is None:
            example = "10.99550, 122.50000"
            told = _(
                "Line %(number)s is no position. Write latitude and longitude in degrees: %(example)s.",
                number=number,
                example=example,
            )
            raise ValueError(told)
        points.append([float(found[2]), float(found[1])])
    if kind == "polygon":
        closed = points if points[0] == points[-1] else [*points, points[0]]
        return {"type": "Polygon", "coordinates": [closed]}
    return {"type": "LineString", "coordinates": points}


def typed(site: Site) -> dict[str, str]:
    """What the form shows of a site."""
    return {
        "geometry": json.dumps(site.geojson()),
        "kind": site.kind,
        "width_m": "" if site.width_m is None else f"{site.width_m:g}",
        "chainage_start_m": f"{site.chainage_start_m:g}",
        **({"obstructed": "yes"} if site.obstructed else {}),
    }
