"""Finds the checks in this package and runs them all over one context.

Discovery reads the package's own folder, in sorted order, once. No check is named here.
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType

from evidence.context import Context
from evidence.findings import NOT_CHECKED, Finding, Outcome

Check = Callable[[Context], Finding]

_log = logging.getLogger(__name__)


class RegistryError(Exception):
    """A module of this package is no proper check, or two share one name; a fault of the program."""


def collect(modules: Iterable[ModuleType]) -> dict[str, Check]:
    """Map each module's ``NAME`` to its ``check``.

    Raises:
        RegistryError: a module lacks one of the two, or a name is taken twice.
    """
    checks: dict[str, Check] = {}
    for module in modules:
        name, function = getattr(module, "NAME", None), getattr(module, "check", None)
        if not isinstance(name, str) or not callable(function):
            raise RegistryError(f"{module.__name__} needs a NAME and a function check(context)")
        if name in checks:
            raise RegistryError(f"{module.__name__}: the check {name} exists already")
        checks[name] = function
    return checks


@cache
def registered() -> MappingProxyType[str, Check]:
    """Every check of this package by name, in sorted order of names; read-only."""
    package = __name__.rpartition(".")[0]
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = (name for name in found if not name.startswith("_") and name != "registry")
    checks = collect(import_module(f"{package}.{name}") for name in sorted(modules))
    return MappingProxyType(dict(sorted(checks.items())))


def names() -> tuple[str, ...]:
    """The names of all checks, sorted."""
    return tuple(registered())


def run_all(context: Context) -> tuple[Finding, ...]:
    """Answer every check, in sorted order of names; never raises for one that fails."""
    return tuple(run_one(name, check, context) for name, check in registered().items())


def run_one(name: str, check: Check, context: Context) -> Finding:
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
