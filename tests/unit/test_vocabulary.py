"""The words of the custody log: every action that the code writes is told in words, on the record and on a photo."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from server import vocabulary
from server.services import photo_story

SERVER = Path(vocabulary.__file__).parent
ACTION = re.compile(r"[a-z_]+\.[a-z_]+\Z")
#: What an action ends in where the code names it by the state that a record came to.
STATES = {
    "certificate.": ("locked", "unlocked", "certified", "paid", "passed_on"),
    "evidence.": ("accepted", "refused"),
    "milestone.": ("open", "submitted", "returned", "approved"),
    "submission.": ("approved", "returned", "rejected"),
}
#: Functions that hand the ``action`` of their caller on to the log.
HELPERS = {"_log", "_made", "event", "log"}


def test_every_action_that_is_written_has_its_words() -> None:
    written = actions_written()

    assert {"audit.completed", "evidence.examined", "log.erased", "redaction.undone", "second_look.heard"} <= written
    assert written - set(vocabulary.ACTIONS) == set()


def test_no_action_has_words_that_nothing_writes() -> None:
    assert set(vocabulary.ACTIONS) - actions_written() == set()


def test_the_story_of_a_photo_tells_every_action_on_a_photo() -> None:
    on_photos = {each for each in actions_written() if each.startswith(("copy.", "evidence.", "redaction."))}
    looked_at = {"second_look.asked", "second_look.answered", "second_look.taken_back", "second_look.heard"}

    assert (on_photos | looked_at) - set(photo_story.SENTENCES) == set()


@lru_cache(maxsize=1)
def modules() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(SERVER.rglob("*.py")))


@lru_cache(maxsize=1)
def actions_written() -> frozenset[str]:
    calls = ((node, tree) for tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Call))
    return frozenset(action for call, tree in calls for action in actions_of(call, tree))


def actions_of(call: ast.Call, tree: ast.Module) -> set[str]:
    said = ast.unparse(call.func)
    if said == "custody.append":
        found = set(named(call.args[2], tree))
        assert found or ast.unparse(call.args[2]) == "action", f"{ast.unparse(call)}: which action is that?"
        return found
    if said.rpartition(".")[2] not in HELPERS:
        return set()
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "action")]
    return {action for each in given for action in named(each, tree)}


def named(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The actions that an argument can be: a word, one of two, one for each state, or a name that stands for them."""
    match node:
        case ast.Constant(value=str(text)) if ACTION.match(text):
            yield text
        case ast.IfExp() | ast.BoolOp():
            for each in choices(node):
                yield from named(each, tree)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue()]) if start in STATES:
            yield from (start + state for state in STATES[start])
        case ast.Name(id=name):
            for value, module in values_of(name, tree):
                yield from named(value, module)


def choices(node: ast.expr) -> list[ast.expr]:
    """One of several; a name among them is what was given, or what decides."""
    parts = ast.iter_child_nodes(node)
    return [each for each in parts if isinstance(each, ast.expr) and not isinstance(each, ast.Name)]


def values_of(name: str, tree: ast.Module) -> Iterator[tuple[ast.expr, ast.Module]]:
    """What a name stands for; a constant can stand in another module."""
    for module in modules() if name.isupper() else (tree,):
        yield from ((value, module) for value in assigned(name, module))


def assigned(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                else:
                    pairs = [(target, node.value)]
                yield from (value for left, value in pairs if isinstance(left, ast.Name) and left.id == name)
