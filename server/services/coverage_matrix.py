"""What a milestone asks for against what is there, as a table: a row for each place, a column for each stage.

Pure reckoning over values that were counted before; nothing is read here. A place is a station of a road or canal, a
fixed view, or, for what is asked of no place in particular, the site as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence.context import Stage
from geo import stretches
from geo.stretches import Stretch
from server.services.coverage import RequirementCoverage

ORDER = tuple(Stage)
#: These show the ground and the work of building it, not how far the works have come.
NOT_BUILT = frozenset({Stage.BEFORE, Stage.MOBILISATION, Stage.SAFETY})


@dataclass(frozen=True, slots=True)
class Place:
    """Where photos are asked from: a station in metres, or a view by its name; neither is the site as a whole."""

    station_m: float | None = None
    view: str = ""

    @property
    def rank(self) -> tuple[int, float, str]:
        """Stations in their order along the line, then views by name, then the site as a whole."""
        kind = 0 if self.station_m is not None else 1 if self.view else 2
        return kind, self.station_m or 0.0, self.view


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked at one place in one stage, requirement by requirement; empty where nothing is."""

    asked: tuple[RequirementCoverage, ...] = ()

    @property
    def needed(self) -> int:
        """Photos asked for."""
        return sum(each.needed for each in self.asked)

    @property
    def holding(self) -> int:
        """Photos that stand."""
        return sum(each.holding for each in self.asked)

    @property
    def waiting(self) -> int:
        """Photos that wait for a person."""
        return sum(each.waiting for each in self.asked)

    @property
    def missing(self) -> int:
        """Photos that are still missing; too many of one requirement do not make up for another."""
        return sum(max(0, each.needed - each.holding) for each in self.asked)

    @property
    def state(self) -> str:
        """``none`` (nothing asked), ``met``, ``waiting`` (what waits could fill it), else ``missing``."""
        if not self.asked:
            return "none"
        if not self.missing:
            return "met"
        open_ones = [each for each in self.asked if not each.met]
        return "waiting" if all(each.holding + each.waiting >= each.needed for each in open_ones) else "missing"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table: stages in their order, and for each place its cells in the order of the stages."""

    stages: tuple[Stage, ...]
    rows: tuple[tuple[Place, tuple[Cell, ...]], ...]

    @property
    def cells(self) -> list[Cell]:
        """All cells in which something is asked."""
        return [cell for _, cells in self.rows for cell in cells if cell.asked]

    @property
    def holes(self) -> int:
        """In how many cells photos are missing."""
        return sum(cell.missing > 0 for cell in self.cells)

    @property
    def missing(self) -> int:
        """How many photos are missing in all."""
        return sum(cell.missing for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Line:
    """How much of a line is photographed in one stage; lengths and chainages in metres.

    ``whole`` is what is billed: from the first to the last station that is asked for, or the whole line.
    """

    stage: Stage
    whole: Stretch
    reach_m: float
    photographed: tuple[Stretch, ...]
    stations: tuple[float, ...]

    @property
    def billed_m(self) -> float:
        """The length that is billed."""
        return self.whole[1] - self.whole[0]

    @property
    def photographed_m(self) -> float:
        """The length that is photographed."""
        return stretches.length_m(self.photographed)

    @property
    def gaps(self) -> list[Stretch]:
        """What is billed and not photographed."""
        return stretches.missing(self.photographed, self.whole)


def matrix(coverage: Sequence[RequirementCoverage]) -> Matrix:
    """The table of all that is asked."""
    stages = tuple(stage for stage in ORDER if any(each.requirement.stage is stage for each in coverage))
    places = sorted({_place(each) for each in coverage}, key=lambda place: place.rank)
    return Matrix(
        stages,
        tuple((place, tuple(_cell(coverage, place, stage) for stage in stages)) for place in places),
    )


def lines(
    coverage: Sequence[RequirementCoverage],
    photos: Iterable[tuple[Stage, float]],
    *,
    whole: Stretch,
    tolerance_m: float,
) -> list[Line]:
    """How far each asked stage is photographed along the line, the last stage first.

    ``photos`` are the photos that stand, each with its stage and its chainage; ``whole`` is the line from its first to
    its last chainage. Stages that say nothing of what was built are left out where the milestone asks for others.
    """
    asked = {each.requirement.stage for each in coverage}
    taken = list(photos)
    return [
        _line(coverage, stage, [chainage for of, chainage in taken if of is stage], whole, tolerance_m)
        for stage in reversed(ORDER)
        if stage in ((asked - NOT_BUILT) or asked)
    ]


def _line(
    coverage: Sequence[RequirementCoverage], stage: Stage, chainages: list[float], whole: Stretch, tolerance_m: float
) -> Line:
    asked = [each.requirement for each in coverage if each.requirement.stage is stage]
    stations = sorted({each.station_m for each in asked if each.station_m is not None})
    billed = (stations[0], stations[-1]) if len(stations) > 1 else whole
    reach = stretches.reach_m(stations, tolerance_m)
    return Line(stage, billed, reach, tuple(stretches.covered(chainages, reach, billed)), tuple(stations))


def _place(each: RequirementCoverage) -> Place:
    asked = each.requirement
    return Place(asked.station_m) if asked.station_m is not None else Place(view=asked.view)


def _cell(coverage: Sequence[RequirementCoverage], place: Place, stage: Stage) -> Cell:
    return Cell(tuple(each for each in coverage if each.requirement.stage is stage and _place(each) == place))
