"""Who may call what: declared where a route is registered, enforced before it runs.

A route without a declaration stops the application from starting. Here only the role is
known; whether it is held on the record's own project is asked with ``require`` by the service
that has loaded the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from flask import Flask

from server.models.people import OrganisationKind, Role
from server.models.projects import Project
from server.problems import Problem
from server.texts import _

View = TypeVar("View", bound=Callable[..., object])
ATTRIBUTE = "saksi_access"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route. ``roles`` empty and not public means anyone who is signed in.

    What ``from_replica`` reads may be a moment old, and comes from the copy of the database where there is one.
    """

    public: bool = False
    roles: frozenset[Role] = frozenset()
    from_replica: bool = False


PUBLIC = Access(public=True)
PUBLISHED = Access(public=True, from_replica=True)
SIGNED_IN = Access()
UPLOADERS = frozenset({Role.INSPECTOR, Role.CONTRACTOR, Role.SAFETY_OFFICER})
READERS = frozenset(Role)


def roles(*allowed: Role) -> Access:
    """Only people who hold one of these roles somewhere."""
    return Access(roles=frozenset(allowed))


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role with its scope: a project or an agency."""

    role: Role
    project_id: UUID | None
    agency_id: UUID | None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, as it was when the request came in."""

    person_id: UUID
    name: str
    email: str
    organisation_id: UUID
    organisation_name: str
    organisation_kind: OrganisationKind
    session_id: UUID
    held: tuple[HeldRole, ...]
    language: str = "en"

    def roles_on(self, project_id: UUID, agency_id: UUID) -> frozenset[Role]:
        """The roles that count on a project: its own, and those across its agency."""
        return frozenset(h.role for h in self.held if h.project_id == project_id or h.agency_id == agency_id)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role the person holds anywhere."""
        return frozenset(h.role for h in self.held)

    @property
    def project_ids(self) -> frozenset[UUID]:
        """Projects on which the person holds a role of their own."""
        return frozenset(h.project_id for h in self.held if h.project_id)

    @property
    def agency_ids(self) -> frozenset[UUID]:
        """Agencies across which the person holds a role."""
        return frozenset(h.agency_id for h in self.held if h.agency_id)


def declare(access: Access) -> Callable[[View], View]:
    """Attach the access rule to a view function."""

    def attach(view: View) -> View:
        setattr(view, ATTRIBUTE, access)
        return view

    return attach


def access_of(app: Flask, endpoint: str) -> Access:
    """The declared rule of an endpoint.

    Raises:
        LookupError: the endpoint declares none.
    """
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    access = getattr(app.view_functions[endpoint], ATTRIBUTE, None)
    if access is None:
        raise LookupError(f"the route {endpoint} does not declare who may call it")
    if not isinstance(access, Access):
        raise TypeError(f"the route {endpoint} declares {access!r}, which is no access rule")
    return access


def ensure_declared(app: Flask) -> None:
    """Refuse to start with a route that does not say who may call it."""
    for rule in app.url_map.iter_rules():
        access_of(app, rule.endpoint)


def allows(access: Access, actor: Actor | None) -> bool:
    """Whether ``actor`` passes the door of a route."""
    if access.public:
        return True
    return actor is not None and (not access.roles or bool(access.roles & actor.roles))


def require(actor: Actor, project: Project, allowed: Iterable[Role]) -> frozenset[Role]:
    """The roles that ``actor`` holds on ``project``, of which at least one must be allowed.

    Raises:
        Problem: ``not-allowed``.
    """
    held = actor.roles_on(project.id, project.agency_id)
    if not held & frozenset(allowed):
        raise Problem("not-allowed", _("You hold no role on project %(code)s that allows this.", code=project.code))
    return held
