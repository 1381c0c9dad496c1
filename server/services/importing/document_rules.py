"""What must be true within one project document, beyond the type of each field.

Every fault is told, each at its field. A document that already has faults of type is judged as far
as it goes: a field that is missing here was told about before. The records are kept out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from geo.corridor import format_station
from geo.site import Site
from server.money import MOST_MINOR, WHOLE_BP
from server.problems import FieldError, pointer
from server.texts import _
from server.wording import money

Document = Mapping[str, Any]
Rule = Callable[[Document, Site | None], Iterator[FieldError]]


def faults(document: Document, site: Site | None) -> list[FieldError]:
    """Everything wrong with a document, in the order of the rules; ``site`` is the one it will have."""
    return [fault for rule in RULES for fault in rule(document, site)]


def contract_total_minor(document: Document) -> int | None:
    """The contract's value with its variations, or None where it is not (wholly) known."""
    contract = document.get("contract")
    if not contract:
        return None
    variations = _total(contract.get("variations", []), "amount_minor")
    value = contract.get("value_minor")
    return None if value is None or variations is None else value + variations


def _dates_in_order(document: Document, _site: Site | None) -> Iterator[FieldError]:
    contract = document.get("contract") or {}
    yield from _ordered(document, "starts_on", "ends_on")
    yield from _ordered(contract, "signed_on", "ends_on", "contract")
    yield from _ordered(contract, "effective_on", "ends_on", "contract")
    for place, milestone in enumerate(_milestones(document)):
        yield from _ordered(milestone, "starts_on", "ends_on", "milestones", place)


def _ordered(record: Document, first: str, last: str, *steps: str | int) -> Iterator[FieldError]:
    starts, ends = record.get(first), record.get(last)
    if starts is not None and ends is not None and ends < starts:
        yield FieldError(
            pointer(*steps, last),
            _("This lies before %(first)s, %(day)s.", first=first, day=starts.isoformat()),
        )


def _working_time(document: Document, _site: Site | None) -> Iterator[FieldError]:
    starts, ends = document.get("work_starts"), document.get("work_ends")
    if starts and ends and ends <= starts:
        yield FieldError(pointer("work_ends"), _("This is not later than work_starts, %(starts)s.", starts=starts))
    if document.get("working_days") == []:
        yield FieldError(pointer("working_days"), _("At least one working day is needed."))


def _codes_once(document: Document, _site: Site | None) -> Iterator[FieldError]:
    contract = document.get("contract") or {}
    yield from _once(contract.get("variations", []), "number", "contract", "variations")
    milestones = _milestones(document)
    yield from _once(milestones, "code", "milestones")
    for place, milestone in enumerate(milestones):
        yield from _once(milestone.get("requirements", []), "code", "milestones", place, "requirements")


def _once(records: Sequence[Document], key: str, *steps: str | int) -> Iterator[FieldError]:
    seen = set()
    for place, record in enumerate(records):
        value = record.get(key)
        if value is not None and value in seen:
            yield FieldError(pointer(*steps, place, key), _("%(value)s stands there twice.", value=value))
        seen.add(value)


def _predecessors_before(document: Document, _site: Site | None) -> Iterator[FieldError]:
    earlier: set[str] = set()
    for place, milestone in enumerate(_milestones(document)):
        wanted = milestone.get("predecessor")
        if wanted is not None and wanted not in earlier:
            told = _("No milestone before this one has the code %(code)s.", code=wanted)
            yield FieldError(pointer("milestones", place, "predecessor"), told)
        if milestone.get("code") is not None:
            earlier.add(milestone["code"])


def _weights_whole(document: Document, _site: Site | None) -> Iterator[FieldError]:
    milestones = _milestones(document)
    total = _total(milestones, "weight_bp")
    if milestones and total is not None and total != WHOLE_BP:
        yield FieldError(
            pointer("milestones"),
            _(
                "The weights sum to %(total)s; all together must be %(whole)s (100 %%).",
                total=total,
                whole=WHOLE_BP,
            ),
        )


def _amounts_match_contract(document: Document, _site: Site | None) -> Iterator[FieldError]:
    milestones, contract = _milestones(document), document.get("contract") or {}
    total, wanted = _total(milestones, "amount_minor"), contract_total_minor(document)
    currency = contract.get("currency")
    if wanted is not None and not 0 <= wanted <= MOST_MINOR:
        yield FieldError(
            pointer("contract", "variations"), _("With its variations the contract's value is out of range.")
        )
    elif milestones and currency and total is not None and wanted is not None and total != wanted:
        told = _(
            "The amounts sum to %(total)s; the contract with its variations is worth %(wanted)s.",
            total=money(total, currency),
            wanted=money(wanted, currency),
        )
        yield FieldError(pointer("milestones"), told)


def _advance_within_value(document: Document, _site: Site | None) -> Iterator[FieldError]:
    contract, total = document.get("contract") or {}, contract_total_minor(document)
    advance = contract.get("advance_minor")
    if advance is not None and total is not None and advance > total:
        yield FieldError(pointer("contract", "advance_minor"), _("The advance is more than the contract's value."))


def _stations_on_line(document: Document, site: Site | None) -> Iterator[FieldError]:
    for place, milestone in enumerate(_milestones(document)):
        for number, requirement in enumerate(milestone.get("requirements", [])):
            station = requirement.get("station_m")
            told = None if station is None or site is None else _station_fault(station, site)
            if told is not None:
                yield FieldError(pointer("milestones", place, "requirements", number, "station_m"), told)


def _station_fault(station_m: float, site: Site) -> str | None:
    """Why a station cannot be on the site, or None; half a metre forgives the rounding of surveys."""
    if site.length_m is None:
        return _("Only a corridor has stations; this site is an area.")
    first, last = site.chainage_start_m, site.chainage_start_m + site.length_m
    if first - 0.5 <= station_m <= last + 0.5:
        return None
    return _("The centre line runs from %(first)s to %(last)s.", first=format_station(first), last=format_station(last))


def _milestones(document: Document) -> Sequence[Document]:
    return document.get("milestones") or []


def _total(records: Sequence[Document], field: str) -> int | None:
    """The sum of a field, or None where a record lacks it."""
    values = [record.get(field) for record in records]
    return None if None in values else sum(value for value in values if value is not None)


RULES: tuple[Rule, ...] = (
    _dates_in_order,
    _working_time,
    _codes_once,
    _predecessors_before,
    _weights_whole,
    _amounts_match_contract,
    _advance_within_value,
    _stations_on_line,
)
