"""Transactions: writers take turns, what failed leaves nothing, and a locked database is told as such."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from server.db import db, insert_if_new, reading, writing
from server.models import Area, ReceiptKey


def add_area(code: str) -> None:
    with writing() as session:
        session.add(Area(code=code, name=code, level="region", path=f"{code}/"))


def test_many_writers_at_once_all_get_their_turn(app: Flask) -> None:
    failures: list[BaseException] = []

    def write_some(number: int) -> None:
        with app.app_context():
            try:
                for turn in range(10):
                    add_area(f"W{number}-{turn}")
            except BaseException as error:
                failures.append(error)
            db.session.remove()

    threads = [threading.Thread(target=write_some, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    reading().rollback()
    assert reading().scalar(sa.select(sa.func.count()).where(Area.code.startswith("W"))) == 80


def test_who_inserts_first_is_told_so_and_nobody_after(app: Flask) -> None:
    told = []
    for x in ("one", "two"):
        with writing() as session:
            told.append(insert_if_new(session, ReceiptKey, kid="kid", x=x, first_used_at=datetime.now(UTC)))

    assert told == [True, False]
    assert reading().get_one(ReceiptKey, "kid").x == "one"


def test_a_failed_writer_leaves_nothing_and_lets_the_next_one_in(app: Flask) -> None:
    def write_and_fail() -> None:
        with writing() as session:
            session.add(Area(code="X", name="X", level="region", path="X/"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    add_area("Y")

    assert reading().scalars(sa.select(Area.code).where(Area.code.in_(["X", "Y"]))).all() == ["Y"]


def test_a_transaction_inside_a_transaction_is_a_fault_and_not_a_standstill(app: Flask) -> None:
    with writing(), pytest.raises(RuntimeError, match="inside another"):
        add_area("Z")

    add_area("Z")


@pytest.mark.sqlite_only(reason="one process can hold the whole database on SQLite alone")
def test_a_database_that_another_process_holds_is_told_as_503(
    settings: config.Settings,
    client: FlaskClient,
    bearer: Callable[[str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = bearer("inspector")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    db.session.remove()
    holder = sqlite3.connect(settings.data_root / "saksi.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    response = client.delete("/api/v1/session", headers=headers)

    holder.close()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert response.json is not None
    assert response.json["type"] == "/problems/store-away"
