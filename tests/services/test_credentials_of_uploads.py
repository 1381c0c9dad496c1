"""What becomes of a photo whose Content Credentials are looked at, once the inspector has the verdict."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import c2pa
import pytest
import sqlalchemy as sa

import config
from evidence.credentials import OFFLINE
from evidence.findings import Outcome
from server import jobs, signing
from server.access import Actor
from server.db import reading
from server.models import CustodyEvent, Evidence
from server.models.evidence import EvidenceState
from server.services import credentials, review_photo
from tests.services.test_receive import photo_on_site, send
from tests.unit.evidence.test_credentials import FACTS

Actors = Callable[[str], Actor]
MADE_BY_AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAKEN = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


@pytest.fixture
def maker(tmp_path: Path) -> signing.Signing:
    """Who makes the cameras."""
    return signing.of(config.load({"SAKSI_DATA_ROOT": str(tmp_path / "maker")}), now=datetime.now(UTC))


def by_a_camera(maker: signing.Signing, source: str = TAKEN) -> bytes:
    """A photo on the site, signed by the camera that took it."""
    created = {"action": "c2pa.created", "digitalSourceType": source}
    listed = {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [created]}}
    document = {"claim_generator_info": [{"name": "Camera"}], "assertions": [listed]}
    pen = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo("es256", maker.signer.chain.encode(), maker.signer.key.encode(), None)
    )
    out = io.BytesIO()
    with c2pa.Context.from_dict(OFFLINE) as context, c2pa.Builder(document, context=context) as builder:
        builder.sign(pen, "image/jpeg", io.BytesIO(photo_on_site()), out)
    return out.getvalue()


def looked_at(actor: Actor, data: bytes) -> Evidence:
    """The photo on record once the worker is done with it."""
    received = send(actor, data, project="ROAD-1")
    assert received.evidence.verdict is EvidenceState.VERIFIED
    jobs.run_all_due()
    return reading().get_one(Evidence, received.evidence.id)


def untouched(photo: Evidence) -> Outcome | None:
    return next((each.outcome for each in photo.findings if each.name == "file.untouched"), None)


def test_a_tampered_file_is_rejected_and_the_log_says_so(actor: Actors, maker: signing.Signing) -> None:
    changed = bytearray(by_a_camera(maker))
    changed[-3] ^= 1

    photo = looked_at(actor("inspector"), bytes(changed))

    assert (untouched(photo), photo.verdict, photo.state) == (
        Outcome.FAIL,
        EvidenceState.REJECTED,
        EvidenceState.REJECTED,
    )
    actions = reading().scalars(sa.select(CustodyEvent.action).where(CustodyEvent.record_id == str(photo.id)))
    assert "evidence.lowered" in set(actions)


def test_a_picture_that_admits_to_be_made_up_is_questioned(actor: Actors, maker: signing.Signing) -> None:
    assert untouched(looked_at(actor("inspector"), by_a_camera(maker, MADE_BY_AI))) is Outcome.WARN


def test_credentials_that_hold_raise_neither_verdict_nor_grade(actor: Actors, maker: signing.Signing) -> None:
    without = send(actor("inspector"), photo_on_site(shade=2), project="ROAD-1").evidence

    photo = looked_at(actor("inspector"), by_a_camera(maker))

    assert (photo.verdict, photo.grade) == (without.verdict, without.grade)


def test_reviewers_read_what_the_file_says_of_its_maker(actor: Actors, maker: signing.Signing) -> None:
    photo = looked_at(actor("inspector"), by_a_camera(maker, MADE_BY_AI))

    said = {row.label: row.file.text for row in review_photo.photo(actor("supervisor"), photo.id).claims}

    assert said["Content Credentials"] == "Content Credentials hold, by a signer that is not on the trust list"
    assert said["Signed by, as the file says"] == "Saksi"
    assert said["Made with, as the file says"] == "Camera"
    assert said["Origin"] == "made by artificial intelligence"


def test_a_public_copy_that_is_sent_as_a_photo_is_no_camera_picture(actor: Actors) -> None:
    photo = looked_at(actor("inspector"), credentials.sign_copy(photo_on_site(), FACTS))

    assert untouched(photo) is Outcome.WARN
