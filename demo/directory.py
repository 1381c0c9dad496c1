"""Fills the directory of the demonstration: areas, organisations, people and their roles.

It uses the services behind ``saksi areas``, ``organisations`` and ``people``, as an operator would. What
is there already stays, so that an interrupted load is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from server.models.people import OrganisationKind, Role
from server.problems import Problem
from server.services import directory

Told = Mapping[str, Any]


def fill(told: Told, *, now: datetime) -> None:
    """Add whatever of areas, organisations, people and roles across agencies is not there yet."""
    for area in told["areas"]:
        _unless_there(directory.add_area, area["code"], area["name"], area["level"], parent=area["parent"], now=now)
    for each in told["organisations"]:
        _unless_there(directory.add_organisation, each["code"], each["name"], OrganisationKind(each["kind"]), now=now)
    for person in told["people"]:
        add = (directory.add_person, person["email"], person["name"], person["organisation"], told["password"])
        _unless_there(*add, language=person["language"], now=now)
        for agency in person.get("agencies", ()):
            _unless_there(directory.grant, person["email"], Role(person["role"]), project=None, agency=agency, now=now)


def grant_on(code: str, told: Told, *, now: datetime) -> None:
    """Give everybody their role on the project of this code, once it is imported."""
    for person in _people_of(code, told):
        _unless_there(directory.grant, person["email"], Role(person["role"]), project=code, agency=None, now=now)


def _people_of(code: str, told: Told) -> Iterator[Told]:
    return (person for person in told["people"] if code in person.get("projects", ()))


def _unless_there(add: Callable[..., object], *values: Any, **named: Any) -> None:
    try:
        add(*values, **named)
    except Problem as problem:
        if problem.name != "conflict":
            raise
