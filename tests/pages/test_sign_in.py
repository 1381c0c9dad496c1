from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

SUPERVISOR = {"email": PERSONAS["supervisor"].email, "password": PASSWORD}


def test_leads_to_what_waits_after_signing_in(anyone: Visitor) -> None:
    anyone.go("/sign-in").press("Sign in", **SUPERVISOR)

    assert anyone.status == 200
    assert "What waits for you" in anyone.text
    assert "Sign out" in anyone.buttons


def test_leads_back_to_the_page_that_asked_for_it(anyone: Visitor) -> None:
    anyone.go("/review/projects/ROAD-1").press("Sign in", **SUPERVISOR)

    assert "The works of ROAD-1" in anyone.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "x"]
)
def test_never_leads_to_another_site(app: Flask, anyone: Visitor, elsewhere: str) -> None:
    form = anyone.go("/sign-in").page.forms[-1].values
    answer = anyone.client.post("/sign-in", data=form | SUPERVISOR | {"next": elsewhere})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/review/")


def test_says_that_name_or_password_is_wrong_and_keeps_what_was_typed(anyone: Visitor) -> None:
    anyone.go("/sign-in").press("Sign in", email="supervisor@example.org", password="wrong")

    assert anyone.status == 401
    assert "The name or the password is wrong" in anyone.text
    assert anyone.page.forms[-1].values["email"] == "supervisor@example.org"


@pytest.mark.parametrize("field", ["email", "password"])
def test_takes_no_nul(anyone: Visitor, field: str) -> None:
    anyone.go("/sign-in").press("Sign in", **(SUPERVISOR | {field: "a\0b"}))

    assert anyone.status == 422


def test_starts_a_fresh_cookie_session(anyone: Visitor) -> None:
    anyone.go("/sign-in")
    with anyone.client.session_transaction() as cookie:
        cookie["planted"] = "by someone else"
    anyone.press("Sign in", **SUPERVISOR)

    with anyone.client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_signing_out_ends_the_session(visitor: Callable[[str], Visitor]) -> None:
    supervisor = visitor("supervisor").go("/review/")
    supervisor.press("Sign out")
    assert "You are signed out." in supervisor.text

    assert "Sign in" in supervisor.go("/review/").buttons


def test_refuses_a_form_that_this_site_did_not_make(road: Road, visitor: Callable[[str], Visitor]) -> None:
    road.send_questionable()
    client = visitor("supervisor").client

    answer = client.post(f"/review/milestones/{road.milestone().id}/decisions", data={"decision": "approve"})

    assert answer.status_code == 400
    assert "too old" in answer.get_data(as_text=True)
