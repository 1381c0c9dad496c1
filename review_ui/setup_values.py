"""What people type into the forms of a project, as the values of a project document, and the other way round.

A text that is no value of its field is told as a fault of the field and stays as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from server import wording
from server.problems import FieldError, pointer
from server.services.importing.on_record import REQUIREMENT_FIELDS
from server.texts import _
from server.wording import MINUS

Form = MultiDict[str, str]
Values = Mapping[str, Any]

FACT_TEXTS = (
    "title",
    "purpose",
    "sector",
    "asset_kind",
    "agency",
    "area",
    "source_of_funds",
    "status",
    "time_zone",
    "policy",
    "work_starts",
    "work_ends",
)
CONTRACT_TEXTS = ("supplier", "reference", "tender_reference", "award_reference", "currency")
VARIATION = ("number", "amount", "approved_on", "description")
MILESTONE = ("was", "code", "title", "must_exist", "weight", "amount", "starts_on", "ends_on", "predecessor")
REQUIREMENT = REQUIREMENT_FIELDS
MEASURES = ("station_m", "station_tolerance_m", "minimum_megapixels", "oldest_age_h")
#: A form of rows has no more of them than a document may have.
MOST_ROWS = 200


@dataclass
class Reader:
    """Reads typed texts and gathers what is wrong with them."""

    faults: list[FieldError] = field(default_factory=list)

    def needed(self, text: str, *steps: str | int) -> str:
        """A text that must not be empty."""
        if not text.strip():
            self._fault(_("Fill this in."), *steps)
        return text.strip()

    def amount(self, text: str, currency: str, *steps: str | int) -> Any:
        """The minor units of an amount as a person writes it; below zero with a minus before it."""
        bare = text.strip()
        below = bare.startswith(("-", MINUS))
        minor = wording.minor_units(bare.lstrip(f"-{MINUS}"), currency)
        if minor is None:
            self._fault(_("Write an amount such as %(amount)s.", amount=wording.money(125_000_000, currency)), *steps)
            return text
        return -minor if below else minor

    def share(self, text: str, *steps: str | int) -> Any:
        """The basis points of a share typed in per cent, to a hundredth of one."""
        try:
            points = Decimal(text.strip().removesuffix("%").strip().replace(",", ".")) * 100
            if points == points.to_integral_value() and abs(points) <= 1_000_000:
                return int(points)
        except InvalidOperation:
            pass
        self._fault(_("Write a share in per cent, such as 12.5."), *steps)
        return text

    def number(self, text: str, *steps: str | int) -> Any:
        """A number, or None where nothing is typed."""
        bare = text.strip()
        if not bare:
            return None
        try:
            value = Decimal(bare)
            if value.is_finite() and abs(value) < 10**12:
                return int(value) if value == value.to_integral_value() and "." not in bare else float(value)
        except InvalidOperation:
            pass
        self._fault(_("Write a number."), *steps)
        return text

    def taken(self, code: str) -> None:
        """The code belongs to another project already."""
        self._fault(_("There is a project with the code %(code)s already.", code=code), "code")

    def _fault(self, detail: str, *steps: str | int) -> None:
        self.faults.append(FieldError(pointer(*steps), detail))


def written_amount(minor: int | None, currency: str) -> str:
    """An amount as a field shows it: without the currency, which has a field of its own."""
    if minor is None:
        return ""
    said = wording.money(abs(minor), currency).removeprefix(wording.SYMBOLS.get(currency, f"{currency} "))
    return f"-{said}" if minor < 0 else said


def written_share(points: int | None) -> str:
    """Basis points as a field shows them, in per cent."""
    return "" if points is None else f"{Decimal(points) / 100:f}".removesuffix(".00")


def facts(form: Form, read: Reader) -> dict[str, Any]:
    """The facts of a project document, out of the form."""
    told: dict[str, Any] = {name: form.get(name, "").strip() for name in FACT_TEXTS}
    for name in ("title", "sector", "asset_kind", "area", "time_zone"):
        read.needed(told[name], name)
    currency = form.get("currency", "").strip().upper()
    told["budget"] = {
        "amount_minor": read.amount(form.get("budget", ""), currency, "budget", "amount_minor"),
        "currency": currency,
    }
    told |= {name: form.get(name) or None for name in ("starts_on", "ends_on")}
    told["working_days"] = [int(day) for day in form.getlist("working_days") if day in set("1234567")]
    return told


def facts_typed(document: Values) -> dict[str, Any]:
    """The same the other way: what the form shows of a document."""
    budget = document["budget"]
    typed = {name: document.get(name) or "" for name in (*FACT_TEXTS, "code", "starts_on", "ends_on")}
    typed |= {"budget": written_amount(budget["amount_minor"], budget["currency"]), "currency": budget["currency"]}
    typed["working_days"] = [str(day) for day in document["working_days"]]
    return typed


def contract(form: Form, read: Reader) -> dict[str, Any]:
    """The contract's section, out of the form."""
    told: dict[str, Any] = {name: form.get(name, "").strip() for name in CONTRACT_TEXTS}
    read.needed(told["supplier"], "contract", "supplier")
    read.needed(told["reference"], "contract", "reference")
    currency = told["currency"] = told["currency"].upper()
    told["value_minor"] = read.amount(form.get("value", ""), currency, "contract", "value_minor")
    told["advance_minor"] = read.amount(form.get("advance") or "0", currency, "contract", "advance_minor")
    told["retention_bp"] = read.share(form.get("retention") or "0", "contract", "retention_bp")
    told |= {name: form.get(name) or None for name in ("signed_on", "effective_on", "ends_on")}
    told["variations"] = [
        {
            "number": read.number(row["number"], "contract", "variations", place, "number"),
            "amount_minor": read.amount(row["amount"], currency, "contract", "variations", place, "amount_minor"),
            "approved_on": row["approved_on"],
            "description": row["description"],
        }
        for place, row in enumerate(rows(form, VARIATION, "v_"))
        if any(row.values())
    ]
    return told


def contract_typed(section: Values | None, currency: str) -> dict[str, Any]:
    """What the form shows of a contract; None is one that is yet to be made."""
    if section is None:
        return {"currency": currency, "variations": []}
    currency = section["currency"]
    typed = {name: section.get(name) or "" for name in (*CONTRACT_TEXTS, "signed_on", "effective_on", "ends_on")}
    typed["value"] = written_amount(section["value_minor"], currency)
    typed["advance"] = written_amount(section["advance_minor"], currency)
    typed["retention"] = written_share(section["retention_bp"])
    typed["variations"] = [
        {
            "number": str(each["number"]),
            "amount": written_amount(each["amount_minor"], currency),
            "approved_on": each["approved_on"],
            "description": each["description"],
        }
        for each in section["variations"]
    ]
    return typed


def milestones(form: Form, read: Reader, known: Sequence[Values], currency: str) -> list[dict[str, Any]]:
    """The milestones out of the rows of the form; each keeps the requirements that it has in ``known``."""
    requirements = {each["code"]: each["requirements"] for each in known}
    told = []
    for place, row in enumerate(row for row in rows(form, MILESTONE, "m_") if any(row.values())):
        steps = ("milestones", place)
        told.append(
            {
                "code": read.needed(row["code"], *steps, "code"),
                "title": read.needed(row["title"], *steps, "title"),
                "must_exist": row["must_exist"],
                "weight_bp": read.share(row["weight"], *steps, "weight_bp"),
                "amount_minor": read.amount(row["amount"], currency, *steps, "amount_minor"),
                "starts_on": read.needed(row["starts_on"], *steps, "starts_on"),
                "ends_on": read.needed(row["ends_on"], *steps, "ends_on"),
                "predecessor": row["predecessor"].strip() or None,
                "requirements": requirements.get(row["was"], []),
            }
        )
    return told


def milestones_typed(known: Sequence[Values], currency: str) -> list[dict[str, str]]:
    """The rows that the form shows of the milestones."""
    return [
        {
            **{name: each[name] or "" for name in ("code", "title", "must_exist", "starts_on", "ends_on")},
            "was": each["code"],
            "predecessor": each["predecessor"] or "",
            "weight": written_share(each["weight_bp"]),
            "amount": written_amount(each["amount_minor"], currency),
        }
        for each in known
    ]


def requirements(form: Form, read: Reader, milestone: int) -> list[dict[str, Any]]:
    """The requirements of one milestone, out of the rows of the form."""
    told = []
    for place, row in enumerate(row for row in rows(form, REQUIREMENT, "r_") if _says_anything(row)):
        steps = ("milestones", milestone, "requirements", place)
        each: dict[str, Any] = {name: read.needed(row[name], *steps, name) for name in ("code", "title")}
        each |= {"stage": row["stage"], "view": row["view"].strip()}
        each["photos"] = read.number(row["photos"] or "1", *steps, "photos")
        each |= {name: read.number(row[name], *steps, name) for name in MEASURES}
        told.append(each)
    return told


def _says_anything(row: Mapping[str, str]) -> bool:
    """A stage is always chosen, so it alone says nothing."""
    return any(value for name, value in row.items() if name != "stage")


def requirements_typed(known: Sequence[Values]) -> list[dict[str, str]]:
    """The rows that the form shows of the requirements."""
    return [{name: _shown(each.get(name)) for name in REQUIREMENT} for each in known]


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def rows(form: Form, names: Sequence[str], prefix: str) -> list[dict[str, str]]:
    """The rows of a table of fields: the nth value of each name makes the nth row."""
    columns = {name: form.getlist(prefix + name) for name in names}
    number = min(max((len(column) for column in columns.values()), default=0), MOST_ROWS + 1)
    return [
        {name: column[place] if place < len(column) else "" for name, column in columns.items()}
        for place in range(number)
    ]


def arranged(given: list[dict[str, str]], asked: str) -> list[dict[str, str]]:
    """The rows after a button for one of them was pressed: ``add``, ``remove-2``, ``up-2``, ``down-2``."""
    action, _dash, place_text = asked.partition("-")
    made = list(given)
    if action == "add":
        return [*made, {}]
    place = int(place_text) if place_text.isascii() and place_text.isdigit() else -1
    if not 0 <= place < len(made):
        return made
    row = made.pop(place)
    if action != "remove":
        made.insert(max(place - 1, 0) if action == "up" else place + 1, row)
    return made
