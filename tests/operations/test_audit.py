"""``saksi audit``: what is missing or changed is found, a broken-off audit goes on, and the log keeps the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import config
from evidence.errors import StoreAwayError
from server import jobs
from server.app import create_app
from server.db import reading, writing
from server.models import Original
from server.services import audit, custody
from server.services.audit import Findings
from server.times import utc_now
from tests.api.calls import put_photo, road_claim
from tests.cli.conftest import Saksi
from tests.operations.serving import photo
from tests.s3 import S3Service
from tests.s3_stores import prepared, store_in

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def photos(client: FlaskClient, bearer: Bearer) -> list[str]:
    """The sha256 of five photos on record, in order, with their copies made."""
    headers = bearer("inspector")
    told = [put_photo(client, headers, photo(shade), road_claim()).get_json() for shade in range(5)]
    jobs.run_all_due()
    return sorted(each["sha256"] for each in told)


def original(settings: config.Settings, sha256: str) -> Path:
    return settings.originals_root / "originals" / sha256[:2] / sha256


def test_a_whole_installation_passes_and_the_log_says_so(saksi: Saksi, photos: list[str], tmp_path: Path) -> None:
    result = saksi("audit", "--report", str(tmp_path / "report.json"))

    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "report.json").read_text())["whole"]
    reading().rollback()
    [event] = [event for event in custody.export() if event["action"] == "audit.completed"]
    assert (event["details"]["originals"], event["details"]["missing"]) == (len(photos), 0)
    assert custody.broken_link(custody.export()) is None


def test_each_kind_of_fault_is_found(saksi: Saksi, photos: list[str], settings: config.Settings) -> None:
    original(settings, photos[0]).unlink()
    changed = original(settings, photos[1])
    changed.chmod(0o600)
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    (settings.originals_root / "copies" / photos[2][:2] / photos[2] / "web.jpg").unlink()

    result = saksi("audit")

    assert result.exit_code == 1
    assert f"missing      {photos[0]}" in result.output
    assert f"differs      {photos[1]}" in result.output
    assert f"copy missing {photos[2]}" in result.output
    assert "1 missing, 1 differ, 1 without their copies, 0 faults of the log" in result.output


def test_one_that_was_broken_off_goes_on_and_looks_at_each_once(
    saksi: Saksi,
    photos: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    looked_at: list[str] = []
    whole = audit._faults

    def faults(store: object, row: audit._Row) -> list[audit.Fault]:
        if len(looked_at) == 4:
            raise StoreAwayError("nobody answers")
        looked_at.append(row.sha256)
        return whole(store, row)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "_faults", faults)
    broken_off = saksi("audit")
    assert (broken_off.exit_code, "goes on where it was" in broken_off.output) == (1, True)
    monkeypatch.setattr(audit, "_faults", lambda store, row: looked_at.append(row.sha256) or whole(store, row))

    assert saksi("audit").exit_code == 0
    assert looked_at == photos


def test_a_sample_takes_as_many_as_asked(saksi: Saksi, photos: list[str]) -> None:
    assert saksi("audit", "--sample", "1").output.startswith("1 originals")
    found = Findings(begun_at="", sample=99)
    assert len(photos) == 5
    assert saksi("audit", "--sample", "99").exit_code == 0
    assert audit.left(found, None) == 5


@pytest.mark.parametrize("page", [2, 500])
def test_a_sample_is_as_many_different_ones_each_as_likely(
    saksi: Saksi, photos: list[str], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(audit, "PAGE", page)
    monkeypatch.setattr(audit, "KEYS", page)
    looked_at: list[str] = []
    monkeypatch.setattr(audit, "_faults", lambda _store, row: looked_at.append(row.sha256) or [])

    for _ in range(200):
        found = Findings(begun_at="", sample=3)
        assert sum(audit.a_sample(None, found, None, 3)) == found.originals == 3  # type: ignore[arg-type]
        assert len(set(looked_at[-3:])) == 3

    # Each is drawn 120 times in the mean; one in a million runs is further off than 55.
    assert {sha256: abs(looked_at.count(sha256) - 120) < 55 for sha256 in photos} == dict.fromkeys(photos, True)


def test_a_report_that_cannot_be_written_is_refused_before_the_audit_begins(
    saksi: Saksi, photos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_faults", lambda _store, _row: pytest.fail("the audit had begun"))

    result = saksi("audit", "--report", "/nonexistent/x.json")

    assert (result.exit_code, "The file cannot be written" in result.output) == (1, True)
    assert photos


def test_since_leaves_earlier_ones_out(saksi: Saksi, photos: list[str]) -> None:
    assert saksi("audit", "--since", "2999-01-01").output.startswith("0 originals")
    assert saksi("audit", "--since", "2000-01-01").output.startswith(f"{len(photos)} originals")


def test_a_broken_custody_log_is_a_fault(saksi: Saksi, photos: list[str]) -> None:
    import sqlalchemy as sa

    from server.db import db

    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE custody_event SET record_id = 'another' WHERE action = 'evidence.received'"))

    result = saksi("audit")

    assert (result.exit_code, "is not as it was written" in result.output) == (1, True)
    assert photos


@pytest.mark.sqlite_only(reason="it is about the store")
def test_an_audit_and_a_check_work_on_s3(
    settings: config.Settings,
    s3_service: S3Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    saksi: Saksi,
) -> None:
    s3 = prepared(s3_service)
    named = {"BUCKET": s3.bucket, "ENDPOINT": s3.endpoint, "REGION": s3.region, "PREFIX": s3.prefix}
    for name, value in (named | {"ACCESS_KEY": s3.access_key, "SECRET_KEY": s3.secret_key}).items():
        monkeypatch.setenv(f"SAKSI_S3_{name}", value or "")
    original = _kept_on_record(settings, s3, tmp_path)

    assert "is versioned and locked" in saksi("check").output
    assert saksi("audit").output.startswith("1 originals")
    assert "pg_dump" in saksi("backup", str(tmp_path / "backup")).output

    monkeypatch.setenv("SAKSI_S3_PREFIX", "elsewhere/")
    assert f"missing      {original}" in saksi("audit").output


def _kept_on_record(settings: config.Settings, s3: config.S3Settings, folder: Path) -> str:
    """Keep one photo in S3 and write its row; gives its sha256."""
    with store_in(s3, folder).incoming() as incoming:
        incoming.write(photo(1))
        sealed, key = incoming.seal(), incoming.keep()
    app = create_app(settings)
    with app.app_context(), writing() as session:
        kept = {"size": sealed.size, "media_type": "image/jpeg", "storage_key": key, "kept_at": utc_now()}
        session.add(Original(sha256=sealed.sha256, **kept))
    return sealed.sha256
