"""Applications of one process share what they compile: addresses, templates, statements of SQL and policies.

All are the same in every application, and without this each test would make them anew, which took most of its time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from server import policy
from server.requests import Application

#: What a rule knows once it is compiled; of this the builders of addresses belong to the one rule.
BUILDERS = ("_build", "_build_unknown")
COMPILED = ("_parts", "_trace", "_converters", "arguments", *BUILDERS)
#: More statements than all tests of one process have.
STATEMENTS = 5_000


def share() -> None:
    """Let every application made from now on use what an earlier one compiled. To be called once."""
    folder = tempfile.TemporaryDirectory(prefix="saksi-templates-")
    Application.jinja_options = {"bytecode_cache": _Cache(folder)}
    Rule.compile = _remembered(Rule.compile)  # type: ignore[method-assign]
    policy._read = _read_once(policy._read)
    _share_statements()


class _Cache(FileSystemBytecodeCache):
    """Jinja's own cache, in a folder that goes with the process."""

    def __init__(self, folder: tempfile.TemporaryDirectory[str]) -> None:
        super().__init__(folder.name)
        self.folder = folder


def _remembered(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    made: dict[Hashable, Any] = {}

    def compiled(rule: Rule) -> None:
        its = rule.map
        assert its is not None
        defaults = tuple(sorted((rule.defaults or {}).items()))
        about = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, defaults)
        key = (about, its.host_matching, frozenset(its.converters.items()))
        if key not in made:
            compile_rule(rule)
            made[key] = {name: rule.__dict__[name] for name in COMPILED}
        rule.__dict__.update(made[key])
        for name in BUILDERS:
            setattr(rule, name, made[key][name].__func__.__get__(rule))

    return compiled


def _read_once(read: Callable[[Path], Any]) -> Callable[[Path], Any]:
    drafts: dict[Hashable, Any] = {}

    def reader(path: Path) -> Any:
        key = (path, path.read_bytes())
        if key not in drafts:
            drafts[key] = read(path)
        return drafts[key]

    return reader


def _share_statements() -> None:
    """One memory for all engines of one kind of database; SQLAlchemy tells them apart by their dialects' identity."""
    shared: LRUCache[Any, Any] = LRUCache(STATEMENTS)
    Engine._compiled_cache = property(lambda engine: shared, lambda engine, own: None)
    DefaultDialect.__hash__ = lambda dialect: hash(_kind(dialect))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = lambda dialect, other: _kind(dialect) == _kind(other)  # type: ignore[method-assign]


def _kind(dialect: Any) -> Hashable:
    """What decides how a statement is written."""
    return type(dialect), getattr(dialect, "server_version_info", None), getattr(dialect, "paramstyle", None)
