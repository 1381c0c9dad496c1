"""Resident memory of every process while 5,000 photos are uploaded: whether it stays flat, and how high.

The embedded engines, because there one process does everything: it serves, writes and runs the job
thread, and its darkroom decodes in a child.
"""

from __future__ import annotations

from benches.clients import ask
from benches.installation import installation
from benches.processes import resident_mb
from benches.rows import Row, row
from benches.saksi_server import Saksi, saksi, uploads
from benches.scale import scale

UPLOADS = scale().memory_uploads
POINTS = 5
AT_ONCE = 100
CLIENTS = 4
GOAL_MB = 200.0
#: Growth from the second point to the last that still counts as flat.
FLAT = 1.05


def run() -> list[Row]:
    """The largest process at each fifth of the uploads, and how much it grew after the second."""
    with installation() as place, saksi(place.settings) as server:
        series: list[float] = []
        told: list[str] = []
        for first in range(0, UPLOADS, AT_ONCE):
            ask(server.port, uploads(place.token, AT_ONCE, first), clients=CLIENTS)
            if (first + AT_ONCE) % (UPLOADS // POINTS) == 0:
                server.wait_for_copies()
                found = _resident(server)
                series.append(max(found))
                told.append(f"{first + AT_ONCE}: {', '.join(f'{mb:.0f}' for mb in found)}")
    growth = series[-1] / series[1]
    return [
        row(
            "memory.largest_process",
            series[-1],
            f"MB resident after {UPLOADS} uploads",
            goal=f"<= {GOAL_MB} MB",
            met=max(series) <= GOAL_MB,
            note="MB of each process after so many uploads: " + "; ".join(told),
        ),
        row(
            "memory.growth",
            growth,
            f"times from {UPLOADS * 2 // POINTS} to {UPLOADS} uploads",
            goal=f"<= {FLAT}",
            met=growth <= FLAT,
        ),
    ]


def _resident(server: Saksi) -> list[float]:
    return [mb for pid in server.pids for mb in resident_mb(pid).values()]
