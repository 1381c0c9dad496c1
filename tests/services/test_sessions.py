"""Signing in: argon2, throttled by account and address, and sessions that really end."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

import config
from server.db import db, reading, writing
from server.models import Person
from server.problems import Problem
from server.services import sessions
from tests.personas import PASSWORD, PERSONAS

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
EMAIL = PERSONAS["inspector"].email


@pytest.fixture
def strict(app: Flask, settings: config.Settings) -> config.Settings:
    return replace(settings, sign_in_attempts=3)


def try_password(password: str, settings: config.Settings, *, email: str = EMAIL, now: datetime = NOW) -> str:
    try:
        sessions.sign_in(email, password, address="127.0.0.9", now=now, settings=settings)
    except Problem as problem:
        return problem.name
    return "signed in"


def test_the_right_password_signs_in_whatever_the_case_of_the_address(strict: config.Settings) -> None:
    assert try_password(PASSWORD, strict, email=f" {EMAIL.upper()} ") == "signed in"


def test_passwords_are_kept_as_argon2id(app: Flask) -> None:
    assert reading().scalars(sa.select(Person.password_hash)).first().startswith("$argon2id$")  # type: ignore[union-attr]


def test_a_wrong_password_and_an_unknown_account_are_told_alike(strict: config.Settings) -> None:
    assert try_password("wrong", strict) == try_password("wrong", strict, email="no@example.org") == "sign-in-failed"


def test_an_account_that_has_no_password_yet_takes_as_long_to_refuse(
    strict: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        session.execute(sa.update(Person).where(Person.email == EMAIL).values(password_hash=sessions.UNSET))
    tried: list[str] = []

    def matches(known_hash: str, _password: str) -> bool:
        tried.append(known_hash)
        return True

    monkeypatch.setattr(sessions, "_matches", matches)
    assert try_password("whatever", strict) == "sign-in-failed"
    assert tried[0].startswith("$argon2id$")


def test_too_many_failures_close_the_account_even_to_the_right_password(strict: config.Settings) -> None:
    assert [try_password("wrong", strict) for _ in range(3)] == ["sign-in-failed"] * 3
    assert try_password(PASSWORD, strict) == "too-many-attempts"


def test_the_account_opens_again_after_the_window(strict: config.Settings) -> None:
    for _ in range(4):
        try_password("wrong", strict)

    assert try_password(PASSWORD, strict, now=NOW + timedelta(minutes=16)) == "signed in"


def test_successes_do_not_count_against_anyone(strict: config.Settings) -> None:
    assert [try_password(PASSWORD, strict) for _ in range(8)] == ["signed in"] * 8


def test_many_accounts_tried_from_one_place_are_throttled_too(strict: config.Settings) -> None:
    strictest = replace(strict, sign_in_attempts=1)
    outcomes = [try_password("wrong", strictest, email=f"p{n}@example.org") for n in range(11)]

    assert outcomes == ["sign-in-failed"] * 10 + ["too-many-attempts"]


def test_tries_at_the_same_moment_cannot_slip_past_the_limit(app: Flask, strict: config.Settings) -> None:
    outcomes: list[str] = []

    def one_try() -> None:
        with app.app_context():
            outcomes.append(try_password("wrong", strict))
            db.session.remove()

    threads = [threading.Thread(target=one_try) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("sign-in-failed") == 3


def test_a_session_ends_when_it_is_ended_or_expires_or_the_person_is_disabled(strict: config.Settings) -> None:
    begun = [sessions.sign_in(EMAIL, PASSWORD, address="a", now=NOW, settings=strict).id for _ in range(3)]
    assert sessions.actor(begun[0], now=NOW) is not None

    sessions.sign_out(begun[0], now=NOW)
    assert sessions.actor(begun[0], now=NOW) is None
    assert sessions.actor(begun[1], now=NOW + timedelta(hours=strict.token_hours)) is None

    with writing() as session:
        session.execute(sa.update(Person).where(Person.email == EMAIL).values(disabled_at=NOW))
    assert sessions.actor(begun[2], now=NOW) is None
    assert try_password(PASSWORD, strict) == "sign-in-failed"
