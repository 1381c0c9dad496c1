"""The site of a project: what each source says, how far they lie apart, and which of them the checks use."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from geo.site import Site
from review_ui import setup_flow, setup_shapes
from review_ui.door import Answer, bp, see, text_field
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_flow import Told
from review_ui.setup_values import Reader
from server import pages, site_picture
from server.access import declare
from server.auth import current_actor
from server.documents import plain
from server.models.site_sources import SourceKind
from server.problems import Problem
from server.services import setting_up, setting_up_sources
from server.services.importing import site_part
from server.services.setting_up import Draft
from server.services.setting_up_sources import Said
from server.texts import N_, _
from server.times import utc_now
from server.vocabulary import SITE_SOURCES

TITLES = {
    "contract": N_("The site by the contract"),
    "as_staked": N_("The site by the as-staked survey"),
    "portal": N_("The site by the portal"),
}
#: How a source is called where a project document names the source of its site.
IN_DOCUMENT = {"contract": "contract", "as_staked": "as-staked survey", "portal": "portal"}


class VersionForm(pages.Form):
    """An earlier version to begin from."""

    version = fields.UUID()


class ReasonForm(pages.Form):
    """Why sources that differ may stand; ``digest`` says which shapes were shown."""

    digest = fields.String(required=True)
    reason = text_field()


@bp.get("/review/setup/projects/<string:code>/site")
@declare(ADMINISTRATORS)
def setup_site(code: str) -> Answer:
    """The sources compared."""
    return _page(setting_up.draft(current_actor(), code), Told())


@bp.post("/review/setup/projects/<string:code>/site")
@declare(ADMINISTRATORS)
def setup_site_taken(code: str) -> Answer:
    """Show what using one of the sources would change, or use it."""
    draft = setting_up.draft(current_actor(), code)
    sources = {each.source: each for each in setting_up_sources.current(draft.project).said}
    chosen = sources.get(request.form.get("source", ""))
    if chosen is None or chosen.source == setting_up_sources.IN_USE:
        return _page(draft, Told(faults={"#/site/source": _("Choose one of the sources.")}))
    reference = f"{IN_DOCUMENT[chosen.source]} {chosen.reference}".strip()[:200]
    section = plain(site_part.section(chosen.shape, reference))
    told = setup_flow.taken(draft.facts | {"site": section}, Reader(), url_for("review_ui.setup_site", code=code))
    return told if isinstance(told, Response) else _page(draft, told, chosen.source)


@bp.post("/review/setup/projects/<string:code>/site/reason")
@declare(ADMINISTRATORS)
def setup_site_reason(code: str) -> Answer:
    """Say why the sources may stand although they differ."""
    draft = setting_up.draft(current_actor(), code)
    try:
        given = pages.form(ReasonForm)
        setting_up_sources.explain(current_actor(), draft.project, given["digest"], given["reason"], now=utc_now())
    except Problem as problem:
        return _page(draft, Told().refused(problem))
    flash(_("Your reason is on record. It holds for exactly these shapes."))
    return see(url_for("review_ui.setup_site", code=code))


@bp.get("/review/setup/projects/<string:code>/site/<string:source>")
@declare(ADMINISTRATORS)
def setup_source(code: str, source: str) -> Answer:
    """The editor of one source, with what it says now or what it said in an earlier version."""
    draft, kind = setting_up.draft(current_actor(), code), _kind(source)
    version: UUID | None = pages.query(VersionForm).get("version")
    known = setting_up_sources.recorded_now(draft.project)
    begun = setting_up_sources.version(draft.project, version) if version else known.get(kind.value)
    typed = {"kind": "polygon", "chainage_start_m": "0"}
    if begun is not None:
        typed = setup_shapes.typed(begun.shape) | {"reference": begun.reference}
    return _source_page(draft, kind, Told(), typed, None)


@bp.post("/review/setup/projects/<string:code>/site/<string:source>")
@declare(ADMINISTRATORS)
def setup_source_taken(code: str, source: str) -> Answer:
    """Show how what was drawn, typed or sent lies against the other sources, or put it on record."""
    draft, kind = setting_up.draft(current_actor(), code), _kind(source)
    shape = setup_shapes.read(request.form, request.files.get("file"))
    told = Told(faults=setup_flow.by_pointer(shape.faults), notes=shape.notes, asked=True)
    reference = request.form.get("reference", "")
    if not reference.strip():
        told.faults["#/reference"] = _("Say which drawing, survey or page this is.")
    typed = request.form.to_dict()
    if shape.site is not None and request.files.get("file"):
        typed |= setup_shapes.typed(shape.site)
    if told.faults or shape.site is None or request.form.get("step") != "save":
        return _source_page(draft, kind, told, typed, shape.site)
    try:
        setting_up_sources.record(current_actor(), draft.project, kind, shape.site, reference, now=utc_now())
    except Problem as problem:
        return _source_page(draft, kind, told.refused(problem), typed, shape.site)
    flash(_("On record. Now see how it lies against the other sources, and choose which of them the checks use."))
    return see(url_for("review_ui.setup_site", code=code))


def _kind(source: str) -> SourceKind:
    try:
        return SourceKind(source)
    except ValueError:
        raise Problem("not-found", _("There is no source called %(source)s.", source=source)) from None


def _page(draft: Draft, told: Told, chosen: str = "") -> Answer:
    agreement = setting_up_sources.current(draft.project)
    used = draft.records.site
    return setup_flow.shown(
        "review/setup_site.html",
        told,
        draft=draft,
        project=draft.project,
        agreement=agreement,
        recorded={each.source: each for each in agreement.said if each.source != setting_up_sources.IN_USE},
        used=None if used is None else setting_up_sources.in_use(used),
        picture=site_picture.together([(each.source, each.shape) for each in agreement.said]),
        names=SITE_SOURCES,
        kinds=[kind.value for kind in SourceKind],
        chosen=chosen,
        mine=current_actor().person_id in agreement.entered_by,
        typed=request.form,
    )


def _source_page(draft: Draft, kind: SourceKind, told: Told, typed: dict[str, Any], site: Site | None) -> Answer:
    others = [each for each in setting_up_sources.current(draft.project).said if each.source != kind.value]
    pairs = [] if site is None else setting_up_sources.against(draft.project, site, others)
    told.seen = "" if told.faults or site is None else site_part.digest(site, "")
    shown = [(each.source, each.shape) for each in others]
    return setup_flow.shown(
        "review/setup_source.html",
        told,
        draft=draft,
        project=draft.project,
        kind=kind.value,
        names=SITE_SOURCES,
        title=TITLES[kind.value],
        typed=typed,
        pairs=pairs,
        picture=site_picture.together([*shown, *([("typed", site)] if site else [])]) if site else None,
        versions=setting_up_sources.versions(draft.project, kind),
        others=_features(others),
        bounds=_bounds(draft, site, others),
    )


def _features(others: list[Said]) -> str:
    """The other sources as GeoJSON, for the map to show under what is drawn."""
    features = [
        {"type": "Feature", "properties": {"source": each.source}, "geometry": each.shape.geojson()} for each in others
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _bounds(draft: Draft, site: Site | None, others: list[Said]) -> str:
    """West, south, east, north of what the map shows first; longitude first, as GeoJSON has it."""
    shapes = [each.shape for each in others] + ([site] if site else [])
    recorded = setting_up_sources.recorded_now(draft.project)
    shapes += [each.shape for each in recorded.values()]
    boxes = [shape.bounds for shape in shapes] or setting_up_sources.nearby(draft.project)
    if not boxes:
        return json.dumps([-170, -55, 170, 70])
    south, west, north, east = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return json.dumps([west, south, east, north])
