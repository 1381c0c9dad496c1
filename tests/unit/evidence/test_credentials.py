"""Public copies are signed: what the manifest says, that it holds, and that a changed byte breaks it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import pytest
from PIL import Image

import config
from evidence import credentials
from evidence.credentials import CredentialsError, Facts
from server import signing
from tests.photos import jpeg

ORIGINAL = "ab" * 32
FACTS = Facts(
    evidence="018f0000-0000-7000-8000-000000000001",
    sha256=ORIGINAL,
    media_type="image/heic",
    verdict="needs_review",
    state="accepted",
    grade="B",
    policy="ph 3",
    checks={"place.inside_site": "pass", "file.decodes": "pass", "time.fresh": "warn"},
    redactions=2,
    published_at="2026-05-06T02:00:00Z",
    page="https://saksi.example/photos/018f0000-0000-7000-8000-000000000001",
)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> signing.Signing:
    """What an installation of its own signs with."""
    settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path_factory.mktemp("root"))})
    return signing.of(settings, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def copy() -> bytes:
    """A web copy: a JPEG without metadata."""
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def read(signed: bytes, *, anchors: str | None = None) -> tuple[str, dict[str, Any]]:
    """What the library's own reader says: its state and the whole document."""
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if anchors is not None:
        settings["trust"] = {"user_anchors": anchors}
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader("image/jpeg", io.BytesIO(signed), context=context) as reader,
    ):
        return str(reader.get_validation_state()), json.loads(reader.json())


def manifest(signed: bytes) -> dict[str, Any]:
    document = read(signed)[1]
    active: dict[str, Any] = document["manifests"][document["active_manifest"]]
    return active


def assertion(signed: bytes, label: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each["data"] for each in manifest(signed)["assertions"] if each["label"] == label)
    return found


def test_whoever_trusts_our_authority_trusts_the_copy(copy: bytes, ours: signing.Signing) -> None:
    signed = credentials.sign(copy, FACTS, ours.signer)

    assert read(signed, anchors=ours.public_chain)[0] == "Trusted"


def test_to_everyone_else_it_is_whole_and_of_an_unknown_signer(copy: bytes, ours: signing.Signing) -> None:
    state, document = read(credentials.sign(copy, FACTS, ours.signer))

    assert state == "Valid"
    assert [each["code"] for each in document["validation_results"]["activeManifest"]["failure"]] == [
        "signingCredential.untrusted"
    ]


@pytest.mark.parametrize("at", [-2, -200, 700])
def test_a_changed_byte_breaks_it(copy: bytes, ours: signing.Signing, at: int) -> None:
    changed = bytearray(credentials.sign(copy, FACTS, ours.signer))
    changed[at] ^= 1

    assert read(bytes(changed), anchors=ours.public_chain)[0] == "Invalid"


def test_it_names_the_sealed_original_by_its_digest(copy: bytes, ours: signing.Signing) -> None:
    (parent,) = manifest(credentials.sign(copy, FACTS, ours.signer))["ingredients"]

    assert parent["relationship"] == "parentOf"
    assert ORIGINAL in parent["title"]
    assert parent["instance_id"] == "ni:///sha-256;q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"
    assert parent["informational_URI"] == FACTS.page
    assert not {"thumbnail", "data", "manifest_data"} & set(parent)


def test_it_says_what_was_found(copy: bytes, ours: signing.Signing) -> None:
    assert assertion(credentials.sign(copy, FACTS, ours.signer), credentials.ASSERTION) == {
        "v": 1,
        "evidence": FACTS.evidence,
        "parent": {"sha256": ORIGINAL, "media_type": "image/heic"},
        "verdict": "needs_review",
        "state": "accepted",
        "grade": "B",
        "policy": "ph 3",
        "checks": {"file.decodes": "pass", "place.inside_site": "pass", "time.fresh": "warn"},
        "redactions": 2,
        "published_at": "2026-05-06T02:00:00Z",
        "page": FACTS.page,
    }


def test_it_lists_what_was_done_to_the_picture(copy: bytes, ours: signing.Signing) -> None:
    listed = assertion(credentials.sign(copy, FACTS, ours.signer), credentials.ACTIONS)

    assert [each["action"] for each in listed["actions"]] == [
        "c2pa.opened",
        "c2pa.resized.proportional",
        "c2pa.transcoded",
        "c2pa.edited.metadata",
        "c2pa.filtered",
        "c2pa.published",
    ]
    assert listed["actions"][4]["description"] == "Areas blurred to protect people: 2"
    assert listed["allActionsIncluded"] is True


def test_a_copy_in_which_nothing_was_blurred_says_so(copy: bytes, ours: signing.Signing) -> None:
    signed = credentials.sign(copy, replace(FACTS, redactions=0), ours.signer)

    assert "c2pa.filtered" not in {each["action"] for each in assertion(signed, credentials.ACTIONS)["actions"]}
    assert assertion(signed, credentials.ASSERTION)["redactions"] == 0


def test_the_picture_stays_the_same_and_without_metadata(copy: bytes, ours: signing.Signing) -> None:
    before, after = Image.open(io.BytesIO(copy)), Image.open(io.BytesIO(credentials.sign(copy, FACTS, ours.signer)))

    assert after.tobytes() == before.tobytes()
    assert not after.getexif()
    assert {"exif", "xmp"}.isdisjoint(after.info)


def test_the_manifest_has_the_same_names_whenever_the_same_copy_is_signed(copy: bytes, ours: signing.Signing) -> None:
    one, other, changed = (
        manifest(credentials.sign(copy, each, ours.signer))["label"]
        for each in (FACTS, FACTS, replace(FACTS, grade="C"))
    )

    assert one == other != changed


def test_it_costs_a_few_thousand_bytes(copy: bytes, ours: signing.Signing) -> None:
    assert len(credentials.sign(copy, FACTS, ours.signer)) - len(copy) < 8_000


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff"])
def test_what_is_no_jpeg_is_refused(content: bytes, ours: signing.Signing) -> None:
    with pytest.raises(CredentialsError):
        credentials.sign(content, FACTS, ours.signer)


def test_the_names_of_the_signer_do_not_tell_of_the_machine(ours: signing.Signing, copy: bytes, tmp_path: Path) -> None:
    settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_HOSTS": ".example.org, saksi.example.org"})
    named = signing.of(settings, now=datetime.now(UTC) - timedelta(days=1))

    said = [manifest(credentials.sign(copy, FACTS, each.signer))["signature_info"] for each in (ours, named)]
    assert [each["issuer"] for each in said] == ["Saksi", "saksi.example.org"]
    assert {each["common_name"] for each in said} == {"Saksi, public copies"}
