"""Which terms a project is found by: its words, its areas, its state and the cells of the map that its site meets.

Here also stands which terms a question asks for, so that what is kept and what is sought cannot drift apart.
Reading and writing them is kept out (``search_index``; asking is the services').
"""

from __future__ import annotations

from dataclasses import dataclass

from geo import quadtile
from geo.position import Bounds
from server.models.projects import ProjectStatus
from server.models.search import EVERY
from server.words import words

#: Every second level of the map, from the whole world to cells of about 2.4 km at the equator.
LEVELS = (0, 2, 4, 6, 8, 10, 12, 14)
#: A site that meets more cells of a level is kept by those of the level before.
CELLS_OF_A_SITE = 4
#: A box is sought by the smallest cells of which it meets no more than so many.
CELLS_OF_A_BOX = 16


@dataclass(frozen=True, slots=True)
class Facts:
    """What a published project is found by; ``areas`` are code and name from the root, ``site`` is in degrees."""

    code: str
    texts: tuple[str, ...]
    status: ProjectStatus
    areas: tuple[tuple[str, str], ...]
    site: Bounds | None


def terms_of(project: Facts) -> set[str]:
    """Every term of one project."""
    names = (name for _code, name in project.areas)
    found = {word for text in (project.code, *project.texts, *names) for word in words(text)}
    found |= {EVERY, state_term(project.status)} | {area_term(code) for code, _name in project.areas}
    return found | (_site_terms(project.site) if project.site else set())


def area_term(code: str) -> str:
    """The term of the projects of an area and of those below."""
    return f"@{code}"


def state_term(state: ProjectStatus) -> str:
    """The term of the projects in a state."""
    return f"={state.value}"


def box_terms(box: Bounds) -> list[str]:
    """The terms of which every site that meets ``box`` has at least one; others may have them too."""
    found: list[str] = []
    cells: list[int] = []
    for level in LEVELS:
        finer = quadtile.cells_at(box, level, CELLS_OF_A_BOX)
        if finer is None:
            break
        cells = finer
        found += (f"+{cell}" for cell in cells)
    return [*found, *(f"#{cell}" for cell in cells)]


def _site_terms(site: Bounds) -> set[str]:
    found: set[str] = set()
    cells: list[int] = []
    for level in LEVELS:
        finer = quadtile.cells_at(site, level, CELLS_OF_A_SITE)
        if finer is None:
            return found | {f"+{cell}" for cell in cells}
        cells = finer
        found |= {f"#{cell}" for cell in cells}
    return found
