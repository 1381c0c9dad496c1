"""The pages of the random second look: the reviewer's, those who answer for the project's, and everyone's."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from config import ROOT
from server.db import db, reading
from server.models import SecondLookPeriod, SubmissionItem
from server.services.second_look import desk, periods, published
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.services.second_look.story import SEED, commit, draw_all, drawn, look_at, looks, month_is_over, shares

People = Callable[[str], Visitor]


@pytest.fixture
def photo(road: Road, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A verified photo that was drawn and given to the auditor."""
    draw_all(monkeypatch)
    sent = road.send(caption="The roadbed")
    drawn()
    return sent


# -- the reviewer's ----------------------------------------------------------------------------------


def test_a_reviewer_finds_what_was_drawn_for_them_and_answers(photo: UUID, visitor: People) -> None:
    auditor = visitor("auditor").go("/review/")
    assert "1 second look waits for your answer" in auditor.text
    auditor.go("/review/second-look")
    assert "Photo: The roadbed" in auditor.text

    auditor.go(f"/review/second-look/{look_at(photo).id}")
    for words in ("The file The device The person", "What the checks found", "file.resolution"):
        assert words in auditor.text
    auditor.press("Put the answer on record", answer="holds", reason="I know this road.")

    assert "Your answer is on record: it holds." in auditor.text
    assert "Nothing waits for your answer." in auditor.text


@pytest.mark.parametrize(("answer", "reason", "fault"), [("", "I know it.", "answer"), ("holds", " ", "reason")])
def test_what_is_missing_is_told_beside_the_field_and_nothing_typed_is_lost(
    photo: UUID, visitor: People, answer: str, reason: str, fault: str
) -> None:
    auditor = visitor("auditor").go(f"/review/second-look/{look_at(photo).id}")
    typed = {"reason": reason} | ({"answer": answer} if answer else {"answer": "perhaps"})
    auditor.press("Put the answer on record", **typed)

    assert auditor.status == 422
    assert f'id="{fault}-fault"' in auditor.html
    assert (reason in auditor.html) if reason.strip() else ('value="holds" required checked' in auditor.html)


def test_an_answer_is_taken_back_with_a_reason(photo: UUID, visitor: People) -> None:
    auditor = visitor("auditor").go(f"/review/second-look/{look_at(photo).id}")
    auditor.press("Put the answer on record", answer="does_not_hold", reason="Not this road.")
    auditor.go(f"/review/second-look/{look_at(photo).id}").press("Take back", reason="It is this road.")

    assert "Taken back on" in auditor.text
    assert "Put the answer on record" in auditor.buttons


def test_a_milestone_is_looked_at_with_its_decision_and_photos(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photos = road.approved()
    drawn()
    submission = reading().scalars(sa.select(SubmissionItem.submission_id)).first()
    assert submission is not None
    look = look_at(submission)
    auditor = visitor("auditor").go(f"/review/second-look/{look.id}")

    assert "“All is there.”" in auditor.text
    assert "The roadbed" in auditor.text
    auditor.go(f"/review/second-look/{look.id}/photos/{photos[0]}")
    assert "The file The device The person" in auditor.text
    picture = auditor.client.get(f"/review/second-look/{look.id}/photos/{photos[0]}/web.jpg")
    assert picture.content_type == "image/jpeg"
    assert "private" in picture.headers["Cache-Control"]


def test_a_reviewer_sees_nothing_of_the_project_but_what_was_drawn(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    one = road.send()
    drawn()
    other = road.send()
    look = look_at(one)
    auditor = visitor("auditor")

    assert auditor.go(f"/review/second-look/{look.id}/photos/{other}").status == 404
    assert auditor.go(f"/review/second-look/{look.id}/photos/{other}/web.jpg").status == 404
    assert auditor.go(f"/review/second-look/{look.id}/photos/{one}").status == 200


@pytest.mark.parametrize("name", ["inspector", "contractor", "builders_supervisor", "paymaster", "other_supervisor"])
def test_others_do_not_see_it(photo: UUID, visitor: People, name: str) -> None:
    person = visitor(name)

    assert person.go(f"/review/second-look/{look_at(photo).id}").status == 403
    assert person.go(f"/review/second-look/{look_at(photo).id}/photos/{photo}/web.jpg").status == 403
    assert "The roadbed" not in person.go("/review/second-look").text


def test_a_long_list_is_paged(road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    monkeypatch.setattr(desk, "SHOWN", 2)
    for number in range(3):
        road.send(caption=f"Photo number {number}")
    drawn()
    auditor = visitor("auditor").go("/review/second-look")
    seen = {link for link in auditor.page.links if link.startswith("/review/second-look/")}
    (following,) = (link for link in auditor.page.links if "cursor=" in link)
    auditor.go(following.partition("#")[0])
    seen |= {link for link in auditor.page.links if link.startswith("/review/second-look/")}

    assert {UUID(link.rsplit("/", 1)[1]) for link in seen} == {each.id for each in looks()}


def test_a_broken_cursor_is_a_fault_of_the_field(app: Flask, visitor: People) -> None:
    assert visitor("auditor").go("/review/second-look?cursor=nonsense").status == 422


# -- those who answer for the project -----------------------------------------------------------------


def test_what_does_not_hold_is_seen_by_the_supervisor_who_writes_what_follows(photo: UUID, visitor: People) -> None:
    look = look_at(photo)
    visitor("auditor").go(f"/review/second-look/{look.id}").press(
        "Put the answer on record", answer="does_not_hold", reason="Another road is in the picture."
    )
    supervisor = visitor("supervisor").go("/review/")
    assert "1 second look on your projects did not hold" in supervisor.text
    assert "Another road is in the picture." in supervisor.go(f"/review/photos/{photo}").text
    assert "Nobody has written yet what follows from it." in supervisor.text
    assert "Photo: The roadbed" in supervisor.go("/review/second-look").text
    assert "Put the answer on record" not in supervisor.go(f"/review/second-look/{look.id}").buttons

    assert f"/review/photos/{photo}" in supervisor.page.links

    supervisor.press("Write it down", words="The road is measured anew on Monday.")

    assert "“The road is measured anew on Monday.”" in supervisor.text
    assert "did not hold" not in supervisor.go("/review/").text
    assert "measured anew on Monday" in supervisor.go(f"/review/photos/{photo}").text


def test_the_sender_reads_the_answer_and_finds_no_way_to_a_page_that_is_not_theirs(
    photo: UUID, visitor: People
) -> None:
    look = look_at(photo)
    visitor("auditor").go(f"/review/second-look/{look.id}").press(
        "Put the answer on record", answer="does_not_hold", reason="Another road is in the picture."
    )
    inspector = visitor("inspector").go(f"/review/photos/{photo}")

    assert "Another road is in the picture." in inspector.text
    assert f"/review/second-look/{look.id}" not in inspector.page.links


def test_what_follows_has_to_be_written(photo: UUID, visitor: People) -> None:
    look = look_at(photo)
    visitor("auditor").go(f"/review/second-look/{look.id}").press(
        "Put the answer on record", answer="does_not_hold", reason="Another road."
    )
    supervisor = visitor("supervisor").go(f"/review/second-look/{look.id}").press("Write it down", words=" ")

    assert supervisor.status == 422
    assert 'id="words-fault"' in supervisor.html


def test_the_photos_story_tells_of_the_second_look(photo: UUID, visitor: People) -> None:
    text = visitor("supervisor").go(f"/review/photos/{photo}").text

    assert "drew the photo for a second look" in text


# -- everyone's --------------------------------------------------------------------------------------


def test_before_anything_is_committed_to_the_page_says_so(app: Flask, anyone: Visitor) -> None:
    text = anyone.go("/second-look").text

    assert "No period is committed to yet." in text
    assert "No period has been drawn yet." in text


def test_no_page_and_no_answer_of_the_api_tells_the_seed_before_it_is_revealed(
    road: Road, anyone: Visitor, visitor: People
) -> None:
    road.send()
    name = commit(SEED)
    paths = ["/second-look", f"/second-look/{name}/candidates.csv", "/api/v1/second-look"]
    paths += [f"/api/v1/second-look/{name}", f"/api/v1/second-look/{name}/candidates"]
    for path in paths:
        assert SEED.hex() not in anyone.go(path).html, path
    for path in ("/review/second-look", "/review/record", "/review/record.csv"):
        for person in ("auditor", "administrator"):
            assert SEED.hex() not in visitor(person).go(path).html, path
    told = json.loads(anyone.go(f"/api/v1/second-look/{name}").html)
    assert told["seed"] is None
    assert told["commitment"] == hashlib.sha256(SEED).hexdigest()


def test_a_past_period_is_published_with_seed_candidates_and_hit_rate(
    road: Road, anyone: Visitor, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    name = commit(SEED)
    periods.run(name, now=month_is_over())
    visitor("auditor").go(f"/review/second-look/{look_at(photo).id}").press(
        "Put the answer on record", answer="does_not_hold", reason="Another road."
    )
    monkeypatch.setattr("public_site.second_look.utc_now", month_is_over)
    anyone.go("/second-look")

    for words in (SEED.hex(), "100 % 1 of 1 did not hold", "The list of 1 candidate (CSV)"):
        assert words in anyone.text
    listed = anyone.client.get(f"/second-look/{name}/candidates.csv")
    assert hashlib.sha256(listed.data).hexdigest() in anyone.html
    assert "Another road." not in anyone.text


def test_a_month_that_is_none_has_no_page(app: Flask, anyone: Visitor) -> None:
    assert anyone.go("/second-look/2026-13/candidates.csv").status == 404
    assert anyone.go("/second-look/2026-11/candidates.csv").status == 404
    assert anyone.go("/second-look?before=nonsense").status == 422


def test_older_periods_are_on_further_pages(app: Flask, anyone: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "SHOWN", 2)
    for month in range(1, 6):
        periods.commit_next(now=datetime(2025, month, 5, tzinfo=UTC))
    anyone.go("/second-look")
    assert "June 2025" in anyone.text
    assert "March 2025" not in anyone.text

    (older,) = (link for link in anyone.page.links if "before=" in link)
    assert "March 2025" in anyone.go(older).text


# -- repeating a draw --------------------------------------------------------------------------------


def test_a_draw_is_repeated_from_the_public_json_alone(
    road: Road, anyone: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(monkeypatch, 4_000)
    for _ in range(8):
        road.send()
    name = drawn()

    def fetch(path: str) -> dict[str, object]:
        return json.loads(anyone.go(path).html)  # type: ignore[no-any-return]

    # What follows knows nothing of the product.
    told, again, lines, path = fetch(f"/api/v1/second-look/{name}"), [], ["kind,id,share_bp,weight_bp"], "?limit=3"
    seed = bytes.fromhex(str(told["seed"]))
    while path:
        page = fetch(f"/api/v1/second-look/{name}/candidates{path}")
        for each in page["items"]:  # type: ignore[attr-defined]
            mac = hmac.new(seed, f"{name}|{each['kind']}|{each['id']}".encode(), hashlib.sha256).digest()
            chance = min(10_000, each["share_bp"] * each["weight_bp"] // 10_000)
            again.append((int.from_bytes(mac[:8], "big") * 10_000 < chance * 2**64, each["drawn"], each["id"]))
            lines.append(f"{each['kind']},{each['id']},{each['share_bp']},{each['weight_bp']}")
        path = f"?limit=3&cursor={page['next']}" if page["next"] else ""
    assert hashlib.sha256(seed).hexdigest() == told["commitment"]
    assert hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest() == told["digest"]
    assert all(mine == theirs for mine, theirs, _id in again)
    assert {UUID(each) for mine, _theirs, each in again if mine} == {each.subject_id for each in looks()}
    assert len(again) == told["candidates"] == 8


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application on a port of its own."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_published_program_repeats_a_draw_and_finds_another_seed(
    road: Road, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares(monkeypatch, 5_000)
    for _ in range(4):
        road.send()
    name = drawn()
    wanted = {f"{each.kind.value} {each.subject_id}" for each in looks()}
    db.session.remove()
    asked = [sys.executable, "-I", "-S", str(ROOT / "server/static/repeat_second_look.py")]
    asked.append(f"{address}/api/v1/second-look/{name}")

    honest = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (honest.returncode, set(honest.stdout.split("\n")) - {""}) == (0, wanted)

    with db.engine.begin() as connection:
        connection.execute(sa.update(SecondLookPeriod).values(seed="00" * 32))
    forged = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert forged.returncode == 1
    assert "NO  The seed is the one that was committed to" in forged.stderr
