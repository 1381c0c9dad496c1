"""Cursors: what a list gave out leads on, and whatever else is sent as one is refused as a field."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from server import paging
from server.problems import Problem

ID = UUID("01920000-0000-7000-8000-000000000001")


def test_a_place_comes_back_as_it_was_given_out() -> None:
    at, identity = paging.decode(paging.encode("2026-03-01T08:00:00Z", str(ID)), parts=2)

    assert paging.instant(at) == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert paging.identity(identity) == ID


@pytest.mark.parametrize("cursor", ["x", "é", paging.encode("one"), paging.encode("a", "b\0")])
def test_a_text_that_is_no_place_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        paging.decode(cursor, parts=2)

    assert [error.pointer for error in refused.value.errors] == ["#/cursor"]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-03-01T08:00:00", "0001-01-01T00:00:00+08:00"])
def test_a_part_that_is_no_instant_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        paging.instant(text)


@pytest.mark.parametrize("text", ["", "1", "not-an-id"])
def test_a_part_that_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        paging.identity(text)
