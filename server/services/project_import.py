"""Importing a project: a preview of what would change with every fault named, and the writing of it.

One document states the project, its contract, its site and its milestones; the site may come as a
file and the milestones as a table instead. Importing the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.site import Site
from server.access import Actor, require
from server.canonical import sha256_of
from server.db import reading, writing
from server.documents import plain
from server.engines import engines
from server.models import Project
from server.models.people import Role
from server.problems import FieldError, Problem, field_errors, pointer
from server.services.importing import difference, document_rules, milestone_table, on_record, record_rules, site_part
from server.services.importing.difference import Change
from server.services.importing.milestone_table import MilestoneTable
from server.services.importing.schema import ProjectSchema
from server.services.importing.site_part import SiteFile, SitePart
from server.services.importing.writing import Import, write
from server.services.setting_up_sources import IN_USE, Said, sources_fault
from server.texts import _, counted

#: Sections that stay as they are where the document leaves them out.
SECTIONS = ("contract", "site", "milestones")


@dataclass(frozen=True, slots=True)
class ImportParts:
    """What was sent: the document as parsed JSON, and the files beside it."""

    document: Any
    site_file: SiteFile | None = None
    milestones_file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do: every change, every fault, and what was assumed or repaired.

    With faults nothing would be written; ``changes`` is then what is told apart from them.
    """

    changes: list[Change]
    creates: bool
    faults: list[FieldError]
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The sha256 of the changes, by which a later import can be held to exactly these."""
        return sha256_of({"changes": [[each.pointer, each.before, each.after] for each in self.changes]})


@dataclass(frozen=True, slots=True)
class Imported:
    """The project as it stands after an import, and whether this very import made it."""

    project: Project
    created: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """The parts as read, before any record was looked at; ``document`` holds what is sound of it."""

    document: dict[str, Any]
    site: SitePart
    table: MilestoneTable
    faults: list[FieldError]


def preview(actor: Actor, code: str, parts: ImportParts) -> Preview:
    """What importing ``parts`` as project ``code`` would change, and what is wrong with it.

    Raises:
        Problem: ``not-allowed``, for anyone but an administrator of the project's agency.
    """
    return _prepare(reading(), actor, code, _read(code, parts), lock=False)[0]


def apply(actor: Actor, code: str, parts: ImportParts, *, now: datetime, seen: str | None = None) -> Imported:
    """Import ``parts`` as project ``code``: all of it, or nothing where there is a fault.

    ``seen`` is the digest of the changes that a preview showed; with it exactly these are made or none.

    Raises:
        Problem: ``import-refused`` with every fault, ``not-allowed``, ``separation-of-duties``, or
            ``conflict`` where something else was written at the same moment, or since the preview.
    """
    read = _read(code, parts)
    try:
        with writing() as session:
            told, plan = _prepare(session, actor, code, read, lock=True)
            if told.faults or plan is None:
                raise Problem("import-refused", _refusal(len(told.faults)), errors=told.faults)
            if seen is not None and seen != told.digest:
                raise Problem("conflict", _("The project was changed since this was shown. Look at the changes again."))
            before = plan.found.project
            if before is not None and not plan.changes:
                return Imported(before, created=False)
            return Imported(write(session, actor, plan, now=now), created=before is None)
    except IntegrityError:
        raise Problem(
            "conflict", _("Something of this project was changed at the same moment. Import again.")
        ) from None


def whole(code: str, parts: ImportParts) -> dict[str, Any]:
    """The parts as one document in plain JSON values, site and milestones in it; of what has faults, what is sound."""
    read = _read(code, parts)
    section = read.site.section()
    document = {name: value for name, value in read.document.items() if name != "site"}
    told: dict[str, Any] = plain(document | ({"site": section} if section is not None else {}))
    return told


def _read(code: str, parts: ImportParts) -> _Reading:
    """Read all parts; nothing here asks the records, so no lock is held meanwhile."""
    if not isinstance(parts.document, Mapping):
        broken = [FieldError(pointer(), _("The document is not a JSON object."))]
        return _Reading({}, SitePart(), MilestoneTable(), broken)
    raw = dict(parts.document)
    table = MilestoneTable()
    faults = []
    if parts.milestones_file is not None:
        table = milestone_table.read(parts.milestones_file)
        if "milestones" in raw:
            faults.append(FieldError(pointer("milestones"), _("Milestones are given here and as a table; give one.")))
        raw["milestones"] = table.milestones
    document, wrong = _load(raw)
    faults += [*table.faults, *wrong]
    # Where the section's own fields are wrong, its geometry cannot be judged yet.
    sound = not any(fault.pointer.startswith("#/site") for fault in wrong)
    site = site_part.read(document.get("site"), parts.site_file) if sound else SitePart()
    if document.get("code") not in {None, code}:
        faults.append(FieldError(pointer("code"), _("The document is sent as project %(code)s.", code=code)))
    return _Reading(document, site, table, [*faults, *site.faults])


def _load(raw: dict[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """The document in Python values; with faults, as much of it as is sound."""
    try:
        document: dict[str, Any] = ProjectSchema().load(raw)
        faults: list[FieldError] = []
    except ValidationError as error:
        document = error.valid_data if isinstance(error.valid_data, dict) else {}
        faults = field_errors(error.messages)
    if "working_days" in document:
        document["working_days"] = sorted(set(document["working_days"]))
    return document, faults


def _prepare(session: Session, actor: Actor, code: str, read: _Reading, *, lock: bool) -> tuple[Preview, Import | None]:
    """Compare what was read with the records; the second is None where there are faults."""
    found = on_record.records(session, code, lock=lock)
    before = on_record.document(found)
    wanted = _completed(read, before)
    names = record_rules.names(session, wanted)
    _permit(actor, found.project, names)
    shape = read.site.site or (on_record.shape(found) if "site" not in read.document else None)
    faults = [*read.faults, *document_rules.faults(wanted, shape)]
    faults += record_rules.faults(wanted, before, found, names, engines().policies)
    faults += _sources_stop(session, actor, wanted, found, shape)
    faults = [read.table.named(fault) for fault in dict.fromkeys(faults)]
    changes = [] if read.faults else difference.changes(before, wanted)
    told = Preview(changes, found.project is None, faults, read.site.notes)
    return told, None if faults else Import(wanted, found, names, read.site, changes)


def _sources_stop(
    session: Session,
    actor: Actor,
    wanted: Mapping[str, Any],
    found: on_record.Records,
    shape: Site | None,
) -> list[FieldError]:
    """A site that is used anew, or a project published anew, while its recorded sources lie too far apart."""
    project, policy = found.project, wanted.get("policy")
    if project is None or shape is None or policy not in record_rules.policy_ids(engines().policies):
        return []
    moved = shape != on_record.shape(found)
    if not moved and (project.published_at or not wanted.get("published")):
        return []
    used = found.site.changed_by if found.site is not None and not moved else actor.person_id
    said = Said(IN_USE, shape, "", used, project.changed_at)
    place = pointer("site", "geometry") if moved else pointer("published")
    return sources_fault(session, project, str(policy), said, place)


def _completed(read: _Reading, before: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the site that was read, and with the sections it left out as they are."""
    wanted = dict(read.document)
    wanted.pop("site", None)
    section = read.site.section()
    if section is not None:
        wanted["site"] = section
    return wanted | {name: before[name] for name in SECTIONS if name in before and name not in wanted}


def _permit(actor: Actor, project: Project | None, names: record_rules.Names) -> None:
    """Only an administrator of the agency, and of the new one where the agency changes."""
    if project is not None:
        require(actor, project, {Role.ADMINISTRATOR})
    held = {grant.agency_id for grant in actor.held if grant.role is Role.ADMINISTRATOR}
    if not held or (names.agency is not None and names.agency.id not in held):
        raise Problem("not-allowed", _("Only an administrator of the agency imports its projects."))


def _refusal(faults: int) -> str:
    return counted(
        "Nothing was imported: there is %(num)s fault.", "Nothing was imported: there are %(num)s faults.", faults
    )
