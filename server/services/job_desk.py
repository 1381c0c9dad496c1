"""Jobs that wait, or that failed so often that they wait for a person.

Running them is kept out (``server.jobs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from server.db import reading, writing
from server.models import Job
from server.models.jobs import JobState
from server.problems import Problem
from server.services import custody


def unfinished() -> Sequence[Job]:
    """Every job that is not done: the dead first, then by when they are due."""
    dead_first = sa.case((Job.state == JobState.DEAD, 0), else_=1)
    return reading().scalars(sa.select(Job).where(Job.state != JobState.DONE).order_by(dead_first, Job.due_at)).all()


def retry(job_id: UUID, *, now: datetime) -> Job:
    """Give a dead job all its attempts again, from now.

    Raises:
        Problem: ``not-found``, or ``wrong-state`` for a job that is not dead.
    """
    with writing() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise Problem("not-found", f"There is no job {job_id}.")
        if job.state is not JobState.DEAD:
            raise Problem("wrong-state", f"The job is {job.state.value}; only a dead one is tried again by hand.")
        job.state, job.attempts, job.due_at = JobState.QUEUED, 0, now
        custody.append(session, None, "job.retried", "job", str(job_id), now=now, kind=job.kind, subject=job.subject)
        return job
