"""Importing a project: what it would change, and changing it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from marshmallow import INCLUDE, Schema, fields
from werkzeug.datastructures import FileStorage

from field_api.blueprint import api
from field_api.bodies import FilePart, JsonPart, Multipart
from field_api.fields import Instant, Word
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from geo.formats import MAX_BYTES
from server.access import roles
from server.auth import current_actor
from server.models import Project
from server.models.people import Role
from server.models.projects import ProjectStatus
from server.problems import Problem
from server.services import project_import
from server.services.importing.milestone_table import MOST_BYTES
from server.services.importing.schema import ProjectSchema
from server.services.importing.site_part import SiteFile
from server.services.project_import import ImportParts
from server.times import iso, utc_now

SITE_TYPES = (
    "application/geo+json",
    "application/vnd.google-earth.kml+xml",
    "application/vnd.google-earth.kmz",
    "application/zip",
)
MAX_DOCUMENT_BYTES = 4 * 1024 * 1024


class AnyDocument(Schema):
    """A project as an import takes it, or what is meant to become one: the preview names its faults."""

    class Meta:
        """Any object is let pass."""

        unknown = INCLUDE


FILES: dict[str, JsonPart | FilePart] = {
    "site": FilePart(SITE_TYPES, "The site: GeoJSON, KML, KMZ or a zipped Shapefile.", required=False),
    "milestones": FilePart(("text/csv",), "The milestones, one row per requirement.", required=False),
}
# The service names every fault of the document at once, with those of the files beside it.
DOCUMENT = JsonPart(ProjectSchema, "The project.", checked=False, most_bytes=MAX_DOCUMENT_BYTES)
DRAFT = JsonPart(AnyDocument, "The project, finished or not.", most_bytes=MAX_DOCUMENT_BYTES)


class ChangeDocument(Answered):
    """One field before and after; a geometry is told by its size and digest."""

    pointer = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class FaultDocument(Answered):
    """What is wrong with one field, or with one row and column of a table."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class PreviewDocument(Answered):
    """What an import would do; with faults it would do nothing."""

    creates = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(ChangeDocument), required=True)
    faults = fields.List(fields.Nested(FaultDocument), required=True)
    notes = fields.List(fields.String(), required=True)


class ImportedProject(Answered):
    """The project as it is on record now."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    status = Word(ProjectStatus, required=True)
    published_at = Instant(required=True, allow_none=True)
    changed_at = Instant(required=True)


@operation(
    api,
    "PUT",
    "/projects/<code:code>",
    access=roles(Role.ADMINISTRATOR),
    summary="Import a project",
    body=Multipart("ProjectImport", {"document": DOCUMENT, **FILES}, alone="document"),
    answers={
        201: Answer("The project was made by this import.", ImportedProject, headers=("Location",)),
        200: Answer("The project is as it was sent; the same again changes nothing.", ImportedProject),
    },
    problems=("import-refused", "separation-of-duties", "conflict"),
)
def put_project(code: str, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The whole project, or nothing where anything is wrong: every fault is named by its field or row.

    Send JSON, or a form with the document, the site as a file and the milestones as CSV.
    """
    imported = project_import.apply(current_actor(), code, _parts(body), now=utc_now())
    if not imported.created:
        return _document(imported.project), 200, {}
    return _document(imported.project), 201, {"Location": url_for("field_api.put_project", code=code)}


@operation(
    api,
    "POST",
    "/projects/<code:code>/preview",
    access=roles(Role.ADMINISTRATOR),
    summary="Preview an import",
    body=Multipart("ProjectPreview", {"document": DRAFT, **FILES}, alone="document"),
    answers={200: Answer("What would change, and every fault.", PreviewDocument)},
)
def preview_project(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same body as the import takes. Nothing is written."""
    told = project_import.preview(current_actor(), code, _parts(body))
    return {
        "creates": told.creates,
        "changes": [{"pointer": each.pointer, "before": each.before, "after": each.after} for each in told.changes],
        "faults": [{"pointer": each.pointer, "detail": each.detail} for each in told.faults],
        "notes": told.notes,
    }


def _document(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "title": project.title,
        "status": project.status.value,
        "published_at": iso(project.published_at),
        "changed_at": iso(project.changed_at),
    }


def _parts(body: dict[str, Any]) -> ImportParts:
    site = _read("site", body["site"], MAX_BYTES)
    name = body["site"].filename if body["site"] is not None else ""
    return ImportParts(
        document=body["document"],
        site_file=None if site is None else SiteFile(site, name or "site"),
        milestones_file=_read("milestones", body["milestones"], MOST_BYTES),
    )


def _read(name: str, sent: FileStorage | None, most_bytes: int) -> bytes | None:
    if sent is None:
        return None
    sent.stream.seek(0)
    data = sent.stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise Problem("too-large", f"The part “{name}” may have {most_bytes} bytes at {request.path}.")
    return data
