"""How long a photo may be in coming, and how many may come at once, so that slow lines never hold every thread.

A thread that reads a body waits for whoever sends it, and a phone at 3 kB/s is no fault of its owner's. So a body
takes a place while it comes: there are fewer places than threads, fewer still for one person, and none for ever. Where
a proxy takes bodies in first (``docs/operations.md``), every body is a quick one and none of this is felt.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition
from typing import Protocol
from uuid import UUID

from server.problems import Problem

#: How many bodies one person may be sending at once.
MOST_OF_ONE = 2
#: A body that may still end within this time of its beginning is waited for: it is probably a quick one.
QUICK_S = 1.0
MOST_WAIT_S = 2 * QUICK_S
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


@dataclass(slots=True, eq=False)
class Place:
    """The place of one body that comes."""

    person: UUID
    begun: float = field(default_factory=time.monotonic)


class Places:
    """The places for bodies in this process."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken: set[Place] = set()

    def take(self, person: UUID, *, most: int) -> Place:
        """A place for one more body of this person, where ``most`` bodies may come at once.

        Raises:
            Problem: ``too-busy``, and none that holds a place looks as if it would end in a moment.
        """
        give_up_at = time.monotonic() + MOST_WAIT_S
        with self._changed:
            while before := self._in_the_way(person, most):
                wait_s = min(give_up_at, max(each.begun for each in before) + QUICK_S) - time.monotonic()
                if wait_s <= 0:
                    raise _too_busy()
                self._changed.wait(wait_s)
            place = Place(person)
            self._taken.add(place)
        return place

    def give_back(self, place: Place) -> None:
        """Let another body come; giving a place back twice does nothing."""
        with self._changed:
            self._taken.discard(place)
            self._changed.notify_all()

    def _in_the_way(self, person: UUID, most: int) -> list[Place]:
        """Those of whom one must end before this person may send; nobody where there is room."""
        of_person = [each for each in self._taken if each.person == person]
        if len(of_person) >= MOST_OF_ONE:
            return of_person
        return list(self._taken) if len(self._taken) >= most else []


class Coming:
    """A body that comes within a time, and holds a place until its last byte is here."""

    def __init__(self, stream: Stream, *, at_most_s: float) -> None:
        self._stream = stream
        self._until = time.monotonic() + at_most_s
        self._piece = LEAST_READ
        self._place: tuple[Places, Place] | None = None
        self.ended = False

    @contextmanager
    def within(self, places: Places, person: UUID, *, most: int) -> Iterator[None]:
        """Hold a place while the block runs and the body comes.

        Raises:
            Problem: ``too-busy``.
        """
        self._place = (places, places.take(person, most=most))
        try:
            yield
        finally:
            self._leave()

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; none at the end.

        Raises:
            TooSlowError: the time is up; what was read before is the reader's.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(MOST_READ), b""))
        began = time.monotonic()
        if began >= self._until:
            self._leave()
            raise TooSlowError
        data = self._stream.read(min(size, self._piece))
        self._suit(time.monotonic() - began)
        if not data:
            self.ended = True
            self._leave()
        return data

    def _suit(self, took_s: float) -> None:
        """Ask a fast line for more the next time, and a slow one for less."""
        if took_s < FAST_S:
            self._piece = min(2 * self._piece, MOST_READ)
        elif took_s > SLOW_S:
            self._piece = max(self._piece // 2, LEAST_READ)

    def _leave(self) -> None:
        if self._place is not None:
            places, place = self._place
            places.give_back(place)


def _too_busy() -> Problem:
    detail = f"Too many photos are coming in slowly just now, or {MOST_OF_ONE} of yours. Try again in a moment."
    return Problem("too-busy", detail, headers={"Retry-After": str(BUSY_RETRY_S)})


PLACES = Places()
