"""Applications of one process share what they compile: without this each test compiles every address and template anew.

Both are the same in every application, and took more than half of the time of a page's test.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable
from typing import Any

from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from server.requests import Application


def share() -> None:
    """Let every application made from now on use what an earlier one compiled. To be called once."""
    folder = tempfile.TemporaryDirectory(prefix="saksi-templates-")
    Application.jinja_options = {"bytecode_cache": _Cache(folder)}
    Rule._compile_builder = _remembered(Rule._compile_builder)  # type: ignore[method-assign]


class _Cache(FileSystemBytecodeCache):
    """Jinja's own cache, in a folder that goes with the process."""

    def __init__(self, folder: tempfile.TemporaryDirectory[str]) -> None:
        super().__init__(folder.name)
        self.folder = folder


def _remembered(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    made: dict[Hashable, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(sorted((rule.defaults or {}).items())), append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return builder
