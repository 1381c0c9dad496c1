"""How every form of a project is taken: shown with its changes first, then saved as exactly what was shown.

A page states its section of the document. The first press shows what would change, with every fault beside its field;
the second saves it through the import, which makes exactly the changes that were seen or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from review_ui import setup_words
from review_ui.door import Answer, see
from review_ui.setup_values import Reader
from server.auth import current_actor
from server.problems import FieldError, Problem
from server.services import setting_up
from server.texts import _
from server.times import utc_now


@dataclass
class Told:
    """What a page says of what was typed: the changes in words, the faults by pointer, and what to save by."""

    changes: list[setup_words.Said] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    seen: str = ""
    asked: bool = False
    problem: Problem | None = None

    @property
    def ready(self) -> bool:
        """Whether there is something to save, and nothing wrong with it."""
        return bool(self.seen and self.changes and not self.faults)

    @property
    def status(self) -> int:
        """The status of the page that says this."""
        if self.problem is not None:
            return self.problem.kind.status
        return 422 if self.faults else 200

    def refused(self, problem: Problem) -> Told:
        """The same, with what a use case refused and its faults."""
        self.problem = problem
        self.faults |= by_pointer(problem.errors)
        return self


def told_of(document: Mapping[str, Any], typed: Reader) -> Told:
    """What saving ``document`` would do; what could not even be read as values goes before what the import says."""
    preview = setting_up.preview(current_actor(), document)
    faults = by_pointer([*typed.faults, *preview.faults])
    changes = setup_words.changes(preview.changes, document)
    return Told(changes, faults, preview.notes, "" if faults else preview.digest, asked=True)


def by_pointer(faults: Sequence[FieldError]) -> dict[str, str]:
    """The first thing said of each field."""
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(fault.pointer, fault.detail)
    return told


def taken(document: Mapping[str, Any], typed: Reader, then: str) -> Told | Response:
    """Take a posted form: save it where that was asked and may be, else tell what would change."""
    told = told_of(document, typed)
    if request.form.get("step") != "save" or told.faults:
        return told
    if not saved(document, told):
        return told
    flash(_("Saved. What it was before stays on record."))
    return see(then)


def saved(document: Mapping[str, Any], told: Told) -> bool:
    """Save exactly what the form says was seen; False, with the refusal in ``told``, where that cannot be."""
    try:
        setting_up.save(current_actor(), document, request.form.get("seen", ""), now=utc_now())
    except Problem as problem:
        if problem.name == "not-allowed":
            raise
        told.refused(problem)
        return False
    return True


def shown(template: str, told: Told, **facts: Any) -> Answer:
    """The page with what is said of what was typed."""
    return render_template(template, told=told, **facts), told.status
