"""Bundles from a running application, checked by the verifier in a process of its own that has no network."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from public_site import bundles as bundle_pages
from server.db import writing
from server.models import Evidence
from server.models.evidence import EvidenceVerdictWord
from server.services import bundles, custody, sequencer
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road

VERIFIER = Path(__file__).resolve().parents[2] / "verify" / "saksi_verify.py"
#: Runs the verifier as a person does, but for sockets: whoever opens one ends the process.
OFFLINE = """
import runpy, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(99)
sys.addaudithook(refuse)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
PROJECT = "/projects/ROAD-1/bundle.zip"
MILESTONE = "/projects/ROAD-1/milestones/M1/bundle.zip"


def verify(folder: Path, content: bytes, *more: str) -> tuple[int, dict[str, set[str]]]:
    """The exit code, and for each code of a line what it was said of."""
    path = folder / "bundle.zip"
    path.write_bytes(content)
    asked = [sys.executable, "-I", "-c", OFFLINE, str(VERIFIER), str(path), "--json", *more]
    ended = subprocess.run(asked, capture_output=True, text=True, cwd=folder, check=False)
    assert not ended.stderr
    found: dict[str, set[str]] = {}
    for line in json.loads(ended.stdout)["lines"]:
        found.setdefault(line["code"], set()).add(line["subject"])
    return ended.returncode, found


def broken(found: dict[str, set[str]]) -> set[str]:
    return {code for code in found if code.split(".")[-1] not in NOT_BROKEN}


NOT_BROKEN = {"holds", "known", "inside", "unasked", "unnamed", "early", "same", "photos", "waiting"}


def got(client: FlaskClient, address: str) -> bytes:
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (200, "application/zip")
    return response.data


def inside(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def events(content: bytes, photo: UUID) -> Any:
    return json.loads(inside(content)[f"photos/{photo}/events.json"])


@pytest.fixture
def photos(road: Road) -> list[UUID]:
    found = road.approved()
    sequencer.sequence()
    return found


@pytest.mark.parametrize("which", ["photo", MILESTONE, PROJECT])
def test_a_bundle_of_today_holds_without_a_network(
    client: FlaskClient, photos: list[UUID], tmp_path: Path, which: str
) -> None:
    address = f"/photos/{photos[0]}/bundle.zip" if which == "photo" else which
    code, found = verify(tmp_path, got(client, address))

    assert (code, broken(found)) == (0, set())
    shown = photos[:1] if which == "photo" else photos
    for said in ("statement.holds", "receipt.holds"):
        assert {UUID(each.split("/")[1]) for each in found[said]} == set(shown)
    assert "milestones/0001.json" in found["proof.holds"]


def test_the_pages_lead_to_the_bundles(anyone: Visitor, photos: list[UUID]) -> None:
    photo, project = anyone.go(f"/photos/{photos[0]}").page.links, anyone.go("/projects/ROAD-1").page.links

    assert {f"/photos/{photos[0]}/bundle.zip", "/verify"} <= set(photo)
    assert {PROJECT, MILESTONE, "/verify"} <= set(project)
    assert "/saksi-verify.py" in anyone.go("/verify").page.links


def test_the_program_is_handed_out_as_it_is(client: FlaskClient) -> None:
    assert client.get("/saksi-verify.py").data == VERIFIER.read_bytes()


def test_an_old_checkpoint_is_continued_where_it_is_named(
    client: FlaskClient, road: Road, photos: list[UUID], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(client.get("/api/v1/log/checkpoint").get_data(as_text=True))
    size = kept.read_text().splitlines()[1]
    with writing() as session:
        custody.append(session, None, "tried", "thing", "x", now=utc_now())
    sequencer.sequence()

    code, found = verify(tmp_path, got(client, f"{PROJECT}?since={size}"), "--checkpoint", str(kept))
    without = verify(tmp_path, got(client, PROJECT), "--checkpoint", str(kept))

    assert (code, "consistency.holds" in found) == (0, True)
    assert (without[0], broken(without[1])) == (1, {"consistency.missing"})


@pytest.mark.parametrize("since", ["0", "x", "-1"])
def test_a_size_that_is_none_is_refused(client: FlaskClient, photos: list[UUID], since: str) -> None:
    assert client.get(f"{PROJECT}?since={since}").status_code == 422


def test_a_size_that_was_never_reached_is_not_there(client: FlaskClient, photos: list[UUID]) -> None:
    assert client.get(f"{PROJECT}?since=999999").status_code == 404


def test_keys_that_the_reader_knows_must_be_the_ones_that_signed(
    client: FlaskClient, photos: list[UUID], tmp_path: Path
) -> None:
    content = got(client, PROJECT)
    key = client.get("/api/v1/log/key").get_json()["key"]
    jwks = tmp_path / "keys.json"
    jwks.write_bytes(client.get("/.well-known/saksi-keys.json").data)

    code, found = verify(tmp_path, content, "--key", key, "--key", str(jwks))
    strange, other = verify(tmp_path, content, "--key", "A" * 43)

    assert (code, found["keys.known"]) == (0, {"bundle.jws", "checkpoint.txt"})
    assert (strange, broken(other)) == (1, {"keys.unknown"})


def test_a_verdict_that_was_changed_behind_the_log_is_found(
    client: FlaskClient, photos: list[UUID], tmp_path: Path
) -> None:
    with writing() as session:
        session.execute(sa.update(Evidence).where(Evidence.id == photos[0]).values(grade="A"))

    code, found = verify(tmp_path, got(client, PROJECT))

    assert code == 1
    assert found["statement.other"] == {f"photos/{photos[0]}/statement.json"}


def test_nothing_that_a_person_wrote_and_nobody_is_told(client: FlaskClient, road: Road) -> None:
    photo = road.send_questionable()
    road.say(photo, EvidenceVerdictWord.ACCEPT)
    road.send()
    road.approve(road.put_forward())
    sequencer.sequence()
    content = got(client, PROJECT)

    (accepted,) = [each for each in events(content, photo)["events"] if each["action"] == "evidence.accepted"]
    assert {"reason", "decision"} <= set(accepted["kept"])
    assert "statement" in accepted["details"]
    everything = b"".join(part for name, part in inside(content).items() if not name.endswith(".jpg"))
    people = {str(road.actor(name).person_id) for name in ("inspector", "supervisor", "contractor")}
    assert not any(person.encode() in everything for person in people)
    assert b"I stood there" not in everything
    assert b"All is there" not in everything


def test_what_is_not_public_has_no_bundle(client: FlaskClient, road: Road, photos: list[UUID]) -> None:
    hidden = road.send(milestone="M2")
    sequencer.sequence()

    assert client.get(f"/photos/{hidden}/bundle.zip").status_code == 404
    assert client.get("/projects/none/bundle.zip").status_code == 404
    assert client.get("/projects/ROAD-1/milestones/none/bundle.zip").status_code == 404
    assert not any(str(hidden) in name for name in inside(got(client, PROJECT)))


def test_a_bundle_says_how_many_photos_were_left_out(
    client: FlaskClient, photos: list[UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_PHOTOS", 1)
    code, found = verify(tmp_path, got(client, PROJECT))

    assert (code, len(found["statement.holds"])) == (0, 1)
    assert "subject.photos" in found


def test_what_has_no_place_yet_is_counted(client: FlaskClient, road: Road, tmp_path: Path) -> None:
    photo = road.send()
    road.send()
    sequencer.sequence()
    road.approve(road.put_forward())

    code, found = verify(tmp_path, got(client, f"/photos/{photo}/bundle.zip"))

    assert code == 0
    assert f"photos/{photo}/events.json" in found["event.waiting"]


def test_without_a_checkpoint_there_is_no_bundle_yet(client: FlaskClient, road: Road) -> None:
    road.approved()

    assert client.get(PROJECT).status_code == 404


def test_only_some_are_sent_at_once(client: FlaskClient, photos: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread waits for whoever reads slowly; a few such readers once stopped the whole server."""
    address = f"/photos/{photos[0]}/bundle.zip"
    for _ in range(5):
        assert client.get(address).data
        with client.head(address) as answer:
            assert answer.status_code == 200
    assert bundle_pages.PLACES.taken == 0
    monkeypatch.setattr(bundle_pages.PLACES, "taken", 2)

    refused = client.get(address)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
