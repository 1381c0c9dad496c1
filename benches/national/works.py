"""The works: who builds what, where and when, as arrays over all projects, and their rows.

A project stands in a barangay drawn by the weight of its town; roads and canals are corridors, the
rest are plots. Milestones and requirements are ``schedule``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from benches.national import country, keys
from benches.national.country import PROVINCES, Country
from benches.national.keys import Real, Whole
from benches.national.tables import Batch, Column
from geo import quadtile
from geo.position import grow_bounds
from server.services.site_lookup import NEUTRAL

DAY_S = 86_400
FIRST_DAY, LAST_DAY = 16_801, 20_758  # 2016-01-01 and 2026-11-01
CLOSED_SHARE = 0.03
METRES_A_DEGREE = 111_195.0
STATIONS = np.linspace(-0.5, 0.5, 9)
#: Asset, sector, share of the projects, whether it runs along a line.
KINDS = (
    ("farm-to-market road", "transport", 0.34, True),
    ("national road", "transport", 0.14, True),
    ("irrigation canal", "water", 0.12, True),
    ("school building", "education", 0.16, False),
    ("flood wall", "water", 0.08, True),
    ("health station", "health", 0.08, False),
    ("public market", "commerce", 0.08, False),
)
VERBS = ("Construction", "Rehabilitation", "Widening", "Repair", "Completion", "Upgrading")
PROJECTS_A_PERSON = 50


@dataclass(frozen=True, slots=True)
class Works:
    """Every project by its number; metres, degrees, days since 1970, amounts in minor units."""

    barangay: Whole
    agency: Whole
    supplier: Whole
    kind: Whole
    latitude: Real
    longitude: Real
    bearing: Real
    length_m: Real
    start: Whole
    duration: Whole
    budget: Whole
    closed: Any
    suppliers: int

    def __len__(self) -> int:
        return len(self.start)

    @property
    def made_s(self) -> Whole:
        """When the record was made: a month before the works."""
        return (self.start - 30) * DAY_S

    @property
    def published(self) -> Any:
        """Which projects the public sees."""
        return ~self.closed

    def ids(self, numbers: Whole) -> list[str]:
        """Ids of projects."""
        return keys.ids(keys.PROJECT, numbers, self.made_s[numbers])

    def site_ids(self, numbers: Whole) -> list[str]:
        """Ids of the projects' sites."""
        return keys.ids(keys.SITE, numbers, self.made_s[numbers])

    def places(self, numbers: Whole, along: Real, aside: Real) -> tuple[Real, Real]:
        """Latitudes and longitudes on sites: ``along`` and ``aside`` run from -0.5 to 0.5 over a site."""
        length, corridor = self.length_m[numbers], CORRIDOR[self.kind[numbers]]
        sway = np.where(corridor, 0.05 * length * np.sin(9 * along), 0.0)
        forth = along * length
        side = sway + aside * np.where(corridor, 8.0, length)
        cos, sin = np.cos(self.bearing[numbers]), np.sin(self.bearing[numbers])
        north, east = forth * cos - side * sin, forth * sin + side * cos
        latitude = self.latitude[numbers] + north / METRES_A_DEGREE
        wide = METRES_A_DEGREE * np.cos(np.radians(self.latitude[numbers]))
        return latitude, self.longitude[numbers] + east / wide


CORRIDOR = np.array([along for *_, along in KINDS])


def works(count: int, where: Country) -> Works:
    """So many projects; the same number gives the same projects."""
    chance = np.random.default_rng([country.SEED, count])
    barangay = chance.choice(country.BARANGAYS, count, p=where.share)
    kind = chance.choice(len(KINDS), count, p=[share for _, _, share, _ in KINDS])
    suppliers = max(20, count // 60)
    corridor = CORRIDOR[kind]
    return Works(
        barangay=barangay,
        agency=where.town_province[where.barangay_town[barangay]],
        supplier=np.minimum((suppliers * chance.random(count) ** 2).astype(np.int64), suppliers - 1),
        kind=kind,
        latitude=where.barangay_latitude[barangay] + chance.normal(0, 0.004, count),
        longitude=where.barangay_longitude[barangay] + chance.normal(0, 0.004, count),
        bearing=np.where(corridor, chance.uniform(0, np.pi, count), 0.0),
        length_m=np.where(corridor, 400 * chance.lognormal(1, 0.6, count), chance.uniform(40, 180, count)),
        # More is built from year to year.
        start=FIRST_DAY + 40 + ((LAST_DAY - FIRST_DAY - 70) * chance.random(count) ** 0.7).astype(np.int64),
        duration=np.clip(240 * chance.lognormal(0, 0.5, count), 60, 1_000).astype(np.int64),
        budget=(1_500_000_000 * chance.lognormal(0, 1, count)).astype(np.int64) // 1_000 * 1_000,
        closed=chance.random(count) < CLOSED_SHARE,
        suppliers=suppliers,
    )


# -- organisations, people and what they may ---------------------------------------------------

ROLES = ("inspector", "supervisor", "contractor", "paymaster")


def organisation_ids(numbers: Whole) -> list[str]:
    """Ids of organisations: agencies of the provinces first, then suppliers."""
    return keys.ids(keys.ORGANISATION, numbers, np.full(len(numbers), country.MADE_S))


def person_ids(role: str, project: Whole) -> list[str]:
    """The person who has ``role`` on each of the projects; everybody has some fifty projects."""
    return _people_ids(project // PROJECTS_A_PERSON * len(ROLES) + ROLES.index(role))


def _people_ids(numbers: Whole) -> list[str]:
    return keys.ids(keys.PERSON, numbers, np.full(len(numbers), country.MADE_S))


def employers(role: str, project: Whole, of: Works) -> Whole:
    """The organisation of the person who has ``role``: the agency, or the supplier, of their first project."""
    first = project // PROJECTS_A_PERSON * PROJECTS_A_PERSON
    if role == "contractor":
        return PROVINCES + of.suppliers + first // PROJECTS_A_PERSON % 20
    return of.agency[first]


def organisations(of: Works) -> Batch:
    """One agency a province, the suppliers, and twenty subcontractors whose people act for the suppliers."""
    kinds = ["agency"] * PROVINCES + ["contractor"] * of.suppliers + ["subcontractor"] * 20
    columns: dict[str, Column] = {
        "id": organisation_ids(np.arange(len(kinds))),
        "code": [f"{kind[:3]}-{number}" for number, kind in enumerate(kinds)],
        "name": [f"{country.name(number * 11)} {kind.title()}" for number, kind in enumerate(kinds)],
        "kind": kinds,
    }
    return Batch("organisation", columns)


def people(of: Works) -> Batch:
    """An inspector, a supervisor, a contractor's person and a paymaster for every fifty projects; none can sign in."""
    project = np.repeat(np.arange(0, len(of), PROJECTS_A_PERSON), len(ROLES))
    number = np.arange(len(project))
    owners = np.empty(len(project), np.int64)
    for place, role in enumerate(ROLES):
        owners[place :: len(ROLES)] = employers(role, project[place :: len(ROLES)], of)
    columns: dict[str, Column] = {
        "id": _people_ids(number),
        "email": [email(ROLES[n % len(ROLES)], n // len(ROLES) * PROJECTS_A_PERSON) for n in number.tolist()],
        "name": [country.name(n * 13) for n in number.tolist()],
        "language": ["en"] * len(number),
        "organisation_id": organisation_ids(owners),
        "password_hash": ["!"] * len(number),
        "created_at": keys.instants(np.full(len(number), country.MADE_S)),
    }
    return Batch("person", columns)


def email(role: str, project: int) -> str:
    """The address of the person who has ``role`` on a project."""
    return f"{role}-{project // PROJECTS_A_PERSON}@example.org"


def grants(of: Works, numbers: Whole) -> Batch:
    """Four roles on each project."""
    project = np.repeat(numbers, len(ROLES))
    place = np.tile(np.arange(len(ROLES)), len(numbers))
    columns: dict[str, Column] = {
        "id": keys.ids(keys.GRANT, project * len(ROLES) + place, of.made_s[project]),
        "person_id": _people_ids(project // PROJECTS_A_PERSON * len(ROLES) + place),
        "role": list(ROLES) * len(numbers),
        "project_id": of.ids(project),
    }
    return Batch("role_grant", columns)


# -- projects, contracts, sites ----------------------------------------------------------------


def projects(of: Works, numbers: Whole) -> Batch:
    """The projects' own rows."""
    made = keys.instants(of.made_s[numbers])
    plain, ended = numbers.tolist(), of.start[numbers] + of.duration[numbers]
    kinds = [KINDS[kind] for kind in of.kind[numbers].tolist()]
    barangays = (of.barangay[numbers] + country.REGIONS + PROVINCES + country.TOWNS).tolist()
    titles = [
        f"{VERBS[number % len(VERBS)]} of {kind[0]}, {country.name(barangay * 7)}"
        for number, kind, barangay in zip(plain, kinds, barangays, strict=True)
    ]
    count = len(plain)
    columns: dict[str, Column] = {
        "id": of.ids(numbers),
        "code": [code(number) for number in plain],
        "title": titles,
        "purpose": [f"So that people of {country.name(barangay * 7)} are served all year." for barangay in barangays],
        "sector": [kind[1] for kind in kinds],
        "asset_kind": [kind[0] for kind in kinds],
        "agency_id": organisation_ids(of.agency[numbers]),
        "area_id": country.area_ids(np.array(barangays)),
        "budget_minor": of.budget[numbers].tolist(),
        "currency": ["PHP"] * count,
        "source_of_funds": ["General Appropriations"] * count,
        "starts_on": keys.days(of.start[numbers]),
        "ends_on": keys.days(ended),
        "status": np.where(ended <= LAST_DAY, "completed", "implementation").tolist(),
        "time_zone": ["Asia/Manila"] * count,
        "policy": ["ph"] * count,
        "working_days": ["123456"] * count,
        "work_starts": ["06:00"] * count,
        "work_ends": ["19:00"] * count,
        "published_at": [at if seen else None for at, seen in zip(made, of.published[numbers].tolist(), strict=True)],
        "changed_at": made,
        "revision": [1] * count,
    }
    return Batch("project", columns)


def code(number: int) -> str:
    """The code of a project."""
    return f"PW-{number:07d}"


def contracts(of: Works, numbers: Whole) -> Batch:
    """One contract a project."""
    value = of.budget[numbers] // 20_000 * 19_000
    columns: dict[str, Column] = {
        "id": keys.ids(keys.CONTRACT, numbers, of.made_s[numbers]),
        "project_id": of.ids(numbers),
        "supplier_id": organisation_ids(of.supplier[numbers] + PROVINCES),
        "reference": [f"C-{number:07d}" for number in numbers.tolist()],
        "tender_reference": [""] * len(numbers),
        "award_reference": [""] * len(numbers),
        "value_minor": value.tolist(),
        "currency": ["PHP"] * len(numbers),
        "signed_on": keys.days(of.start[numbers] - 10),
        "effective_on": keys.days(of.start[numbers]),
        "ends_on": keys.days(of.start[numbers] + of.duration[numbers]),
        "retention_bp": [1_000] * len(numbers),
        "advance_minor": (value * 15 // 100).tolist(),
    }
    return Batch("contract", columns)


def sites(of: Works, numbers: Whole) -> tuple[Batch, Batch]:
    """The sites and the cells that cover them."""
    corridor = CORRIDOR[of.kind[numbers]]
    shapes = np.where(corridor, _lines(of, numbers), _plots(of, numbers))
    west, south, east, north = shapely.bounds(shapes).T
    own = of.site_ids(numbers)
    columns: dict[str, Column] = {
        "id": own,
        "project_id": of.ids(numbers),
        "kind": np.where(corridor, "corridor", "polygon").tolist(),
        "shape": shapely.to_wkb(shapes, byte_order=1).tolist(),
        "width_m": [15.0 if along else None for along in corridor.tolist()],
        "chainage_start_m": [0.0] * len(own),
        "obstructed": [0] * len(own),
        "source": ["contract drawing"] * len(own),
        "south": south.tolist(),
        "west": west.tolist(),
        "north": north.tolist(),
        "east": east.tolist(),
        "changed_at": keys.instants(of.made_s[numbers]),
    }
    boxes = zip(south.tolist(), west.tolist(), north.tolist(), east.tolist(), strict=True)
    margins = np.where(corridor, NEUTRAL.tolerance_corridor_m + 7.5, NEUTRAL.tolerance_point_m).tolist()
    covers = [quadtile.cover(grow_bounds(box, margin)) for box, margin in zip(boxes, margins, strict=True)]
    owners = [site for site, cells in zip(own, covers, strict=True) for _ in cells]
    cells: dict[str, Column] = {"cell": [cell for cells in covers for cell in cells], "site_id": owners}
    return Batch("site", columns), Batch("site_cell", cells)


def _lines(of: Works, numbers: Whole) -> Any:
    latitude, longitude = of.places(
        np.repeat(numbers, len(STATIONS)), np.tile(STATIONS, len(numbers)), np.zeros(len(numbers) * len(STATIONS))
    )
    points = np.column_stack([longitude, latitude]).reshape(len(numbers), len(STATIONS), 2)
    return shapely.linestrings(points)


def _plots(of: Works, numbers: Whole) -> Any:
    high = of.length_m[numbers] / 2 / METRES_A_DEGREE
    wide = high / np.cos(np.radians(of.latitude[numbers]))
    latitude, longitude = of.latitude[numbers], of.longitude[numbers]
    return shapely.box(longitude - wide, latitude - high, longitude + wide, latitude + high)
