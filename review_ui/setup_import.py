"""Importing a whole project: a document with, beside it, the site as a file and the milestones as a table.

What was sent is read and shown with its differences and faults; what is then imported is exactly what was shown, which
the form carries along as one document.
"""

from __future__ import annotations

import json
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from review_ui import setup_flow, setup_words
from review_ui.door import Answer, bp, see
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_flow import Told
from server.access import declare
from server.auth import current_actor
from server.engines import engines
from server.services import project_import
from server.services.importing.site_part import SiteFile
from server.services.project_import import ImportParts
from server.texts import _


@bp.get("/review/setup/import")
@declare(ADMINISTRATORS)
def setup_import() -> Answer:
    """The form for the files."""
    return _page(Told(), "")


@bp.post("/review/setup/import")
@declare(ADMINISTRATORS)
def setup_import_taken() -> Answer:
    """Show what the files would change, or import what was shown."""
    if request.form.get("step") == "save":
        return _imported()
    told = Told(asked=True)
    parts = _parts(told)
    if parts is None:
        return _page(told, "")
    preview = project_import.preview(current_actor(), _code(parts.document), parts)
    told.faults = {f"{number} {fault.pointer}": fault.detail for number, fault in enumerate(preview.faults)}
    told.notes = preview.notes
    whole = project_import.whole(_code(parts.document), parts)
    told.changes = setup_words.changes(preview.changes, whole)
    told.seen = "" if told.faults else preview.digest
    return _page(told, json.dumps(whole) if told.ready else "", preview.creates, _code(parts.document))


def _imported() -> Answer:
    try:
        document = _whole_letters(json.loads(request.form.get("carried", "")))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return _page(Told(faults={"#/document": _("Choose the files again.")}), "")
    told = Told()
    if not setup_flow.saved(document, told):
        return _page(told, "")
    flash(_("Imported, exactly as it was shown."))
    return see(url_for("review_ui.setup_project", code=_code(document)))


def _parts(told: Told) -> ImportParts | None:
    """What was sent; None, with the fault told, where there is no document to begin with."""
    data = _bytes(request.files.get("document"))
    text = request.form.get("text", "").strip()
    if data is None and not text:
        told.faults["#/document"] = _("Choose a project document, or paste one.")
        return None
    try:
        document = _whole_letters(json.loads(data.decode("utf-8-sig") if data is not None else text))
    except UnicodeError:
        told.faults["#/document"] = _("This file is not UTF-8 text.")
        return None
    except (ValueError, RecursionError) as error:
        told.faults["#/document"] = _("This is not JSON: %(reason)s.", reason=str(error)[:200])
        return None
    sent = request.files.get("site")
    shape = _bytes(sent)
    site = SiteFile(shape, (sent.filename or "")[:150]) if sent and shape else None
    return ImportParts(document, site, _bytes(request.files.get("milestones")))


def _whole_letters(document: Any) -> Any:
    """The document, where nothing in it is half a letter, as JSON can say it: no page and no database takes one.

    Raises:
        UnicodeEncodeError: something is.
    """
    json.dumps(document, ensure_ascii=False).encode()
    return document


def _bytes(sent: FileStorage | None) -> bytes | None:
    """A file's bytes; the whole form is bounded before it is read (``server.requests``)."""
    if sent is None or not sent.filename:
        return None
    sent.stream.seek(0)
    return sent.stream.read(engines().settings.max_json_bytes)


def _code(document: Any) -> str:
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, str) else ""


def _page(told: Told, carried: str, creates: bool = False, code: str = "") -> Answer:
    page = render_template(
        "review/setup_import.html",
        told=told,
        carried=carried,
        creates=creates,
        code=code,
        typed=request.form,
        most_bytes=engines().settings.max_json_bytes,
    )
    return page, told.status
