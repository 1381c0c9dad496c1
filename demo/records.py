"""How many jobs the server has yet to do, asked of the database on the same machine.

No address of the API tells it; a demonstration is shown once its pictures are made. Nothing is written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from server.db import db
from server.services import job_desk


def jobs_waiting() -> int:
    """How many jobs are yet to be done."""
    db.session.remove()
    found = job_desk.counts()
    return found.queued + found.running


def while_jobs_wait(at_most_s: float = 90.0) -> Iterator[int]:
    """Until every job is done, or the time is over, how many are left; asked several times a second."""
    give_up_at = time.monotonic() + at_most_s
    while (left := jobs_waiting()) and time.monotonic() < give_up_at:
        yield left
        time.sleep(0.2)
