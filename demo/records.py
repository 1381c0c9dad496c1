"""What stands in the records, asked by the demonstration to know which of its steps were taken.

The API tells a submission only to the person who makes it; whoever goes on after an interruption
reads it here, on the same machine. Nothing is written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from server.db import db, reading
from server.models import Job, Person, Submission, SubmissionDecision
from server.models.jobs import JobState


@dataclass(frozen=True, slots=True)
class Standing:
    """A milestone's latest submission, and the addresses of those who have decided on it."""

    id: UUID
    digest: str
    deciders: frozenset[str]


def submission(milestone_id: str) -> Standing | None:
    """The latest submission of a milestone, or None."""
    # The server writes in another process; an old snapshot would not show it.
    db.session.remove()
    latest = sa.select(Submission).where(Submission.milestone_id == UUID(milestone_id))
    found = reading().scalar(latest.order_by(Submission.submitted_at.desc()).limit(1))
    if found is None:
        return None
    deciders = (
        sa.select(Person.email)
        .join(SubmissionDecision, SubmissionDecision.decided_by == Person.id)
        .where(SubmissionDecision.submission_id == found.id)
    )
    return Standing(found.id, found.digest, frozenset(reading().scalars(deciders)))


def jobs_waiting() -> int:
    """How many jobs are yet to be done."""
    db.session.remove()
    waiting = sa.select(sa.func.count()).where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
    return reading().scalar(waiting) or 0


def while_jobs_wait(at_most_s: float = 90.0) -> Iterator[int]:
    """Until every job is done, or the time is over, how many are left; asked several times a second."""
    give_up_at = time.monotonic() + at_most_s
    while (left := jobs_waiting()) and time.monotonic() < give_up_at:
        yield left
        time.sleep(0.2)
