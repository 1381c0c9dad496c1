"""What must be true between a project document and the records it meets.

The names it uses must be known, and what was put forward, decided or paid must stay as it was.
Every fault is told, each at its field. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.models import Area, Milestone, Organisation
from server.models.milestones import MilestoneState
from server.models.people import OrganisationKind
from server.money import advance_limit
from server.policy import Policies
from server.problems import FieldError, pointer
from server.services.importing import difference
from server.services.importing.on_record import Records
from server.texts import _
from server.wording import ORGANISATIONS, share, state

Document = Mapping[str, Any]

#: A milestone in another state was put forward at least once and stays as it was.
CHANGEABLE = frozenset({MilestoneState.PLANNED, MilestoneState.OPEN})


@dataclass(frozen=True, slots=True)
class Names:
    """The records that a document names by their codes; None where there is none of that code."""

    agency: Organisation | None
    area: Area | None
    supplier: Organisation | None


def names(session: Session, document: Document) -> Names:
    """Look up what the document names."""
    return Names(
        agency=_organisation(session, document.get("agency")),
        area=session.scalar(sa.select(Area).where(Area.code == document.get("area"))),
        supplier=_organisation(session, (document.get("contract") or {}).get("supplier")),
    )


def faults(wanted: Document, present: Document, found: Records, known: Names, policies: Policies) -> list[FieldError]:
    """Everything in which a document does not fit the records."""
    return [
        *_unknown_names(wanted, known),
        *_unknown_policy(wanted, policies),
        *_advance_within_policy(wanted, present, policies),
        *_settled_contract(wanted, present, found),
        *_settled_milestones(wanted, present, found),
        *_bound_requirements(wanted, found),
    ]


def _organisation(session: Session, code: str | None) -> Organisation | None:
    return session.scalar(sa.select(Organisation).where(Organisation.code == code))


def _unknown_names(wanted: Document, known: Names) -> Iterator[FieldError]:
    yield from _of_kind(wanted.get("agency"), known.agency, OrganisationKind.AGENCY, "agency")
    supplier = (wanted.get("contract") or {}).get("supplier")
    yield from _of_kind(supplier, known.supplier, OrganisationKind.CONTRACTOR, "contract", "supplier")
    if wanted.get("area") is not None and known.area is None:
        yield FieldError(pointer("area"), _("There is no area with the code %(area)s.", area=wanted["area"]))


def _of_kind(code: str | None, found: Organisation | None, kind: OrganisationKind, *steps: str) -> Iterator[FieldError]:
    if code is not None and found is None:
        yield FieldError(pointer(*steps), _("There is no organisation with the code %(code)s.", code=code))
    elif found is not None and found.kind is not kind:
        yield FieldError(
            pointer(*steps),
            _(
                "%(name)s is recorded as %(kind)s, not as %(wanted)s.",
                name=found.name,
                kind=ORGANISATIONS[found.kind],
                wanted=ORGANISATIONS[kind],
            ),
        )


def _unknown_policy(wanted: Document, policies: Policies) -> Iterator[FieldError]:
    known = policy_ids(policies)
    if wanted.get("policy") is not None and wanted["policy"] not in known:
        yield FieldError(pointer("policy"), _("There is no such policy; there are %(names)s.", names=", ".join(known)))


def _advance_within_policy(wanted: Document, present: Document, policies: Policies) -> Iterator[FieldError]:
    """An advance above the policy's share; one that is on record already stands as it was agreed."""
    stated, before = ((each.get("contract") or {}) for each in (wanted, present))
    advance, value = stated.get("advance_minor"), stated.get("value_minor")
    if advance is None or value is None or wanted.get("policy") not in policy_ids(policies):
        return
    if (advance, value) == (before.get("advance_minor"), before.get("value_minor")):
        return
    rules = policies.latest(wanted["policy"]).money
    if advance > advance_limit(value, rules):
        told = _(
            "The advance is more than %(most)s of the contract's value, the most that the policy allows.",
            most=share(rules.advance_share_max_bp),
        )
        yield FieldError(pointer("contract", "advance_minor"), told)


def policy_ids(policies: Policies) -> list[str]:
    """The ids of all policies, sorted."""
    return sorted({policies.get(name).id for name in policies.names()})


def _settled_contract(wanted: Document, present: Document, found: Records) -> Iterator[FieldError]:
    before, after = present.get("contract"), wanted.get("contract") or {}
    if before is None:
        return
    if found.decided and after.get("supplier") not in {None, before["supplier"]}:
        told = _(
            "Submissions and decisions name %(supplier)s; the supplier cannot change any more.",
            supplier=before["supplier"],
        )
        yield FieldError(pointer("contract", "supplier"), told)
    if found.unlocked and after.get("currency") not in {None, before["currency"]}:
        told = _(
            "Certificates were unlocked in %(currency)s; the currency cannot change any more.",
            currency=before["currency"],
        )
        yield FieldError(pointer("contract", "currency"), told)


def _settled_milestones(wanted: Document, present: Document, found: Records) -> Iterator[FieldError]:
    before = {each["code"]: each for each in present.get("milestones", [])}
    after = {each.get("code"): place for place, each in enumerate(wanted.get("milestones", []))}
    for milestone in found.milestones:
        place, stays = after.get(milestone.code), _why_it_stays(milestone, found)
        if place is None and stays is not None:
            yield FieldError(pointer("milestones"), stays)
        elif place is not None and milestone.state not in CHANGEABLE:
            told = _("%(code)s cannot be changed: it is %(state)s.", code=milestone.code, state=state(milestone.state))
            steps = ("milestones", place)
            for change in difference.within(before[milestone.code], wanted["milestones"][place], steps):
                yield FieldError(change.pointer, told)


def _why_it_stays(milestone: Milestone, found: Records) -> str | None:
    """Why a milestone cannot be taken away; None where it can."""
    if milestone.state not in CHANGEABLE:
        return _("%(code)s cannot be taken away: it is %(state)s.", code=milestone.code, state=state(milestone.state))
    if milestone.id not in found.bound:
        return None
    return _("%(code)s cannot be taken away: photos, submissions or disputes are tied to it.", code=milestone.code)


def _bound_requirements(wanted: Document, found: Records) -> Iterator[FieldError]:
    """Requirements that went from an open milestone although photos were taken for them."""
    after = {each.get("code"): (place, each) for place, each in enumerate(wanted.get("milestones", []))}
    for milestone in found.milestones:
        if milestone.code not in after or milestone.state not in CHANGEABLE:
            continue
        place, stated = after[milestone.code]
        kept = {requirement.get("code") for requirement in stated.get("requirements", [])}
        for requirement in milestone.requirements:
            if requirement.code not in kept and requirement.id in found.bound:
                told = _("%(code)s cannot be taken away: photos were taken for it.", code=requirement.code)
                yield FieldError(pointer("milestones", place, "requirements"), told)
