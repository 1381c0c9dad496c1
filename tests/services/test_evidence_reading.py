"""Lists of photos across few projects and across very many: the same photos in the same order."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from server.access import Actor
from server.models.evidence import EvidenceState
from server.services import evidence_reading
from server.services.evidence_reading import EvidenceFilter
from tests.pages.story import Road


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open and no photo yet."""
    return Road(actor)


def pages(actor: Actor, limit: int, wanted: EvidenceFilter) -> list[list[UUID]]:
    told, cursor = [], None
    while True:
        page = evidence_reading.search(actor, wanted, cursor=cursor, limit=limit)
        told.append([photo.id for photo in page.items])
        cursor = page.next
        if cursor is None:
            return told


def test_across_very_many_projects_a_stretch_is_looked_at_and_nothing_is_left_out(
    road: Road, actor: Callable[[str], Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = road.send_questionable()
    sent = [waiting, *(road.send() for _ in range(4))]
    newest_first = sent[::-1]
    administrator = actor("administrator")
    monkeypatch.setattr(evidence_reading, "FEW_PROJECTS", 0)
    monkeypatch.setattr(evidence_reading, "LOOKED_AT", 2)

    assert [id_ for page in pages(administrator, 2, EvidenceFilter()) for id_ in page] == newest_first
    assert pages(administrator, 2, EvidenceFilter(state=EvidenceState.NEEDS_REVIEW)) == [[], [], [waiting]]
    assert pages(actor("other_administrator"), 2, EvidenceFilter()) == [[], [], []]


def test_few_projects_are_looked_into_one_by_one(road: Road, actor: Callable[[str], Actor]) -> None:
    sent = [road.send() for _ in range(3)]

    assert pages(actor("administrator"), 2, EvidenceFilter()) == [sent[:0:-1], sent[:1]]
    assert pages(actor("other_supervisor"), 2, EvidenceFilter()) == [[]]
