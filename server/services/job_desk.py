"""Jobs that wait, or that failed so often that they wait for a person.

Running them is kept out (``server.jobs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server import jobs
from server.db import reading, writing
from server.jobs import Counts, JobNotFoundError, JobView, NotDeadError
from server.problems import Problem
from server.services import custody
from server.texts import _


def unfinished() -> Sequence[JobView]:
    """Every job that is not done: the dead first, then by when they are due."""
    return jobs.unfinished(reading())


def counts() -> Counts:
    """How many jobs are queued, running and dead, and since when the oldest of the queued waits."""
    return jobs.counts(reading())


def retry(job_id: str, *, now: datetime) -> JobView:
    """Give a dead job all its attempts again, from now.

    Raises:
        Problem: ``not-found``, or ``wrong-state`` for a job that is not dead.
    """
    with writing() as session:
        try:
            job = jobs.revive(session, job_id, now=now)
        except JobNotFoundError:
            raise Problem("not-found", _("There is no job %(job_id)s.", job_id=job_id)) from None
        except NotDeadError as error:
            raise Problem(
                "wrong-state",
                _("The job is %(value)s; only a dead one is tried again by hand.", value=error.state.value),
            ) from None
        custody.append(session, None, "job.retried", "job", job.id, now=now, kind=job.kind, subject=job.subject)
        return job
