"""A session that ends in the middle of a form: nothing typed is lost, and nothing is sent that nobody looked at."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from server import held_forms
from server.access import Actor
from server.models.evidence import EvidenceState
from server.services import evidence_reading, sessions
from server.times import utc_now
from tests.pages.browse import FilledForm, PageReader, Visitor, _forget_token
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

REASON = "Hindi tugma ang larawan: ก่อสร้าง <b>“½ m”</b>\nSecond line."
OURS = {"Origin": "http://localhost", "Referer": "http://localhost/review/?part=2", "Sec-Fetch-Site": "same-origin"}


class Typist(Visitor):
    """A visitor whose browser says where a form comes from, as every browser does."""

    def send(self, path: str, headers: dict[str, str] = OURS, **fields: Any) -> TestResponse:
        _forget_token()
        answer = self.client.post(path, data=fields, headers=headers)
        self._take(answer)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD) -> Typist:
        form = self.form_with("password")
        self.send("/sign-in", **form.values | {"email": PERSONAS[name].email, "password": password})
        return self

    @property
    def held_form(self) -> FilledForm:
        return next(form for form in self.page.forms if any(b.text == "Send it now" for b in form.buttons))


@pytest.fixture
def photo(road: Road) -> UUID:
    """A photo that waits for a person's word."""
    return road.send_questionable()


@pytest.fixture
def typist(app: Flask, actor: Callable[[str], Actor], visitor: Callable[[str], Visitor]) -> Typist:
    """The supervisor, whose session has ended while they typed."""
    client = visitor("supervisor").client
    with client.session_transaction() as cookie:
        session_id = UUID(cookie["session"])
    sessions.sign_out(session_id, now=utc_now())
    return Typist(client)


def refuse(typist: Typist, photo: UUID, **more: Any) -> TestResponse:
    fields = {"decision": "refuse", "reason": REASON, "csrf_token": "of the session that ended"} | more
    return typist.send(f"/review/photos/{photo}/decisions", **fields)


def state(photo: UUID, actor: Callable[[str], Actor]) -> EvidenceState:
    return evidence_reading.get(actor("supervisor"), photo).state


def test_what_was_typed_is_kept_over_signing_in_and_sent(
    typist: Typist, photo: UUID, actor: Callable[[str], Actor]
) -> None:
    answer = refuse(typist, photo)
    assert answer.status_code == 401
    assert "You were signed out; what you typed is kept." in typist.text

    typist.sign_in("supervisor")
    assert typist.status == 200
    assert "What you typed is kept" in typist.text
    assert "Reason Hindi tugma ang larawan: ก่อสร้าง <b>“½ m”</b> Second line." in typist.text
    assert "Decision Refuse" in typist.text
    assert f"You are signed in as {actor('supervisor').name}" in typist.text
    assert state(photo, actor) == EvidenceState.NEEDS_REVIEW

    typist.press("Send it now")
    assert typist.status == 200
    assert state(photo, actor) == EvidenceState.REFUSED
    assert evidence_reading.get(actor("supervisor"), photo).decisions[0].reason.split() == REASON.split()


def test_a_wrong_password_loses_nothing(typist: Typist, photo: UUID) -> None:
    refuse(typist, photo)
    typist.sign_in("supervisor", password="wrong")
    assert typist.status == 401
    assert "what you typed is kept" in typist.text

    assert "Hindi tugma" in typist.sign_in("supervisor").text


def test_another_person_is_told_who_typed_it_and_whose_it_would_be(
    typist: Typist, photo: UUID, actor: Callable[[str], Actor]
) -> None:
    refuse(typist, photo)
    typist.sign_in("second_supervisor")

    theirs, mine = actor("supervisor").name, actor("second_supervisor").name
    assert f"{theirs} typed this, and you are {mine}." in typist.text
    assert "If you send it, it is recorded as yours." in typist.text
    assert "What you typed" not in typist.text


def test_a_stranger_is_told_that_nobody_knows_who_typed_it(app: Flask, photo: UUID) -> None:
    stranger = Typist(app.test_client())
    refuse(stranger, photo)

    assert "It is not known who typed this" in stranger.sign_in("supervisor").text


def test_it_can_be_given_up(typist: Typist, photo: UUID) -> None:
    refuse(typist, photo)
    typist.sign_in("supervisor")

    assert "Give it up" in typist.text
    assert "/review/?part=2" in typist.page.links


def test_it_survives_a_reload_after_signing_in(typist: Typist, photo: UUID) -> None:
    refuse(typist, photo)
    posted = typist.form_with("password").values | {"email": PERSONAS["supervisor"].email, "password": PASSWORD}
    typist.send("/sign-in", **posted)
    typist.send("/sign-in", **posted)

    assert "Hindi tugma" in typist.text
    assert typist.held_form.action == f"/review/photos/{photo}/decisions"


def test_passwords_and_tokens_are_never_kept(typist: Typist, photo: UUID) -> None:
    refuse(typist, photo, password="hunter2", new_password="hunter3", api_token="t0k3n")
    typist.sign_in("supervisor")

    assert set(typist.held_form.values) == {"csrf_token", "decision", "reason"}
    assert typist.held_form.values["csrf_token"] != "of the session that ended"


def test_a_file_is_left_behind_and_asked_for(typist: Typist, photo: UUID, app: Flask) -> None:
    refuse(typist, photo, plan=(BytesIO(b"the plan"), "plan.kml"))
    typist.sign_in("supervisor")

    assert "The file is not kept." in typist.text
    assert "Hindi tugma" in typist.text
    assert list((app.extensions["saksi"].settings.data_root).rglob("*incoming*/*")) == []


def test_what_is_too_long_to_keep_is_said_to_be(typist: Typist, photo: UUID) -> None:
    noise = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(17_000))
    body = f"decision=refuse&reason={noise}".encode()
    answer = typist.client.post(
        f"/review/photos/{photo}/decisions",
        data=body,
        headers=OURS,
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 401
    assert "too long to be kept here" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_words_of_another_site_or_a_program_are_not_kept(typist: Typist, photo: UUID, headers: dict[str, str]) -> None:
    answer = typist.send(f"/review/photos/{photo}/decisions", headers, decision="refuse", reason="Planted.")

    assert (answer.status_code, answer.headers["Location"].startswith("/sign-in?next=")) == (302, True)


def packet_of(client: FlaskClient, app: Flask, values: Callable[[str], list[Any]], secret: str | None = None) -> str:
    """A packet for the browser with whatever is in it, signed with our secret or another."""
    with client.session_transaction() as cookie:
        mark = str(cookie.get(held_forms.MARK, ""))
    signer = URLSafeTimedSerializer(secret or app.config["SECRET_KEY"], salt=held_forms.SALT)
    return str(signer.dumps(values(mark)))


def values_for(address: str) -> Callable[[str], list[Any]]:
    return lambda mark: [mark, address, None, [["reason", "Planted."]], [], None, None]


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("/review/photos/{photo}/decisions", "another secret altogether, and long enough"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/review/", None),
        ("/projects/ROAD-1", None),
        ("/nowhere", None),
        ("/sign-out", None),
        ("/api/v1/session", None),
    ],
)
def test_a_forged_packet_and_one_that_leads_elsewhere_are_nothing(
    app: Flask, typist: Typist, photo: UUID, address: str, secret: str | None
) -> None:
    refuse(typist, photo)
    held = packet_of(typist.client, app, values_for(address.format(photo=photo)), secret)
    form = typist.form_with("password").values | {"held": held}
    answer = typist.send("/sign-in", **form | {"email": PERSONAS["supervisor"].email, "password": PASSWORD})

    assert answer.status_code == 303
    assert "Planted." not in typist.html


@pytest.mark.parametrize("packet", ["x", "a.b.c", "", "." * 60_000])
def test_a_packet_that_is_none_is_nothing(typist: Typist, photo: UUID, packet: str) -> None:
    refuse(typist, photo)
    form = typist.form_with("password").values | {"held": packet}
    answer = typist.send("/sign-in", **form | {"email": PERSONAS["supervisor"].email, "password": PASSWORD})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://["}, 302), ({"Origin": "http://localhost", "Referer": "http://[localhost/review/"}, 401)],
)
def test_an_address_that_is_none_is_no_fault_of_the_server(
    typist: Typist, photo: UUID, headers: dict[str, str], status: int
) -> None:
    assert typist.send(f"/review/photos/{photo}/decisions", headers, reason=REASON).status_code == status


def test_a_packet_is_of_no_use_in_another_browser(app: Flask, typist: Typist, photo: UUID) -> None:
    refuse(typist, photo)
    packet = typist.form_with("password").values["held"]
    other = Typist(app.test_client())
    other.go("/sign-in")
    form = other.form_with("password").values | {"held": packet}
    answer = other.send("/sign-in", **form | {"email": PERSONAS["supervisor"].email, "password": PASSWORD})

    assert answer.status_code == 303
    assert "Hindi" not in other.html


def test_a_packet_ends(typist: Typist, photo: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(typist, photo)
    monkeypatch.setattr(held_forms, "MAX_AGE_S", -1)

    assert "Hindi" not in typist.sign_in("supervisor").html


def test_signing_out_ends_the_hold(typist: Typist, photo: UUID) -> None:
    refuse(typist, photo)
    packet = typist.form_with("password").values["held"]
    typist.sign_in("supervisor")
    typist.press("Sign out")
    form = typist.form_with("password").values | {"held": packet}
    typist.send("/sign-in", **form | {"email": PERSONAS["second_supervisor"].email, "password": PASSWORD})

    assert "Hindi" not in typist.html


def test_a_form_that_was_open_too_long_is_shown_and_sent_with_a_fresh_token(
    visitor: Callable[[str], Visitor], photo: UUID, actor: Callable[[str], Actor]
) -> None:
    supervisor = Typist(visitor("supervisor").client)
    answer = refuse(supervisor, photo)
    assert answer.status_code == 400
    assert "What you typed is kept" in supervisor.text
    assert state(photo, actor) == EvidenceState.NEEDS_REVIEW

    supervisor.press("Send it now")
    assert state(photo, actor) == EvidenceState.REFUSED


def test_a_form_that_another_site_sends_to_who_is_signed_in_is_refused(
    visitor: Callable[[str], Visitor], photo: UUID
) -> None:
    supervisor = Typist(visitor("supervisor").client)
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = supervisor.send(
        f"/review/photos/{photo}/decisions", elsewhere, decision="refuse", reason="Planted.", csrf_token="x"
    )

    assert answer.status_code == 400
    assert "Planted." not in supervisor.html
    assert "Send it now" not in supervisor.buttons


def test_the_pages_hold_no_script_and_are_kept_by_nobody(typist: Typist, photo: UUID) -> None:
    answer = refuse(typist, photo, reason="<script>alert(1)</script>")
    assert answer.headers["Cache-Control"] == "private, no-store"
    typist.sign_in("supervisor")

    assert PageReader(typist.html).inline == []
    assert "<script>alert(1)" not in typist.html
