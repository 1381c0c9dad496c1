"""What a project was before: its changes out of the record, undone one after another until a chosen one.

Undoing is saving the earlier values again, through the import and under its rules; nothing is ever erased. The site is
kept out: its shapes are versions of their own (``setting_up_sources``).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.problems import Problem
from server.services import custody_reading
from server.services.custody_reading import Event
from server.services.importing.difference import KEYS
from server.services.project_import import SECTIONS
from server.services.setting_up import Draft
from server.texts import _

CHANGES = frozenset({"project.created", "project.changed"})


def events(code: str) -> list[Event]:
    """Everything that was done to a project's set-up, newest first."""
    return list(reversed(custody_reading.events_of("project", code)))


def as_of(draft: Draft, sequence: int) -> dict[str, Any]:
    """The project's document as the event left it, without its site.

    Raises:
        Problem: ``not-found``, where no change of this project has that number.
    """
    known = [each.event for each in events(draft.project.code) if each.event.action in CHANGES]
    if sequence not in {event.sequence for event in known}:
        raise Problem("not-found", _("There is no such change of this project on record."))
    document = copy.deepcopy({name: value for name, value in draft.document.items() if name != "site"})
    for event in known:
        if event.sequence == sequence:
            break
        undo(document, event.details.get("changes", []))
    return document


def undo(document: dict[str, Any], changes: Iterable[Mapping[str, Any]]) -> None:
    """Take one event's changes back, in place; its pointers lead into the document as the event left it."""
    told = [(each["pointer"].removeprefix("#/").split("/"), each["before"], each["after"]) for each in changes]
    told = [each for each in told if each[0][0] != "site"]
    # Places in lists hold only until something is put in or taken out, so single fields go first.
    for steps, before, after in told:
        if not _is_of_list(steps, before, after):
            _set(document, steps, before)
    for steps, before, after in told:
        if _is_of_list(steps, before, after):
            _undo_in_list(document, steps, before, after)


def _is_of_list(steps: Sequence[str], before: Any, after: Any) -> bool:
    """Whether a whole record was put in or taken out, or the order changed."""
    added = steps[-1].isdigit() and before is None
    return added or (steps[-1] in KEYS and (after is None or isinstance(after, list)))


def _set(document: dict[str, Any], steps: Sequence[str], value: Any) -> None:
    holder = _at(document, steps[:-1])
    if not isinstance(holder, dict):
        return
    if value is None and steps[-1] in SECTIONS:
        holder.pop(steps[-1], None)
    else:
        holder[steps[-1]] = copy.deepcopy(value)


def _undo_in_list(document: dict[str, Any], steps: Sequence[str], before: Any, after: Any) -> None:
    names = steps[:-1] if steps[-1].isdigit() else steps
    records = _at(document, names)
    if not isinstance(records, list):
        return
    key = KEYS[names[-1]]
    if before is None:
        records[:] = [each for each in records if each.get(key) != after.get(key)]
    elif after is None:
        _put_back(records, copy.deepcopy(before))
    else:
        records.sort(key=lambda each: before.index(each[key]) if each[key] in before else len(before))


def _put_back(records: list[dict[str, Any]], record: dict[str, Any]) -> None:
    """Where a record stood was not kept: what begins later follows it, else it comes last."""
    begins = record.get("starts_on")
    places = (n for n, each in enumerate(records) if begins and (each.get("starts_on") or "") > begins)
    records.insert(next(places, len(records)), record)


def _at(document: Any, steps: Iterable[str]) -> Any:
    here = document
    for step in steps:
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    return here
