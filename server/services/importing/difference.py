"""What an import would change: two documents compared, one line per field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.documents import plain
from server.problems import pointer

#: Lists whose elements are told apart by this field, not by their place.
KEYS = {"milestones": "code", "requirements": "code", "variations": "number"}
#: What a new record leaves unsaid is no change worth telling.
NOTHING: tuple[Any, ...] = ("", [])
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, as plain JSON values; a geometry is told by its size and digest.

    ``pointer`` leads into the new document; for what is taken away, to the list it was in.
    """

    pointer: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every change from one document to the other, in the new one's order."""
    return within(before, after, ())


def within(before: Mapping[str, Any], after: Mapping[str, Any], steps: Steps) -> list[Change]:
    """Every change between two records that stand at ``steps`` of a document."""
    return list(_of_mapping(before, after, steps))


def _of_mapping(before: Mapping[str, Any], after: Mapping[str, Any], steps: Steps) -> Iterator[Change]:
    for name in [*after, *(gone for gone in before if gone not in after)]:
        yield from _of_value(name, before.get(name), after.get(name), (*steps, name))


def _of_value(name: str, before: Any, after: Any, steps: Steps) -> Iterator[Change]:
    if name in KEYS:
        yield from _of_list(KEYS[name], before or [], after or [], steps)
    elif isinstance(before, dict) and isinstance(after, dict) and name != "geometry":
        yield from _of_mapping(before, after, steps)
    elif before != after and not (before is None and after in NOTHING):
        yield Change(pointer(*steps), _told(before), _told(after))


def _of_list(key: str, before: list[Any], after: list[Any], steps: Steps) -> Iterator[Change]:
    known = {element[key]: element for element in before}
    for place, element in enumerate(after):
        old = known.get(element[key])
        if old is None:
            yield Change(pointer(*steps, place), None, _told(element))
        else:
            yield from _of_mapping(old, element, (*steps, place))
    wanted = [element[key] for element in after]
    for gone in (element for element in before if element[key] not in wanted):
        yield Change(pointer(*steps), _told(gone), None)
    yield from _of_order([code for code in known if code in wanted], [code for code in wanted if code in known], steps)


def _of_order(before: list[Any], after: list[Any], steps: Steps) -> Iterator[Change]:
    """Only the order of milestones means something."""
    if before != after and steps == ("milestones",):
        yield Change(pointer(*steps), before, after)


def _told(value: Any) -> Any:
    """A value as plain JSON, with geometries in short."""
    if isinstance(value, dict):
        if "coordinates" in value or "geometries" in value:
            return _geometry(value)
        return {name: _told(each) for name, each in value.items()}
    return plain(value)


def _geometry(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":"))
    points = _positions(value.get("coordinates"))
    return f"{value['type']} of {points} points, sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _positions(coordinates: Any) -> int:
    if not isinstance(coordinates, list) or not coordinates:
        return 0
    return 1 if isinstance(coordinates[0], int | float) else sum(_positions(part) for part in coordinates)
