"""The areas of a made-up country with the Philippines' numbers: regions, provinces, towns, barangays.

Places are drawn within rough boxes of the islands; towns weigh unequally, as they do. The counts are
those of the Philippine Standard Geographic Code: 17, 82, 1,634 and about 42,000.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benches.national import keys
from benches.national.keys import Real, Whole
from benches.national.tables import Batch, Column

REGIONS, PROVINCES, TOWNS, BARANGAYS = 17, 82, 1_634, 42_000
SEED = 20_261_101
#: south, north, west, east in degrees, and the share of the provinces.
ISLANDS = (
    (15.0, 18.3, 120.3, 121.9, 0.20),
    (13.8, 15.0, 120.3, 121.6, 0.18),
    (12.6, 13.9, 122.9, 124.0, 0.08),
    (10.5, 11.8, 122.0, 123.1, 0.10),
    (9.3, 11.0, 122.6, 124.0, 0.12),
    (10.2, 12.4, 124.5, 125.5, 0.10),
    (6.2, 9.2, 122.5, 126.2, 0.22),
)
MADE_S = 1_451_606_400  # 2016-01-01
_FIRST = ("San", "Santa", "Bagong", "Mabini", "Malinao", "Tala", "Upper", "Lower", "Punta", "Villa", "Rizal", "Dao")
_SECOND = (
    "Isidro", "Lucia", "Silang", "Norte", "Sur", "Ilaya", "Hangin", "Bato", "Buhangin", "Mangga", "Sapa", "Burol",
    "Rosario", "Vicente", "Ramon", "Kawayan", "Ilog", "Dagat", "Poblacion", "Malaya",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    """Centres in degrees and the parent of each area of a level; ``share`` is a barangay's share of the works."""

    province_region: Whole
    town_province: Whole
    barangay_town: Whole
    barangay_latitude: Real
    barangay_longitude: Real
    share: Real

    @property
    def first_of_level(self) -> tuple[int, int, int, int]:
        """The number of the first area of each level, the country's areas numbered through."""
        return 0, REGIONS, REGIONS + PROVINCES, REGIONS + PROVINCES + TOWNS


def country() -> Country:
    """The one country, the same every time."""
    chance = np.random.default_rng(SEED)
    islands = np.array(ISLANDS)
    island = chance.choice(len(ISLANDS), PROVINCES, p=islands[:, 4])
    south, north, west, east = (islands[island, side] for side in range(4))
    latitude, longitude = chance.uniform(south, north), chance.uniform(west, east)
    regions = np.argsort(np.argsort(-latitude)) * REGIONS // PROVINCES
    town_province = np.sort(np.concatenate([np.arange(PROVINCES), chance.integers(0, PROVINCES, TOWNS - PROVINCES)]))
    town_latitude = latitude[town_province] + chance.normal(0, 0.2, TOWNS)
    town_longitude = longitude[town_province] + chance.normal(0, 0.2, TOWNS)
    weight = chance.lognormal(0, 1.1, TOWNS)
    some = np.repeat(np.arange(TOWNS), 5)
    more = chance.choice(TOWNS, BARANGAYS - len(some), p=weight / weight.sum())
    town = np.sort(np.concatenate([some, more]))
    share = (weight / np.bincount(town))[town]
    return Country(
        province_region=regions.astype(np.int64),
        town_province=town_province,
        barangay_town=town,
        barangay_latitude=town_latitude[town] + chance.normal(0, 0.025, BARANGAYS),
        barangay_longitude=town_longitude[town] + chance.normal(0, 0.025, BARANGAYS),
        share=share / share.sum(),
    )


def name(number: int) -> str:
    """A place name of two words and, where those have been used up, a number."""
    again, place = divmod(number, len(_FIRST) * len(_SECOND))
    first, second = divmod(place, len(_SECOND))
    return f"{_FIRST[first]} {_SECOND[second]}" + (f" {again + 1}" if again else "")


def area_ids(numbers: Whole) -> list[str]:
    """Ids of areas by their numbers."""
    return keys.ids(keys.AREA, numbers, np.full(len(numbers), MADE_S))


def areas(where: Country) -> Batch:
    """Every area, parents first."""
    region, province, town, _ = where.first_of_level
    parents: list[int] = [
        *(-1 for _ in range(REGIONS)),
        *(where.province_region + region).tolist(),
        *(where.town_province + province).tolist(),
        *(where.barangay_town + town).tolist(),
    ]
    names = ("region", "province", "town", "barangay")
    levels = [word for word, n in zip(names, (REGIONS, PROVINCES, TOWNS, BARANGAYS), strict=True) for _ in range(n)]
    codes = [f"{level[0].upper()}{number:05d}" for number, level in enumerate(levels)]
    paths: list[str] = []
    for code, parent in zip(codes, parents, strict=True):
        paths.append(f"{paths[parent] if parent >= 0 else ''}{code}/")
    own = area_ids(np.arange(len(codes)))
    columns: dict[str, Column] = {
        "id": own,
        "parent_id": [own[parent] if parent >= 0 else None for parent in parents],
        "code": codes,
        "name": [name(number * 7) for number in range(len(codes))],
        "level": levels,
        "path": paths,
    }
    return Batch("area", columns)
