"""Decoding processes are shared by turns: one at a time has one, and it serves whoever comes next, in any thread."""

from __future__ import annotations

import threading
from io import BytesIO

import pytest
from flask import Flask

from evidence.darkroom import Darkroom
from server.services.darkrooms import darkroom
from tests.conftest import InThreads
from tests.photos import jpeg

pytestmark = pytest.mark.sqlite_only("no database is asked")


def test_who_comes_next_has_the_same_one_in_any_thread(app: Flask, in_threads: InThreads) -> None:
    had: list[Darkroom] = []

    def develop(_number: int) -> None:
        with darkroom() as room:
            room.develop(BytesIO(jpeg(size=(64, 48))), "image/jpeg")
            had.append(room)

    for number in range(3):
        in_threads(develop, [number])

    assert len({id(room) for room in had}) == 1


def test_two_at_the_same_time_have_one_each(app: Flask, in_threads: InThreads) -> None:
    had: list[Darkroom] = []
    both = threading.Barrier(2, timeout=30)

    def wait(_number: int) -> None:
        with darkroom() as room:
            had.append(room)
            both.wait()

    in_threads(wait, range(2))

    assert had[0] is not had[1]


def test_one_whose_process_died_serves_the_next_all_the_same(app: Flask) -> None:
    with darkroom() as room:
        room.develop(BytesIO(jpeg()), "image/jpeg")
        assert room._process is not None
        room._process.kill()
        room._process.wait()
    with darkroom() as again:
        assert again is room
        assert again.develop(BytesIO(jpeg(size=(200, 100))), "image/jpeg").copies.width == 200
