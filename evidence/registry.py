"""Finds the checks in a package, and runs them all over one context.

Discovery reads the package's own folder, in sorted order, once. No check is named here: a module with a
``NAME`` and a function ``check(context) -> Finding`` is one, and its file alone adds it. Modules whose names
begin with an underscore are none.
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Generic, Protocol, TypeVar

from evidence.findings import NOT_CHECKED, Finding, Outcome

_log = logging.getLogger(__name__)


class OfEvidence(Protocol):
    """What every context has: the id of the photo it is about."""

    @property
    def evidence(self) -> str:
        """The evidence id, for the log."""


Subject = TypeVar("Subject", bound=OfEvidence)


class RegistryError(Exception):
    """A module of a package is no proper check, or two share one name; a fault of the program."""


def collect(modules: Iterable[ModuleType]) -> dict[str, Callable[..., Finding]]:
    """Map each module's ``NAME`` to its ``check``.

    Raises:
        RegistryError: a module lacks one of the two, or a name is taken twice.
    """
    checks: dict[str, Callable[..., Finding]] = {}
    for module in modules:
        name, function = getattr(module, "NAME", None), getattr(module, "check", None)
        if not isinstance(name, str) or not callable(function):
            raise RegistryError(f"{module.__name__} needs a NAME and a function check(context)")
        if name in checks:
            raise RegistryError(f"{module.__name__}: the check {name} exists already")
        checks[name] = function
    return checks


class Registry(Generic[Subject]):
    """The checks of one package over one kind of context."""

    def __init__(self, package: str) -> None:
        self._package = package

    @cached_property
    def checks(self) -> MappingProxyType[str, Callable[[Subject], Finding]]:
        """Every check by name, in sorted order of names; read-only."""
        paths = import_module(self._package).__path__
        names = sorted(module.name for module in pkgutil.iter_modules(paths) if not module.name.startswith("_"))
        found = collect(import_module(f"{self._package}.{name}") for name in names)
        return MappingProxyType(dict(sorted(found.items())))

    def names(self) -> tuple[str, ...]:
        """The names of all checks, sorted."""
        return tuple(self.checks)

    def run_all(self, context: Subject) -> tuple[Finding, ...]:
        """Answer every check, in sorted order of names; never raises for one that fails."""
        return tuple(run_one(name, check, context) for name, check in self.checks.items())


def run_one(name: str, check: Callable[[Subject], Finding], context: Subject) -> Finding:
    """Answer one check; one that raises is logged and becomes a finding that says so.

    A fault of the program must not lose the photo. The finding's measured value is
    ``NOT_CHECKED``, with which the verdict refuses to call the photo verified.
    """
    try:
        return check(context)
    except Exception:
        _log.exception("check %s raised on evidence %s", name, context.evidence)
        message = "This could not be checked; keep the photo, a person will look at it."
        return Finding(name, Outcome.UNKNOWN, message, measured=NOT_CHECKED)
