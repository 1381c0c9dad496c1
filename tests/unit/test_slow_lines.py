"""Places for bodies that come: few for all, fewer for one, kept by slow ones and waited for where they are quick."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from uuid import uuid4

import pytest

from server.problems import Problem
from server.slow_lines import LEAST_READ, MOST_OF_ONE, MOST_READ, QUICK_S, Coming, Place, Places, TooSlowError

PERSON, OTHER, THIRD = uuid4(), uuid4(), uuid4()


def too_busy() -> AbstractContextManager[pytest.ExceptionInfo[Problem]]:
    """The block is refused, and may be tried again."""
    return pytest.raises(Problem, check=lambda problem: problem.name == "too-busy" and "Retry-After" in problem.headers)


class Line:
    """A line that needs this long for each read, and is asked for what is noted."""

    def __init__(self, needs_s: float = 0.0, data: bytes = b"") -> None:
        self._needs_s, self._data = needs_s, BytesIO(data)
        self.asked: list[int] = []

    def read(self, size: int, /) -> bytes:
        """What is asked for, late."""
        self.asked.append(size)
        time.sleep(self._needs_s)
        return self._data.read(size)


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def held_for_long(places: Places, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Place]]:
    """Take places for these people, as if long ago."""

    def take(*people: object, most: int) -> list[Place]:
        taken = [places.take(person, most=most) for person in people]  # type: ignore[arg-type]
        for place in taken:
            place.begun -= QUICK_S
        return taken

    return take


def test_one_person_has_fewer_places_than_there_are(places: Places, held_for_long: Callable[..., list[Place]]) -> None:
    held_for_long(*[PERSON] * MOST_OF_ONE, most=9)

    with too_busy():
        places.take(PERSON, most=9)
    places.take(OTHER, most=9)


def test_all_together_have_so_many(places: Places, held_for_long: Callable[..., list[Place]]) -> None:
    held_for_long(PERSON, OTHER, most=2)

    with too_busy():
        places.take(THIRD, most=2)


def test_who_is_refused_is_refused_at_once(places: Places, held_for_long: Callable[..., list[Place]]) -> None:
    held_for_long(PERSON, OTHER, most=2)
    began = time.monotonic()

    with too_busy():
        places.take(THIRD, most=2)

    assert time.monotonic() - began < QUICK_S / 2


def test_a_place_that_was_taken_a_moment_ago_is_waited_for(places: Places) -> None:
    quick = places.take(PERSON, most=1)
    threading.Timer(QUICK_S / 4, places.give_back, [quick]).start()

    assert places.take(OTHER, most=1).person == OTHER


def test_but_no_longer_than_a_quick_one_takes(places: Places) -> None:
    places.take(PERSON, most=1)
    began = time.monotonic()

    with too_busy():
        places.take(OTHER, most=1)

    assert QUICK_S / 2 < time.monotonic() - began < 2 * QUICK_S


def test_a_body_keeps_its_place_until_its_last_byte_is_here(places: Places) -> None:
    body = Coming(Line(data=b"abc"), at_most_s=60)

    with body.within(places, PERSON, most=1):
        assert body.read(10) == b"abc"
        with too_busy():
            places.take(OTHER, most=1)
        assert (body.read(10), body.ended) == (b"", True)
        places.take(OTHER, most=1)


def test_a_body_that_broke_off_keeps_no_place(places: Places) -> None:
    with pytest.raises(ConnectionResetError), Coming(Line(), at_most_s=60).within(places, PERSON, most=1):
        raise ConnectionResetError

    places.take(OTHER, most=1)


def test_a_body_whose_time_is_up_keeps_no_place(places: Places) -> None:
    body = Coming(Line(data=b"abc"), at_most_s=0)

    with body.within(places, PERSON, most=1):
        with pytest.raises(TooSlowError):
            body.read(10)
        places.take(OTHER, most=1)


def test_all_of_a_body_is_read_where_no_size_is_said() -> None:
    data = bytes(5 * LEAST_READ)

    assert Coming(Line(data=data), at_most_s=60).read() == data


def test_a_fast_line_is_asked_for_more_each_time() -> None:
    line = Line(data=bytes(MOST_READ * 4))
    body = Coming(line, at_most_s=60)

    while body.read(MOST_READ):
        pass

    assert line.asked[:3] == [LEAST_READ, 2 * LEAST_READ, 4 * LEAST_READ]
    assert max(line.asked) == MOST_READ


def test_a_slow_line_is_asked_for_little() -> None:
    line = Line(0.6, data=bytes(MOST_READ))
    body = Coming(line, at_most_s=1.5)

    with pytest.raises(TooSlowError):
        body.read()

    assert line.asked == [LEAST_READ] * 3


def test_a_reader_is_never_given_more_than_it_asked_for() -> None:
    line = Line(data=bytes(MOST_READ))

    assert len(Coming(line, at_most_s=60).read(7)) == 7
    assert line.asked == [7]
