"""The changes of a preview as a person reads them: which field, what it was, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server import wording
from server.services.importing.difference import Change
from server.texts import N_, _

FIELDS = {
    "code": N_("Code"),
    "title": N_("Title"),
    "purpose": N_("Purpose"),
    "sector": N_("Sector"),
    "asset_kind": N_("Kind of asset"),
    "agency": N_("Agency"),
    "area": N_("Area"),
    "budget": N_("Budget"),
    "amount_minor": N_("Amount"),
    "currency": N_("Currency"),
    "source_of_funds": N_("Source of funds"),
    "starts_on": N_("Start"),
    "ends_on": N_("End"),
    "status": N_("State"),
    "time_zone": N_("Time zone"),
    "policy": N_("Policy"),
    "working_days": N_("Working days"),
    "work_starts": N_("Work starts"),
    "work_ends": N_("Work ends"),
    "published": N_("Published"),
    "contract": N_("Contract"),
    "supplier": N_("Supplier"),
    "reference": N_("Reference"),
    "tender_reference": N_("Tender reference"),
    "award_reference": N_("Award reference"),
    "value_minor": N_("Value"),
    "signed_on": N_("Signed"),
    "effective_on": N_("In effect from"),
    "retention_bp": N_("Retention"),
    "advance_minor": N_("Advance"),
    "variations": N_("Variations"),
    "number": N_("Number"),
    "approved_on": N_("Approved"),
    "description": N_("Description"),
    "site": N_("Site"),
    "type": N_("Kind of site"),
    "geometry": N_("Shape"),
    "width_m": N_("Width in metres"),
    "chainage_start_m": N_("First station in metres"),
    "obstructed": N_("Under trees or in a canyon"),
    "source": N_("Source of the coordinates"),
    "milestones": N_("Milestones"),
    "must_exist": N_("What must exist"),
    "weight_bp": N_("Weight"),
    "predecessor": N_("Comes after"),
    "requirements": N_("Requirements"),
    "stage": N_("Stage"),
    "photos": N_("Photos"),
    "view": N_("View"),
    "station_m": N_("Station in metres"),
    "station_tolerance_m": N_("Tolerance of the station in metres"),
    "minimum_megapixels": N_("Least megapixels"),
    "oldest_age_h": N_("Oldest age in hours"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One change in words: the field with what it belongs to, and the two values."""

    field: str
    before: str
    after: str


def changes(found: Iterable[Change], document: Mapping[str, Any]) -> list[Said]:
    """Every change in words; ``document`` is the new one, into which the pointers lead."""
    currency = str((document.get("contract") or document.get("budget") or {}).get("currency") or "")
    return [
        Said(
            place(each.pointer, document),
            value(each.pointer, each.before, currency),
            value(each.pointer, each.after, currency),
        )
        for each in found
    ]


def place(pointer: str, document: Mapping[str, Any]) -> str:
    """Where a pointer leads, in words: ``M2 › rolled › Photos``."""
    steps, told, here = pointer.removeprefix("#/").split("/"), [], document
    for number, step in enumerate(steps):
        here = _inside(here, step)
        if step.isdigit():
            told.append(_name_of(here, step))
        elif number == len(steps) - 1 or step in {"contract", "site", "budget"}:
            told.append(_(FIELDS[step]) if step in FIELDS else step)
    return " › ".join(told)


def _inside(here: Any, step: str) -> Any:
    if isinstance(here, Mapping):
        return here.get(step)
    if isinstance(here, Sequence) and not isinstance(here, str) and step.isdigit() and int(step) < len(here):
        return here[int(step)]
    return None


def _name_of(record: Any, step: str) -> str:
    """The code or number of a record in a list, or its place."""
    named = (record.get("code") or record.get("number")) if isinstance(record, Mapping) else None
    return str(named or int(step) + 1)


def value(pointer: str, given: Any, currency: str) -> str:
    """One value in words; what is a whole record is told by its code and title."""
    name = pointer.rsplit("/", 1)[-1]
    if given is None or given == "":
        return "–"
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if isinstance(given, Mapping):
        return _record(given, currency)
    if isinstance(given, list):
        return ", ".join(value("", each, currency) for each in given) or "–"
    return _single(name, given, currency)


def _single(name: str, given: Any, currency: str) -> str:
    if name.endswith("_minor") and isinstance(given, int):
        return wording.money(given, currency)
    if name.endswith("_bp") and isinstance(given, int):
        return wording.share(given)
    if name.endswith("_on"):
        return _day(str(given))
    if name == "status":
        return wording.state(str(given))
    return wording.stage(str(given)) if name == "stage" else str(given)


def _day(text: str) -> str:
    try:
        return wording.day(date.fromisoformat(text))
    except ValueError:
        return text


def _record(given: Mapping[str, Any], currency: str) -> str:
    if "amount_minor" in given and len(given) == 2:
        return value("/amount_minor", given["amount_minor"], str(given.get("currency") or currency))
    names = ("code", "number", "reference", "title", "geometry", "width_m", "supplier")
    told = [str(given[name]) for name in names if given.get(name)]
    told += [
        value(f"/{name}", given[name], currency)
        for name in ("weight_bp", "value_minor", "amount_minor")
        if given.get(name)
    ]
    return ", ".join(told) or "–"
