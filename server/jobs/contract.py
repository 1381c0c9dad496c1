"""What a queue owes, whichever engine it stands on, and what every job is.

How often a job is tried and how long it waits in between is settled here, so that both engines do the same.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from evidence.errors import StoreAwayError
from server import postgres
from server.models.jobs import JobState

LOG = logging.getLogger("saksi.jobs")
#: How often a job is run before it is dead and waits for a person.
ATTEMPTS = 5
FIRST_DELAY_S = 2
#: How long a job waits at least and at most while the store or the database is away.
AWAY_DELAYS = timedelta(seconds=5), timedelta(minutes=5)
#: The longest that a job waits for the uploads of its own process.
POLITE_S = 2.0
EVERY_RUNNER_DIED = "every runner that took this job died"
LONGEST_ERROR = 1000

Handler = Callable[[str], None]
HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``; it is given the job's subject and bears being run twice."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def delay_after(attempts: int) -> timedelta:
    """How long a job waits after its ``attempts``-th failure: 2 s, 8 s, 32 s, 128 s."""
    return timedelta(seconds=FIRST_DELAY_S * 4 ** (attempts - 1))


def is_away(error: BaseException) -> bool:
    """Whether the store or the database is away, for which no job can do anything: such a try costs no attempt."""
    return isinstance(error, StoreAwayError) or (isinstance(error, DBAPIError) and postgres.is_passing(error))


def delay_while_away(waited: timedelta) -> timedelta:
    """How long a job that was queued ``waited`` ago waits for what is away: the longer, the longer it has waited."""
    shortest, longest = AWAY_DELAYS
    return max(shortest, min(waited / 4, longest))


def told(error: Exception) -> str:
    """A failure in one line for whoever looks after the jobs."""
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def log_failure(kind: str, subject: str, error: Exception) -> None:
    """Write a failure into the log: what is away in one line, for every job says so again and again."""
    if is_away(error):
        LOG.warning("job %s %s waits: %s", kind, subject, told(error).splitlines()[0])
    else:
        LOG.error("job %s %s failed", kind, subject, exc_info=error)


class JobNotFoundError(LookupError):
    """There is no job with this id; what is done leaves no trace."""


class NotDeadError(Exception):
    """Only a dead job is tried again by hand; ``state`` is the one it is in."""

    def __init__(self, state: JobState) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True)
class JobView:
    """A job that is not done. ``id`` is what the engine calls it; ``attempts`` counts those that ended."""

    id: str
    kind: str
    subject: str
    state: JobState
    attempts: int
    due_at: datetime
    last_error: str | None

    @property
    def dead(self) -> bool:
        """Whether it waits for a person."""
        return self.state is JobState.DEAD


@dataclass(frozen=True, slots=True)
class Counts:
    """How many jobs are in each state, and since when the oldest of the queued waits."""

    queued: int
    running: int
    dead: int
    oldest_queued_at: datetime | None

    def oldest_age_s(self, now: datetime) -> float:
        """For how many seconds the oldest queued job has waited; 0 where none waits."""
        return (now - self.oldest_queued_at).total_seconds() if self.oldest_queued_at else 0.0


class Queue(Protocol):
    """A queue on one engine. A job that fails or whose runner dies is run again, ``ATTEMPTS`` times in all.

    While the store or the database is away (``is_away``) it is tried for as long as that lasts.
    """

    def enqueue(self, session: Session, kind: str, subject: str, *, now: datetime) -> None:
        """Queue one job inside the session's transaction; IntegrityError where it is there already."""

    def run_all_due(self, app: Flask) -> int:
        """Do every job that is due, one after the other, and answer how many there were."""

    def work(self, app: Flask, concurrency: int, stop: threading.Event) -> None:
        """Do jobs until ``stop`` is set, also after the database was away; then finish those that run."""

    def unfinished(self, session: Session) -> Sequence[JobView]:
        """Every job that is not done."""

    def revive(self, session: Session, job_id: str, *, now: datetime) -> JobView:
        """Give a dead job all its attempts again; JobNotFoundError, NotDeadError."""

    def counts(self, session: Session) -> Counts:
        """How many jobs there are in each state."""
