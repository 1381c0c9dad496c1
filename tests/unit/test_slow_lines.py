"""Places for bodies that come slowly: few for all, fewer for one, and none for quick ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from server.problems import Problem
from server.slow_lines import LEAST_READ, MOST_OF_ONE, MOST_READ, QUICK_S, Coming, Places, TooSlowError

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
def coming(places: Places, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Coming]:
    """A body of this person that has been coming for so long."""

    def come(person: UUID = PERSON, line: Line | None = None, *, for_s: float, most: int = 9) -> Coming:
        body = Coming(line or Line(data=b"abc"), places, person, most=most, at_most_s=60)
        monkeypatch.setattr(body, "_began", time.monotonic() - for_s)
        return body

    return come


Come = Callable[..., Coming]


def test_quick_bodies_take_no_place(places: Places, coming: Come) -> None:
    bodies = [coming(for_s=0, most=1) for _ in range(MOST_OF_ONE + 1)]

    for body in bodies:
        places.welcome(PERSON)
        assert body.read(10) == b"abc"


def test_one_person_has_fewer_places_than_there_are(places: Places, coming: Come) -> None:
    for _ in range(MOST_OF_ONE):
        coming(for_s=QUICK_S).read(10)

    with too_busy():
        coming(for_s=QUICK_S).read(10)
    with too_busy():
        places.welcome(PERSON)
    places.welcome(OTHER)
    coming(OTHER, for_s=QUICK_S).read(10)


def test_all_together_have_so_many(places: Places, coming: Come) -> None:
    for person in (PERSON, OTHER):
        coming(person, for_s=QUICK_S, most=2).read(10)

    with too_busy():
        coming(THIRD, for_s=QUICK_S, most=2).read(10)
    places.welcome(THIRD)
    assert coming(THIRD, for_s=0, most=2).read(10) == b"abc"


def test_a_body_keeps_its_place_until_its_last_byte_is_here(places: Places, coming: Come) -> None:
    body = coming(for_s=QUICK_S, most=1)

    with body.within():
        assert body.read(10) == b"abc"
        with too_busy():
            places.take(OTHER, most=1)
        assert (body.read(10), body.ended) == (b"", True)
        places.take(OTHER, most=1)


def test_a_body_that_broke_off_keeps_no_place(places: Places, coming: Come) -> None:
    body = coming(for_s=QUICK_S)

    with suppress(ConnectionResetError), body.within():
        body.read(1)
        raise ConnectionResetError

    places.take(OTHER, most=1)


def test_a_body_whose_time_is_up_keeps_no_place(places: Places, coming: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    body = coming(for_s=QUICK_S)
    body.read(1)
    monkeypatch.setattr(body, "_at_most_s", 0)

    with pytest.raises(TooSlowError):
        body.read(10)

    places.take(OTHER, most=1)


def test_all_of_a_body_is_read_where_no_size_is_said(coming: Come) -> None:
    data = bytes(5 * LEAST_READ)

    assert coming(line=Line(data=data), for_s=0).read() == data


def test_a_fast_line_is_asked_for_more_each_time(coming: Come) -> None:
    line = Line(data=bytes(MOST_READ * 4))
    body = coming(line=line, for_s=0)

    while body.read(MOST_READ):
        pass

    assert line.asked[:3] == [LEAST_READ, 2 * LEAST_READ, 4 * LEAST_READ]
    assert max(line.asked) == MOST_READ


def test_a_slow_line_is_asked_for_little(places: Places) -> None:
    line = Line(0.6, data=bytes(MOST_READ))
    body = Coming(line, places, PERSON, most=1, at_most_s=1.5)

    with pytest.raises(TooSlowError):
        body.read()

    assert line.asked == [LEAST_READ] * 3


def test_a_reader_is_never_given_more_than_it_asked_for(coming: Come) -> None:
    line = Line(data=bytes(MOST_READ))

    assert len(coming(line=line, for_s=0).read(7)) == 7
    assert line.asked == [7]
