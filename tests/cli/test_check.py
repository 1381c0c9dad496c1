"""``saksi check``: each part with a verdict, and an exit code that a script can go by."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import config
from evidence.errors import StoreAwayError
from server import checkup
from server.db import db, writing
from server.services import custody, sequencer
from server.times import utc_now
from tests.cli.conftest import Saksi
from tests.s3 import S3Service
from tests.s3_stores import prepared


@pytest.fixture(autouse=True)
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers of the tests do not wait for the disk; here that alone is taken to be as it should."""
    monkeypatch.setattr(checkup, "DURABLE", {"synchronous_commit": {"on"}})


def _lines(saksi: Saksi) -> tuple[int, dict[str, dict[str, Any]]]:
    result = saksi("check", "--json")
    return result.exit_code, {line["part"]: line for line in json.loads(result.output)["lines"]}


def test_a_good_installation_has_no_fault(saksi: Saksi) -> None:
    code, lines = _lines(saksi)

    assert code == 0
    assert {part for part, line in lines.items() if line["verdict"] == "fault"} == set()
    assert {"secret key", "policies", "database", "tables", "writing", "store", "clock", "jobs"} <= set(lines)


def test_lines_are_for_a_person(saksi: Saksi) -> None:
    assert any(line.startswith("ok       tables") for line in saksi("check").output.splitlines())


def test_tables_that_are_not_the_newest_are_a_fault(saksi: Saksi) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))

    code, lines = _lines(saksi)

    assert (code, lines["tables"]["verdict"], lines["tables"]["advice"]) == (1, "fault", "Run saksi migrate.")


def test_missing_tables_are_no_fault_of_the_clock(saksi_anew: Saksi) -> None:
    code, lines = _lines(saksi_anew)

    assert (code, lines["tables"]["advice"]) == (1, "Run saksi migrate.")
    assert lines["clock"]["verdict"] == "ok"


def test_a_weak_secret_is_a_fault(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKSI_SECRET_KEY", "changeme" * 8)

    code, lines = _lines(saksi)

    assert (code, lines["secret key"]["verdict"]) == (1, "fault")


def test_a_clock_behind_the_records_is_a_fault(saksi: Saksi) -> None:
    with writing() as session:
        custody.append(session, None, "area.added", "area", "R7", now=utc_now() + timedelta(minutes=5))

    code, lines = _lines(saksi)

    assert (code, lines["clock"]["verdict"]) == (1, "fault")


@pytest.mark.parametrize(("waited_s", "verdict"), [(20, "ok"), (70, "warning")])
def test_an_event_that_waits_long_for_its_place_is_told(saksi: Saksi, waited_s: int, verdict: str) -> None:
    sequencer.sequence()
    with writing() as session:
        custody.append(session, None, "area.added", "area", "R7", now=utc_now() - timedelta(seconds=waited_s))

    code, lines = _lines(saksi)

    assert (code, lines["custody log"]["verdict"]) == (0, verdict)
    assert lines["custody log"]["found"].startswith("an event has waited for its place since ")


def test_where_every_event_has_its_place_none_waits(saksi: Saksi) -> None:
    sequencer.sequence()

    _code, lines = _lines(saksi)

    assert lines["custody log"]["found"] == "every event has its place"


def test_a_disk_that_is_full_soon_is_told(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"bytes": checkup.GIBIBYTE}
    usage = type("Usage", (), {"total": 100 * checkup.GIBIBYTE, "free": property(lambda _self: free["bytes"])})
    monkeypatch.setattr("shutil.disk_usage", lambda _root: usage())
    code, lines = _lines(saksi)
    assert (code, lines["disk"]["verdict"]) == (0, "warning")

    free["bytes"] -= 1
    code, lines = _lines(saksi)
    assert (code, lines["disk"]["verdict"]) == (1, "fault")


def test_a_store_that_is_away_is_a_fault_and_the_rest_is_looked_at(
    saksi: Saksi, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise StoreAwayError("nobody answers")

    monkeypatch.setattr("evidence.storage.local.LocalStore.put_copy", refuse)

    code, lines = _lines(saksi)

    assert (code, lines["store"]["verdict"]) == (1, "fault")
    assert "clock" in lines


@pytest.mark.postgresql_only(reason="a server's settings are what is looked at")
def test_a_server_that_acknowledges_too_early_is_a_fault(saksi: Saksi) -> None:
    with db.engine.begin() as connection:
        name = connection.execute(sa.text("SELECT current_database()")).scalar_one()
        connection.execute(sa.text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))

    code, lines = _lines(saksi)

    assert (code, lines["durability"]["verdict"]) == (1, "fault")
    assert "synchronous_commit off" in lines["durability"]["found"]


@pytest.mark.postgresql_only(reason="SQLite has no copies for readers")
@pytest.mark.parametrize(("away", "verdict"), [(False, "warning"), (True, "fault")])
def test_a_copy_for_readers_is_looked_at_itself(
    saksi: Saksi, settings: config.Settings, monkeypatch: pytest.MonkeyPatch, away: bool, verdict: str
) -> None:
    itself = settings.database_url
    monkeypatch.setenv("SAKSI_DATABASE_REPLICA_URL", "postgresql://127.0.0.1:1/nobody" if away else itself)

    code, lines = _lines(saksi)

    assert (code, lines["replica"]["verdict"]) == (int(away), verdict)


def test_nothing_is_left_of_the_trial_write(saksi: Saksi, settings: config.Settings) -> None:
    before = _everything(settings.data_root)
    saksi("check")

    assert {path.name for path in _everything(settings.data_root) - before} <= {
        "check.bin",
        "0" * 64,
        "00",
        "secret.key",
        # The signer of public copies is tried as well, and made where there is none.
        "credentials",
        "authority.pem",
        "signer.pem",
    }


def _everything(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if not path.name.endswith(("-wal", "-shm"))}


@pytest.mark.sqlite_only(reason="it is about the store")
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("BUCKET", "nowhere-at-all", "is not there"),
        ("SECRET_KEY", "wrong", "may not be used with these credentials"),
        ("ENDPOINT", "http://127.0.0.1:1", "Could not connect"),
    ],
)
def test_what_is_wrong_with_an_s3_is_said(
    saksi: Saksi, s3_service: S3Service, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    s3 = prepared(s3_service)
    named = {"BUCKET": s3.bucket, "ENDPOINT": s3.endpoint, "REGION": s3.region}
    named |= {"ACCESS_KEY": s3.access_key or "", "SECRET_KEY": s3.secret_key or ""}
    for each, text in (named | {name: value}).items():
        monkeypatch.setenv(f"SAKSI_S3_{each}", text)

    code, lines = _lines(saksi)

    faults = [line["found"] for line in lines.values() if line["verdict"] == "fault"]
    assert code == 1
    assert any(told in found for found in faults), faults
