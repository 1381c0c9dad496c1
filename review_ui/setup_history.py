"""What was changed on a project, by whom, and putting earlier values back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from werkzeug.wrappers import Response

from review_ui import setup_flow, setup_words
from review_ui.door import Answer, bp
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_values import Reader
from server.access import declare
from server.auth import current_actor
from server.services import setting_up, setting_up_history
from server.services.custody_reading import Event
from server.services.importing.difference import Change
from server.services.setting_up import Draft


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the record, with its changes in words; ``can_return`` where its values can be put back."""

    event: Event
    changes: list[setup_words.Said]
    can_return: bool


@bp.get("/review/setup/projects/<string:code>/history")
@declare(ADMINISTRATORS)
def setup_history(code: str) -> str:
    """Every change of the project's set-up, newest first."""
    draft = setting_up.draft(current_actor(), code)
    return render_template("review/setup_history.html", project=draft.project, entries=_entries(draft))


@bp.get("/review/setup/projects/<string:code>/history/<int:sequence>")
@declare(ADMINISTRATORS)
def setup_return(code: str, sequence: int) -> Answer:
    """What putting back the values of one moment would change."""
    draft = setting_up.draft(current_actor(), code)
    told = setup_flow.told_of(setting_up_history.as_of(draft, sequence), Reader())
    return setup_flow.shown("review/setup_return.html", told, project=draft.project)


@bp.post("/review/setup/projects/<string:code>/history/<int:sequence>")
@declare(ADMINISTRATORS)
def setup_return_taken(code: str, sequence: int) -> Answer:
    """Put them back."""
    draft = setting_up.draft(current_actor(), code)
    document = setting_up_history.as_of(draft, sequence)
    told = setup_flow.taken(document, Reader(), url_for("review_ui.setup_project", code=code))
    if isinstance(told, Response):
        return told
    return setup_flow.shown("review/setup_return.html", told, project=draft.project)


def _entries(draft: Draft) -> list[Entry]:
    entries, newest = [], True
    for each in setting_up_history.events(draft.project.code):
        is_change = each.event.action in setting_up_history.CHANGES
        told = [Change(**change) for change in each.event.details.get("changes", [])] if is_change else []
        said = setup_words.changes(told, draft.document)
        entries.append(Entry(each, said, is_change and not newest))
        newest = newest and not is_change
    return entries
