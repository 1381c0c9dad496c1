"""What an administrator does on the pages of setting up, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.pages.browse import Visitor

FACTS = {
    "code": "SCHOOL-9",
    "title": "Two classrooms",
    "purpose": "Room for eighty children.",
    "sector": "education",
    "asset_kind": "school",
    "status": "implementation",
    "area": "R6",
    "agency": "agency",
    "time_zone": "Asia/Manila",
    "budget": "12,500,000.50",
    "currency": "PHP",
    "starts_on": "2026-01-05",
    "ends_on": "2026-12-20",
    "policy": "ph",
}
CONTRACT = {
    "supplier": "builder",
    "reference": "C-9",
    "value": "1,000,000.00",
    "currency": "PHP",
    "advance": "150,000",
    "retention": "10.5",
    "signed_on": "2025-12-20",
    "ends_on": "2026-12-20",
}
#: About 220 by 222 m.
YARD = "11.500, 122.800\n11.502, 122.800\n11.502, 122.802\n11.500, 122.802"


def shifted(metres_north: float) -> str:
    """The yard, moved to the north."""
    lines = [line.split(", ") for line in YARD.splitlines()]
    return "\n".join(f"{float(latitude) + metres_north / 110_600:.6f}, {longitude}" for latitude, longitude in lines)


@dataclass
class Administrator:
    """An administrator of the agency with the pages open."""

    visitor: Visitor

    #: What a browser sends of the selects, which the visitor without a browser does not read.
    @property
    def selects(self) -> dict[str, str]:
        return {name: FACTS[name] for name in ("status", "agency", "policy")}

    def makes_project(self, **other: str) -> None:
        self.visitor.go("/review/setup/new").press("Show what would change", **FACTS | other)
        self.visitor.press("Make this project", **self.selects)
        assert self.visitor.status == 200, self.visitor.text

    def makes_contract(self) -> None:
        self.visitor.go("/review/setup/projects/SCHOOL-9/contract").press("Show what would change", **CONTRACT)
        self.visitor.press("Save these changes")
        assert self.visitor.status == 200, self.visitor.text

    def records_source(self, source: str, geometry: str = YARD, **other: str) -> None:
        typed = {"reference": "sheet 3", "geometry": geometry, "kind": "polygon"} | other
        self.visitor.go(f"/review/setup/projects/SCHOOL-9/site/{source}").press("Show how it lies", **typed)
        self.visitor.press("Put it on record", **{"kind": "polygon"} | other)
        assert self.visitor.status == 200, self.visitor.text

    def uses_source(self, source: str) -> None:
        self.visitor.go("/review/setup/projects/SCHOOL-9/site").press("Show what would change", source=source)
        self.visitor.press("Use this shape", source=source)

    def makes_schedule(self) -> None:
        self.visitor.go("/review/setup/projects/SCHOOL-9/schedule")
        row = {"m_code": "M1", "m_title": "Walls", "m_weight": "100", "m_amount": "1,000,000.00"}
        row |= {"m_starts_on": "2026-01-05", "m_ends_on": "2026-12-20"}
        self.visitor.press("Show what would change", **row)
        self.visitor.press("Save these changes")
        assert self.visitor.status == 200, self.visitor.text

    def publishes(self) -> None:
        typed = {"status": "implementation", "published": "yes"}
        self.visitor.go("/review/setup/projects/SCHOOL-9/publish").press("Show what would change", **typed)
        self.visitor.press("Save these changes", **typed)

    def document(self, **other: Any) -> dict[str, Any]:
        """The facts as a project document."""
        told = {name: value for name, value in FACTS.items() if name not in {"budget", "currency"}}
        return told | {"budget": {"amount_minor": 1_250_000_050, "currency": "PHP"}} | other
