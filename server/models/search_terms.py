"""Which terms a project is found by: words, areas, state, sector, contractor, years, and its site's cells of the map.

Here also stands which terms a question asks for, so that what is kept and what is sought cannot drift apart.
Reading and writing them is kept out (``search_index``; asking is the services').
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geo import quadtile
from geo.position import Bounds
from server.models.projects import ProjectStatus
from server.models.search import EVERY
from server.words import words

#: Every second level of the map, from the whole world to cells of about 2.4 km at the equator.
LEVELS = (0, 2, 4, 6, 8, 10, 12, 14)
#: A site that meets more cells of a level is kept by those of the level before.
CELLS_OF_A_SITE = 4
#: The first sign of the terms of one kind; a word has none.
AREA, STATE, SECTOR, CONTRACTOR, YEAR = "@", "=", "%", "$", "~"
#: No term is longer than its column; the sector is the only kind that is free text.
LONGEST_SECTOR = 60
#: Works that are said to take longer are a slip of the keyboard, and are found by their first years.
MOST_YEARS = 40
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
    sector: str
    contractor: str | None
    starts_on: date | None
    ends_on: date | None


def terms_of(project: Facts) -> set[str]:
    """Every term of one project."""
    names = (name for _code, name in project.areas)
    found = {word for text in (project.code, *project.texts, *names) for word in words(text)}
    found |= {EVERY, state_term(project.status), sector_term(project.sector)}
    found |= {area_term(code) for code, _name in project.areas} | {year_term(year) for year in _years(project)}
    found |= {contractor_term(project.contractor)} if project.contractor is not None else set()
    return found | (_site_terms(project.site) if project.site else set())


def area_term(code: str) -> str:
    """The term of the projects of an area and of those below."""
    return f"{AREA}{code}"


def state_term(state: ProjectStatus) -> str:
    """The term of the projects in a state."""
    return f"{STATE}{state.value}"


def sector_term(sector: str) -> str:
    """The term of the projects of a sector, whatever its case and blanks."""
    return f"{SECTOR}{sector_key(sector)}"


def sector_key(sector: str) -> str:
    """A sector as addresses and terms have it: ``sector_key("Water supply") == "water_supply"``."""
    return "_".join(sector.lower().split())[:LONGEST_SECTOR]


def contractor_term(code: str) -> str:
    """The term of the projects whose contract is with the organisation of this code."""
    return f"{CONTRACTOR}{code}"


def year_term(year: int) -> str:
    """The term of the projects whose works are planned in a year."""
    return f"{YEAR}{year}"


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


def _years(project: Facts) -> range:
    """The years from the first day of the works to their last; the one where only one day is known."""
    days = [day for day in (project.starts_on, project.ends_on) if day is not None]
    if not days:
        return range(0)
    first, last = min(days).year, max(days).year
    return range(first, min(last, first + MOST_YEARS - 1) + 1)


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
