"""What an upload costs with ten thousand and with ten million photos already there.

Two servers, each on its own kept database; the inspector of one made-up project sends both the same
kind of photos, in turns. The photos go into the databases and stay: they are few beside what is there.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from benches.clients import ask
from benches.national import works
from benches.national.kept import portal
from benches.rows import Row, median, row, spread
from benches.saksi_server import saksi, uploads
from benches.scale import scale
from benches.session import token

FEW = 10_000
MANY = scale().many
CLIENTS = 1
ROUNDS = 7
UPLOADS = 30
GOAL = 1.2


def run() -> list[Row]:
    """Median milliseconds of an upload among many, with the median among few as the reference."""
    with ExitStack() as running:
        asked = []
        for photos in (FEW, MANY):
            settings = portal(photos)
            bearer, project = token(settings, works.email("inspector", 0)), works.code(0)
            asked.append((running.enter_context(saksi(settings)), bearer, project, list[float]()))
        # Bytes that an earlier run has sent would be judged as a first use no more.
        first = int((datetime.now(UTC) - datetime(2026, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)) % 50_000_000
        for number in range(ROUNDS + 1):
            for server, bearer, project, taken in asked:
                measured = ask(
                    server.port, uploads(bearer, UPLOADS, first + number * UPLOADS, project), clients=CLIENTS
                )
                server.wait_for_copies()
                if number:
                    taken.extend(measured.latencies_ms)
    few, many = (taken for *_, taken in asked)
    ratio = median(many) / median(few)
    return [
        row(
            f"growth.upload_at_{MANY}",
            median(many),
            f"ms for one upload, median of {len(many)}, one client",
            reference=median(few),
            ratio=ratio,
            goal=f"<= {GOAL} x the cost at {FEW}",
            met=ratio <= GOAL,
            note=f"ms: {spread(many)}; at {FEW}: {spread(few)}",
        )
    ]
