"""A whole load through a real server: what it answers to every photo, and that a second load changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

import demo.house
from demo import programme
from demo.house import House
from demo.load import Memory, load
from demo.shots import evidence_id
from demo.story import Answer
from server import migrate
from server.app import create_app
from server.db import db, reading
from server.models import CustodyEvent, Evidence, Submission
from server.times import utc_now
from tests.demo.conftest import Silent, quick_picture

TABLE = Path(__file__).resolve().parents[2] / "docs" / "demonstration.md"
PASSWORD = programme.directory()["password"]


@dataclass(frozen=True)
class Loaded:
    """What two loads, one after the other, left behind; and answers of the server between and after them."""

    answers: dict[str, Answer]
    again: dict[str, Answer]
    records: dict[str, int]
    records_again: dict[str, int]
    projects: dict[str, Any]
    desk: str
    left: dict[str, Any]
    certificates: dict[str, str]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[Loaded]:
    place = House(tmp_path_factory.mktemp("whole") / "demo", free_port)
    place.folder.mkdir()
    app = create_app(demo.house.settings(place))
    with app.app_context(), ThreadPoolExecutor(2) as pool, demo.house.occupied(place.folder, place.port) as lock:
        migrate.upgrade(db.engine)
        anchor = Memory.of(place.folder, now=utc_now()).anchor
        with demo.house.server(place, lock):
            first = _by_name(load(place, anchor, pool, Silent(), quick_picture).answers)
            records = _records()
            second = _by_name(load(place, anchor, pool, Silent(), quick_picture).answers)
            yield Loaded(
                first,
                second,
                records,
                _records(),
                _public(place),
                _desk(place),
                _send_by_hand(place),
                _certificates(place),
            )
        db.session.remove()
        db.engine.dispose()


def _by_name(answers: tuple[Answer, ...]) -> dict[str, Answer]:
    return {answer.shot.name: answer for answer in answers}


def _records() -> dict[str, int]:
    db.session.remove()
    told = sa.select(CustodyEvent).where(CustodyEvent.record_type != "session")
    return {
        "photos": _count(sa.select(Evidence)),
        "submissions": _count(sa.select(Submission)),
        "events": _count(told),
    }


def _count(query: sa.Select[Any]) -> int:
    return reading().scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def _public(place: House) -> dict[str, Any]:
    told = httpx.get(f"{place.base}/api/v1/public/projects", trust_env=False).json()
    return {project["code"]: project for project in told["items"]}


def _desk(place: House) -> str:
    """The page of what waits, as the supervisor sees it in a browser."""
    with httpx.Client(base_url=place.base, trust_env=False, follow_redirects=True) as browser:
        page = browser.get("/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"email": "supervisor@demo.example", "password": PASSWORD, "csrf_token": token[1], "next": "/review/"}
        return browser.post("/sign-in", data=form).text


def _send_by_hand(place: House) -> dict[str, Any]:
    """The verdicts on the photos that were left for the reader, sent as the guide says."""
    folder, verdicts = place.folder / "to-send", {}
    with httpx.Client(base_url=f"{place.base}/api/v1", trust_env=False) as inspector:
        session = inspector.post("/session", json={"email": "inspector@demo.example", "password": PASSWORD}).json()
        inspector.headers["Authorization"] = f"Bearer {session['token']}"
        for photo in sorted(folder.glob("*.jpg")):
            claim = photo.with_suffix(".claim.json").read_bytes()
            files = {"photo": (photo.name, photo.read_bytes(), "image/jpeg"), "claim": (None, claim)}
            verdicts[photo.stem] = inspector.put(f"/evidence/{uuid4()}", files=files).json()["verdict"]
    return verdicts


def _certificates(place: House) -> dict[str, str]:
    with httpx.Client(base_url=f"{place.base}/api/v1", trust_env=False) as auditor:
        session = auditor.post("/session", json={"email": "auditor@demo.example", "password": PASSWORD}).json()
        auditor.headers["Authorization"] = f"Bearer {session['token']}"
        return {
            f"{plan.code} {each['milestone']['code']}": each["state"]
            for plan in programme.read(utc_now())
            for each in auditor.get(f"/projects/{plan.code}/certificates").json()["items"]
        }


def _verdict(answer: Answer) -> str:
    return answer.evidence["verdict"].replace("_", " ") if answer.evidence else f"turned away: {answer.problem}"


def _told_in_the_guide() -> dict[str, str]:
    """Photo and verdict of every row of the table in the documentation."""
    rows = re.findall(r"^\| `([a-z-]+)` \|.*\| ([a-z: -]+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    return {f"BRG-HUW-007/{name}": verdict for name, verdict in rows}


def test_every_photo_was_answered(loaded: Loaded) -> None:
    assert set(loaded.answers) == {shot.name for shot in programme.all_shots(programme.read(utc_now()))}


def test_a_photo_with_nothing_odd_about_it_is_verified(loaded: Loaded) -> None:
    told = _told_in_the_guide()
    plain = {name: answer for name, answer in loaded.answers.items() if name not in told}

    for odd in ("FMR-HAL-014/from-gallery", "PND-SAT-001/inlet", "PND-SAT-001/inlet-from-the-road"):
        plain.pop(odd)
    assert {name: _verdict(answer) for name, answer in plain.items()} == dict.fromkeys(plain, "verified")


def test_the_guides_table_tells_what_the_server_answers(loaded: Loaded) -> None:
    told = _told_in_the_guide()

    assert len(told) >= 15
    assert {name: _verdict(loaded.answers[name]) for name in told} == told


@pytest.mark.parametrize(
    ("photo", "check"),
    [
        ("outside", "place.inside_site"),
        ("before-contract", "time.in_schedule"),
        ("future", "time.not_future"),
        ("reused", "origin.first_use"),
        ("truncated", "file.decodes"),
        ("late", "time.fresh"),
        ("clock-wrong", "time.claims_agree"),
        ("claims-differ", "place.claims_agree"),
        ("too-rough", "place.accuracy"),
    ],
)
def test_a_refused_photo_fails_the_check_it_was_made_for(loaded: Loaded, photo: str, check: str) -> None:
    evidence = loaded.answers[f"BRG-HUW-007/{photo}"].evidence

    assert evidence is not None
    assert check in {finding["check"] for finding in evidence["findings"] if finding["outcome"] == "fail"}


def test_projects_stand_at_their_different_states(loaded: Loaded) -> None:
    states = loaded.certificates

    assert states["SCH-HAL-021 M1"] == states["SCH-HAL-021 M2"] == "paid"
    assert states["SCH-HAL-021 M3"] == "passed_on"
    assert (states["FMR-HAL-014 M1"], states["FMR-HAL-014 M2"]) == ("paid", "certified")
    assert states["CIS-HAL-003 M1"] == states["MKT-HUW-002 M2"] == states["PND-SAT-001 M2"] == "locked"


def test_one_milestone_and_one_appeal_wait_for_the_reader(loaded: Loaded) -> None:
    assert "Columns and roof frame" in loaded.desk
    assert "temporary crossing 90 m" in loaded.desk


def test_the_photos_left_for_the_reader_are_answered_as_the_guide_says(loaded: Loaded) -> None:
    assert loaded.left == {"inlet": "verified", "inlet-from-the-road": "rejected"}


def test_the_public_sees_all_projects(loaded: Loaded) -> None:
    assert len(loaded.projects) >= 6


def test_loading_again_changes_nothing(loaded: Loaded) -> None:
    assert loaded.records["photos"] == sum(1 for answer in loaded.answers.values() if answer.evidence)
    assert loaded.records_again == loaded.records
    assert {name: _verdict(answer) for name, answer in loaded.again.items()} == {
        name: _verdict(answer) for name, answer in loaded.answers.items()
    }


def test_a_photo_is_found_under_the_id_that_follows_from_its_name(loaded: Loaded) -> None:
    evidence = loaded.answers["BRG-HUW-007/desk"].evidence

    assert evidence is not None
    assert evidence["id"] == str(evidence_id("BRG-HUW-007/desk"))
