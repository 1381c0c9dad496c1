"""The site of an import: its geometry out of the document or out of a file, as one checked value.

What a project's site was before, and whether it may change, is kept out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.formats import ReadSite, read_site
from geo.repair import GeometryError
from geo.site import Site
from server.models.projects import SiteKind
from server.problems import FieldError, pointer
from server.texts import N_, _

FROM_FILE = "file {name}"
#: What is wrong where a site is stated as another type than its geometry makes it.
IS_OF_TYPE = {
    "polygon": N_("The geometry is an area, which is a polygon."),
    "corridor": N_("The geometry is a line, which is a corridor."),
}


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A site's file as sent: GeoJSON, KML, KMZ or a zipped Shapefile; the name is for messages."""

    data: bytes
    name: str


@dataclass
class SitePart:
    """What became of the site: ``site`` is None where there is none or it has ``faults``."""

    site: Site | None = None
    source: str = ""
    faults: list[FieldError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def section(self) -> dict[str, Any] | None:
        """The section as a document states it, or None."""
        return None if self.site is None else section(self.site, self.source)


def section(site: Site, source: str) -> dict[str, Any]:
    """A site as the ``site`` section of a document; positions longitude first, as GeoJSON has them."""
    return {
        "type": SiteKind(site.kind),
        "geometry": site.geojson(),
        "width_m": site.width_m,
        "chainage_start_m": site.chainage_start_m,
        "obstructed": site.obstructed,
        "source": source,
    }


def digest(site: Site, source: str) -> str:
    """The sha256 of everything a site's version states, for the custody log."""
    facts = [site.kind, site.to_wkb().hex(), site.width_m, site.chainage_start_m, site.obstructed, source]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def read(stated: Mapping[str, Any] | None, file: SiteFile | None) -> SitePart:
    """Make the site out of the document's section (as loaded by ``SiteSchema``) and the file."""
    part = SitePart()
    if stated is None and file is None:
        return part
    stated = stated or {"source": FROM_FILE.format(name=file.name)[:200] if file else ""}
    part.source = stated["source"]
    shape = _shape(stated.get("geometry"), file, part)
    if shape is not None:
        part.notes += shape.notes
        part.site = _built(shape, stated, part)
    return part


def _shape(geometry: Any, file: SiteFile | None, part: SitePart) -> ReadSite | None:
    if (geometry is None) == (file is None):
        twice = _("The geometry is given here and as a file; give one.")
        told = _("The geometry is missing.") if file is None else twice
        part.faults.append(FieldError(pointer("site", "geometry"), told))
        return None
    data, name = (file.data, file.name) if file else (json.dumps(geometry).encode(), "")
    try:
        return read_site(data, name)
    except GeometryError as error:
        part.faults.append(_geometry_fault(error, file))
        return None


def _built(shape: ReadSite, stated: Mapping[str, Any], part: SitePart) -> Site | None:
    kind, width = stated.get("type"), stated.get("width_m")
    if kind is not None and kind.value != shape.kind:
        part.faults.append(FieldError(pointer("site", "type"), _(IS_OF_TYPE[shape.kind])))
    if (shape.kind == "corridor") != (width is not None):
        told = _("A corridor needs its width.") if width is None else _("Only a corridor has a width.")
        part.faults.append(FieldError(pointer("site", "width_m"), told))
    if part.faults:
        return None
    start = stated.get("chainage_start_m", 0.0)
    return Site(shape.kind, shape.geometry, width, start, stated.get("obstructed", False))


def _geometry_fault(error: GeometryError, file: SiteFile | None) -> FieldError:
    """Named by its place in the document, or in the file."""
    if file is None:
        steps = [step for step in error.pointer.removeprefix("#").split("/") if step]
        return FieldError(pointer("site", "geometry", *steps), _sentence(error.reason))
    where = " ".join(dict.fromkeys([file.name, error.pointer])).strip()
    return FieldError(
        pointer("site", "geometry"), _("%(where)s: %(reason)s", where=where, reason=_sentence(error.reason))
    )


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith(".") else ".")
