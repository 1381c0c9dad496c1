"""The demonstration's folder, its lock, its port and its server."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from demo import house as rooms
from demo.house import House, HouseError
from demo.load import Memory
from server import migrate
from server.app import create_app
from server.cli import main
from server.db import db

NOW = datetime(2026, 3, 18, 2, 30, tzinfo=UTC)
LATER = datetime(2026, 5, 1, tzinfo=UTC)


def test_its_server_has_the_houses_settings_and_none_of_the_shells(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKSI_DATABASE_URL", "postgresql://somewhere/real")
    monkeypatch.setenv("SAKSI_COOKIE_SECURE", "1")

    settings = rooms.settings(house)

    assert settings.data_root == house.folder
    assert settings.database_url.startswith(f"sqlite:///{house.folder}")
    assert (settings.cookie_secure, settings.host, settings.port) == (False, "127.0.0.1", house.port)


def test_a_second_demonstration_in_the_same_folder_is_refused_and_told_where_the_first_runs(house: House) -> None:
    with (
        rooms.occupied(house.folder, 8123),
        pytest.raises(HouseError, match=rf"127\.0\.0\.1:8123/\n.*kill {os.getpid()}$"),
        rooms.occupied(house.folder, 9000),
    ):
        pass


def test_a_reset_removes_the_folder_and_nothing_beside_it(house: House) -> None:
    (house.folder / "photos").mkdir(parents=True)
    beside = house.folder.parent / "saksi.sqlite3"
    beside.touch()

    assert rooms.reset(house.folder)

    assert not house.folder.exists()
    assert beside.exists()
    assert not rooms.reset(house.folder)


def test_a_reset_is_refused_while_the_demonstration_runs(house: House) -> None:
    house.folder.mkdir(parents=True)
    with rooms.occupied(house.folder, house.port):
        refused = CliRunner().invoke(main, ["demo-reset", "--folder", str(house.folder)])

    assert refused.exit_code == 1
    assert "A demonstration runs already" in refused.output
    assert house.folder.exists()


def test_the_reset_command_says_what_it_did(house: House) -> None:
    house.folder.mkdir(parents=True)

    assert "Removed" in CliRunner().invoke(main, ["demo-reset", "--folder", str(house.folder)]).output
    assert "There is no demonstration" in CliRunner().invoke(main, ["demo-reset", "--folder", str(house.folder)]).output


def test_a_taken_port_is_named_together_with_another_to_choose(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(main, ["demo", "--port", str(port), "--folder", str(house.folder)])

    assert refused.exit_code == 1
    assert f"Port {port} is taken" in refused.output
    assert "make demo PORT=" in refused.output
    assert not house.folder.exists()


def test_the_first_day_is_kept_until_the_load_is_finished_and_after(tmp_path: Path) -> None:
    first = Memory.of(tmp_path, now=NOW)
    first.finish()

    again = Memory.of(tmp_path, now=LATER)

    assert (first.finished, again.finished) == (False, True)
    assert again.anchor == NOW


def test_a_server_that_does_not_start_is_told_with_the_end_of_its_log(house: House) -> None:
    house.folder.mkdir(parents=True)

    with (
        rooms.occupied(house.folder) as lock,
        pytest.raises(HouseError, match="saksi migrate"),
        rooms.server(house, lock),
    ):
        pass


def test_over_tls_it_listens_to_the_network_and_its_cookies_are_safe(tmp_path: Path) -> None:
    house = House(tmp_path, 8123, tls=True)

    settings = rooms.settings(house)

    assert house.base == "https://127.0.0.1:8123"
    assert (settings.serving.tls_host, settings.cookie_secure) == ("0.0.0.0", True)


def test_its_own_visitors_trust_the_certificate_of_its_own_making(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure = House(house.folder, house.port, tls=True)
    near = secure.environment() | {"SAKSI_HOST": "127.0.0.1"}
    monkeypatch.setattr(House, "environment", lambda _house: near)
    secure.folder.mkdir(parents=True)
    app = create_app(rooms.settings(secure))
    with app.app_context():
        migrate.upgrade(db.engine)
        db.engine.dispose()

    with rooms.occupied(secure.folder) as lock, rooms.server(secure, lock):
        told = httpx.get(f"{secure.base}/api/v1/public/projects", trust_env=False, verify=secure.trust)

    assert told.status_code == 200
    assert "Date" in told.headers
