"""The people of the tests: who owns, who may, and who must be refused.

One of each role on the road project, the same roles on another project ("other_…"), and
people whose organisation or earlier act bars them from deciding.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.models.people import OrganisationKind, Role

PASSWORD = "correct horse battery"

ORGANISATIONS = {
    "agency": OrganisationKind.AGENCY,
    "other-agency": OrganisationKind.AGENCY,
    "builder": OrganisationKind.CONTRACTOR,
    "other-builder": OrganisationKind.CONTRACTOR,
    "sub": OrganisationKind.SUBCONTRACTOR,
    "watch": OrganisationKind.OVERSIGHT,
}


@dataclass(frozen=True, slots=True)
class Persona:
    """A person with one role: on project ``scope``, or across agency ``scope`` for agency roles."""

    name: str
    organisation: str
    role: Role | None
    scope: str | None

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.name.replace('_', '-')}@example.org"


PERSONAS = {
    persona.name: persona
    for persona in (
        Persona("inspector", "agency", Role.INSPECTOR, "ROAD-1"),
        Persona("second_inspector", "agency", Role.INSPECTOR, "ROAD-1"),
        Persona("contractor", "builder", Role.CONTRACTOR, "ROAD-1"),
        Persona("supervisor", "agency", Role.SUPERVISOR, "ROAD-1"),
        Persona("second_supervisor", "agency", Role.SUPERVISOR, "ROAD-1"),
        Persona("builders_supervisor", "builder", Role.SUPERVISOR, "ROAD-1"),
        Persona("safety_officer", "agency", Role.SAFETY_OFFICER, "ROAD-1"),
        Persona("paymaster", "agency", Role.PAYMASTER, "ROAD-1"),
        Persona("second_paymaster", "agency", Role.PAYMASTER, "ROAD-1"),
        Persona("administrator", "agency", Role.ADMINISTRATOR, "agency"),
        Persona("auditor", "watch", Role.AUDITOR, "agency"),
        Persona("other_inspector", "other-agency", Role.INSPECTOR, "OTHER-1"),
        Persona("other_supervisor", "other-agency", Role.SUPERVISOR, "OTHER-1"),
        Persona("other_paymaster", "other-agency", Role.PAYMASTER, "OTHER-1"),
        Persona("other_administrator", "other-agency", Role.ADMINISTRATOR, "other-agency"),
        Persona("nobody", "agency", None, None),
    )
}
