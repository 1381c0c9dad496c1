"""How long a photo may be in coming, and how many may come slowly at once, so that slow lines never hold every thread.

A thread that reads a body waits for whoever sends it, and a phone at 3 kB/s is no fault of its owner's. So a body
that is not here within a second takes a place: there are fewer places than threads, fewer still for one person, and
none for ever. Quick bodies take none, also those of a proxy that takes bodies in first (``docs/operations.md``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from uuid import UUID

from server.problems import Problem

#: How many bodies one person may be sending slowly at once.
MOST_OF_ONE = 2
#: A body that takes longer is a slow one.
QUICK_S = 1.0
BUSY_RETRY_S = 10
#: How much is asked of a line at once. The server waits until that is whole, so a slow one is asked for little.
LEAST_READ, MOST_READ = 1024, 64 * 1024
FAST_S, SLOW_S = 0.05, 0.5


class Stream(Protocol):
    """Bytes, from first to last."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class TooSlowError(Problem):
    """A body did not come in its time."""

    def __init__(self) -> None:
        super().__init__(
            "too-slow",
            "It did not all arrive in time, and nothing of it was kept. On a slow line, send the photo as a resumable "
            "upload, in small pieces without a checksum.",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The place of one slow body."""

    person: UUID


class Places:
    """The places for slow bodies in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: set[Place] = set()

    def welcome(self, person: UUID) -> None:
        """Let a body of this person begin.

        Raises:
            Problem: ``too-busy``, as the person has no place left if it turns out to be slow.
        """
        with self._lock:
            if self._of(person) >= MOST_OF_ONE:
                raise _too_busy()

    def take(self, person: UUID, *, most: int) -> Place:
        """A place for a body of this person that came out as slow, where there are ``most`` for all.

        Raises:
            Problem: ``too-busy``.
        """
        with self._lock:
            if len(self._taken) >= most or self._of(person) >= MOST_OF_ONE:
                raise _too_busy()
            place = Place(person)
            self._taken.add(place)
        return place

    def give_back(self, place: Place) -> None:
        """Let another body come; giving a place back twice does nothing."""
        with self._lock:
            self._taken.discard(place)

    def _of(self, person: UUID) -> int:
        return sum(each.person == person for each in self._taken)


class Coming:
    """A body that comes within a time, and holds a place from when it is slow until its last byte is here."""

    def __init__(self, stream: Stream, places: Places, person: UUID, *, most: int, at_most_s: float) -> None:
        self._stream = stream
        self._places, self._person, self._most = places, person, most
        self._began = time.monotonic()
        self._at_most_s = at_most_s
        self._piece = LEAST_READ
        self._place: Place | None = None
        self.ended = False

    @contextmanager
    def within(self) -> Iterator[None]:
        """Let the body come while the block runs, and hold no place after it.

        Raises:
            Problem: ``too-busy``.
        """
        self._places.welcome(self._person)
        try:
            yield
        finally:
            self._leave()

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; none at the end.

        Raises:
            TooSlowError: the time is up; what was read before is the reader's.
            Problem: ``too-busy``, as too many are as slow; likewise.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(MOST_READ), b""))
        began = time.monotonic()
        self._bound(began - self._began)
        data = self._stream.read(min(size, self._piece))
        self._suit(time.monotonic() - began)
        if not data:
            self.ended = True
            self._leave()
        return data

    def _bound(self, coming_s: float) -> None:
        """See that a body that has been coming for so long may go on."""
        if coming_s >= self._at_most_s:
            self._leave()
            raise TooSlowError
        if coming_s >= QUICK_S and self._place is None:
            self._place = self._places.take(self._person, most=self._most)

    def _suit(self, took_s: float) -> None:
        """Ask a fast line for more the next time, and a slow one for less."""
        if took_s < FAST_S:
            self._piece = min(2 * self._piece, MOST_READ)
        elif took_s > SLOW_S:
            self._piece = max(self._piece // 2, LEAST_READ)

    def _leave(self) -> None:
        if self._place is not None:
            self._places.give_back(self._place)


def _too_busy() -> Problem:
    detail = f"Too many photos are coming in slowly just now, or {MOST_OF_ONE} of yours. Try again in a moment."
    return Problem("too-busy", detail, headers={"Retry-After": str(BUSY_RETRY_S)})


PLACES = Places()
