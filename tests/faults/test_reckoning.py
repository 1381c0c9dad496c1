"""The count that the other tests rely on sees what it is there to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from server import jobs
from server.db import new_id, writing
from server.models import CustodyEvent, EvidenceFinding
from server.services import sequencer
from server.services.copies import WEB, copy_name
from tests.api.calls import good_photo, put_photo, road_claim
from tests.faults.reckoning import reckon, whole

Acknowledged = dict[UUID, str]


@pytest.fixture
def acknowledged(app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]]) -> Acknowledged:
    """Two photos that were received and have their copies."""
    headers = bearer("inspector")
    photos = [put_photo(client, headers, good_photo(shade), road_claim()).get_json() for shade in (10, 200)]
    jobs.run_all_due()
    return {UUID(photo["id"]): photo["sha256"] for photo in photos}


def test_photos_of_which_nothing_is_missing_are_whole(acknowledged: Acknowledged) -> None:
    assert reckon(acknowledged) == whole(2)


def test_an_acknowledgement_without_a_record_is_a_photo_lost(acknowledged: Acknowledged) -> None:
    assert reckon(acknowledged | {new_id(): "ab"}) == replace(whole(2), acknowledged=3, lost=1)


def test_a_record_that_nobody_was_told_of_is_one_too_many(acknowledged: Acknowledged) -> None:
    acknowledged.popitem()

    assert reckon(acknowledged) == replace(whole(2), acknowledged=1, not_asked_for=1)


def test_a_record_of_other_bytes_is_seen(acknowledged: Acknowledged) -> None:
    assert reckon(dict.fromkeys(acknowledged, "ab")) == replace(whole(2), other_bytes=2)


def test_originals_that_are_gone_or_changed_are_seen(acknowledged: Acknowledged, settings: config.Settings) -> None:
    gone, changed = (_original(settings, sha256) for sha256 in acknowledged.values())
    gone.unlink()
    changed.chmod(0o600)
    changed.write_bytes(changed.read_bytes() + b"!")

    assert reckon(acknowledged) == replace(whole(2), stored=1, damaged=2)


def test_an_original_that_no_record_names_is_seen(acknowledged: Acknowledged, settings: config.Settings) -> None:
    (settings.originals_root / "originals" / "00" / ("0" * 64)).write_bytes(b"?")

    assert reckon(acknowledged) == replace(whole(2), stored=3)


def test_a_copy_that_is_gone_is_seen(acknowledged: Acknowledged, settings: config.Settings) -> None:
    name = copy_name(next(iter(acknowledged.values())), WEB)
    (settings.originals_root / "copies" / name[:2] / name).unlink()

    assert reckon(acknowledged) == replace(whole(2), copies_missing=1)


def test_a_judgement_that_is_not_whole_is_seen(acknowledged: Acknowledged) -> None:
    with writing() as session:
        session.execute(sa.delete(EvidenceFinding).where(EvidenceFinding.evidence_id == next(iter(acknowledged))))

    assert reckon(acknowledged) == replace(whole(2), half_judged=1)


def test_a_line_taken_out_of_the_log_is_seen(acknowledged: Acknowledged) -> None:
    sequencer.sequence()
    with writing() as session:
        first = sa.select(sa.func.min(CustodyEvent.sequence)).where(CustodyEvent.action == "evidence.received")
        session.execute(sa.delete(CustodyEvent).where(CustodyEvent.sequence == first.scalar_subquery()))

    assert reckon(acknowledged) == replace(whole(2), events=1, chain_broken=True)


def test_a_job_that_waits_is_seen(acknowledged: Acknowledged) -> None:
    with writing() as session:
        event = session.scalars(sa.select(CustodyEvent).limit(1)).one()
        jobs.enqueue(session, "copies", "once more", now=event.at)

    assert reckon(acknowledged) == replace(whole(2), jobs_left=1)


def _original(settings: config.Settings, sha256: str) -> Path:
    return settings.originals_root / "originals" / sha256[:2] / sha256
