"""Tile, home, area, project, search and review queue, cold, warm and again, at a small and at a national portal's size.

Cold: the server has just been started, nobody has asked for this tile, project, word or person before, and the
operating system has forgotten the database's file. Warm: the very same requests once more.
Again: with the ETag that came, which is answered 304. One client asks.
"""

from __future__ import annotations

import http.client
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import numpy as np

import config
from benches.clients import Request, ask
from benches.national import country, works
from benches.national.filling import PHOTOS_A_PROJECT
from benches.national.kept import portal
from benches.rows import Row, median, percentile, row, spread
from benches.saksi_server import Saksi, saksi
from benches.scale import scale
from benches.session import cookies

FEW, MANY = scale().few, scale().many
ROUNDS = 5
ASKED = 60
GOAL_GROWTH, GOAL_TILE_MS, GOAL_PAGE_MS = 1.3, 15.0, 100.0
#: What a browser sends, so that the server compresses as it does for people.
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "en"}
ZOOMS = range(4, 18)
DROP_CACHES = Path("/proc/sys/vm/drop_caches")

Taken = dict[str, list[float]]
Asked = dict[str, list[Request]]


def run() -> list[Row]:
    """Rows for each page: p95 among many, p95 among few as the reference, and the growth of the median."""
    measures = {size: _Measure(portal(size), size) for size in (FEW, MANY)}
    # In turns, so that a busy moment burdens both.
    for _ in range(ROUNDS):
        for page in PAGES:
            for measure in measures.values():
                measure.once(page)
    taken = {size: measure.taken for size, measure in measures.items()}
    return [
        _told(page, heat, taken[FEW][f"{page}.{heat}"], taken[MANY][f"{page}.{heat}"])
        for page in PAGES
        for heat in (*HEATS, *(["again"] if page in KEPT else []))
    ]


class _Measure:
    """One database, and what its pages took."""

    def __init__(self, settings: config.Settings, size: int) -> None:
        self._settings = settings
        self._of = works.works(size // PHOTOS_A_PROJECT, country.country())
        self._chance = np.random.default_rng(size)
        self.taken: Taken = {}

    def once(self, page: str) -> None:
        """Ask a server just started for pages of this kind that nobody asked for before, and for the same once more."""
        chosen = self._chance.choice(np.flatnonzero(self._of.published), ASKED, replace=False).tolist()
        requests = PAGES[page](self._settings, self._of, chosen)
        forget(self._settings)
        with saksi(self._settings) as server:
            _first_answer(server)
            for heat in HEATS:
                self._asked(page, heat, server, requests)
            if page in KEPT:
                self._asked(page, "again", server, [_again(server.port, each) for each in requests])

    def _asked(self, page: str, heat: str, server: Saksi, requests: Sequence[Request]) -> None:
        measured = ask(server.port, partial(iter, requests), clients=1)
        self.taken.setdefault(f"{page}.{heat}", []).extend(measured.latencies_ms)


def _again(port: int, request: Request) -> Request:
    """The same request by somebody who has the answer already."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(request.method, request.path, headers=request.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return replace(request, headers=request.headers | {"If-None-Match": str(answer.getheader("ETag"))}, status=304)


def _first_answer(server: Saksi) -> None:
    """A process's very first request loads code and policies; that is no page's cost."""
    ask(server.port, lambda: [Request("GET", "/problems/not-found", {})], clients=1)


def forget(settings: config.Settings) -> str:
    """Have the operating system forget the SQLite file; says how."""
    os.sync()
    try:
        DROP_CACHES.write_text("3")
    except OSError:
        for path in settings.data_root.glob("saksi.sqlite3*"):
            with path.open("rb") as stream:
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return "its file's pages dropped by posix_fadvise"
    return "all caches dropped by /proc/sys/vm/drop_caches"


def _tiles(_settings: config.Settings, of: works.Works, chosen: Sequence[int]) -> list[Request]:
    return [
        Request("GET", tile_path(zoom, of.latitude[number], of.longitude[number]), {})
        for zoom, number in zip(np.resize(list(ZOOMS), len(chosen)).tolist(), chosen, strict=True)
    ]


def tile_path(zoom: int, latitude: float, longitude: float) -> str:
    """The address of the tile that holds a place."""
    x, y = tile_of(zoom, latitude, longitude)
    return f"/api/v1/public/tiles/{zoom}/{x}/{y}.mvt"


def tile_of(zoom: int, latitude: float, longitude: float) -> tuple[int, int]:
    """Column and row of the Web Mercator tile that holds a place."""
    share = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return int((longitude + 180) / 360 * (1 << zoom)), int(share * (1 << zoom))


def _homes(_settings: config.Settings, _of: works.Works, chosen: Sequence[int]) -> list[Request]:
    return [Request("GET", "/", BROWSER) for _ in chosen]


def _areas(_settings: config.Settings, of: works.Works, chosen: Sequence[int]) -> list[Request]:
    """A town, a province or a region in turns."""
    where = country.country()
    region, province, town, _ = where.first_of_level
    codes = []
    for step, number in enumerate(chosen):
        of_town = int(where.barangay_town[of.barangay[number]])
        of_province = int(where.town_province[of_town])
        of_region = int(where.province_region[of_province])
        numbers = (("T", town + of_town), ("P", province + of_province), ("R", region + of_region))
        letter, place = numbers[step % 3]
        codes.append(f"{letter}{place:05d}")
    return [Request("GET", f"/areas/{code}", BROWSER) for code in codes]


def _projects(_settings: config.Settings, _of: works.Works, chosen: Sequence[int]) -> list[Request]:
    return [Request("GET", f"/projects/{works.code(number)}", BROWSER) for number in chosen]


def _searches(_settings: config.Settings, of: works.Works, chosen: Sequence[int]) -> list[Request]:
    """What people type: a kind of works and the name of a place."""
    first = country.REGIONS + country.PROVINCES + country.TOWNS
    names = [country.name((int(of.barangay[number]) + first) * 7) for number in chosen]
    kinds = [works.KINDS[int(of.kind[number])][0].split()[-1] for number in chosen]
    texts = [quote(f"{kind} {name}") for kind, name in zip(kinds, names, strict=True)]
    return [Request("GET", f"/?text={text}", BROWSER) for text in texts]


def _desks(settings: config.Settings, of: works.Works, chosen: Sequence[int]) -> list[Request]:
    """Each supervisor's own desk; where there are fewer supervisors than requests, each once."""
    emails = sorted({works.email("supervisor", number) for number in chosen})
    return [Request("GET", "/review/", BROWSER | {"Cookie": each}) for each in cookies(settings, emails)]


PAGES: dict[str, Callable[[config.Settings, works.Works, Sequence[int]], list[Request]]] = {
    "tile": _tiles,
    "home": _homes,
    "area": _areas,
    "project": _projects,
    "search": _searches,
    "desk": _desks,
}
HEATS = ("cold", "warm")
#: The pages that others may keep.
KEPT = ("home", "area", "project", "search")


def _told(page: str, heat: str, few: list[float], many: list[float]) -> Row:
    p95, growth = percentile(many, 0.95), median(many) / median(few)
    most = GOAL_PAGE_MS if page != "tile" else GOAL_TILE_MS if heat == "cold" else math.inf
    goal = f"growth of the median <= {GOAL_GROWTH}" + (f", p95 <= {most} ms" if most < math.inf else "")
    return row(
        f"pages.{page}.{heat}",
        p95,
        f"ms, p95 at {MANY} photos",
        reference=percentile(few, 0.95),
        ratio=growth,
        goal=goal,
        met=growth <= GOAL_GROWTH and p95 <= most,
        note=f"ms: {spread(many)}; at {FEW}: {spread(few)}",
    )
