"""Settings of the database: how long it may take, and the copy for readers."""

from __future__ import annotations

from pathlib import Path

import pytest

import config

POSTGRESQL = "postgresql://saksi@one/saksi"


def load(tmp_path: Path, **environ: str) -> config.DatabaseSettings:
    return config.load({"SAKSI_DATA_ROOT": str(tmp_path), **environ}).database


def test_there_is_no_copy_unless_it_is_named(tmp_path: Path) -> None:
    assert load(tmp_path).replica_url is None
    assert load(tmp_path, SAKSI_DATABASE_REPLICA_URL="").replica_url is None


def test_a_copy_is_for_postgresql_alone(tmp_path: Path) -> None:
    copy = "postgresql://saksi@two/saksi"
    named = load(tmp_path, SAKSI_DATABASE_URL=POSTGRESQL, SAKSI_DATABASE_REPLICA_URL=copy)
    assert named.replica_url == copy

    with pytest.raises(config.SettingsError, match="SAKSI_DATABASE_REPLICA_URL"):
        load(tmp_path, SAKSI_DATABASE_REPLICA_URL=copy)
    with pytest.raises(config.SettingsError, match="SAKSI_DATABASE_REPLICA_URL"):
        load(tmp_path, SAKSI_DATABASE_URL=POSTGRESQL, SAKSI_DATABASE_REPLICA_URL="sqlite:///copy.sqlite3")


@pytest.mark.parametrize("name", ["CONNECT", "STATEMENT", "LOCK", "IDLE"])
def test_a_limit_of_nothing_is_refused(tmp_path: Path, name: str) -> None:
    variable = f"SAKSI_DATABASE_{name}_SECONDS"
    with pytest.raises(config.SettingsError, match=variable):
        load(tmp_path, **{variable: "0"})
