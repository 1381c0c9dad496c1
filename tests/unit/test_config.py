"""Settings come from the environment, typed, and a wrong one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import config


def test_the_defaults_live_in_one_folder(tmp_path: Path) -> None:
    settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path / 'saksi.sqlite3'}"
    assert settings.originals_root.parent == tmp_path
    assert settings.cookie_secure


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).secret_key

    assert config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).secret_key == first
    assert len(first) >= 48
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAKSI_PROXIES", "-1"),
        ("SAKSI_PORT", "0"),
        ("SAKSI_PORT", "many"),
        ("SAKSI_THREADS", "-1"),
        ("SAKSI_COOKIE_SECURE", "yes"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(config.SettingsError, match=name):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), name: value})


def test_the_names_it_answers_to_are_a_list(tmp_path: Path) -> None:
    environ = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_HOSTS": "saksi.example.org, .example.net,"}

    assert config.load(environ).serving.hosts == ("saksi.example.org", ".example.net")
    assert config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).serving.hosts == ()


def test_several_processes_need_a_server_database(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match="SAKSI_WORKERS must be 1 with SQLite"):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_WORKERS": "2"})

    environ = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_WORKERS": "2", "SAKSI_DATABASE_URL": "postgresql:///saksi"}
    assert config.load(environ).serving.workers == 2


def test_nothing_is_told_of_a_process_unless_it_is_asked_for(tmp_path: Path) -> None:
    telemetry = config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).telemetry

    assert (telemetry.metrics_port, telemetry.metrics_host, telemetry.otlp_endpoint) == (None, "127.0.0.1", None)


def test_an_unknown_log_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match="SAKSI_LOG_FORMAT"):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_LOG_FORMAT": "xml"})


def test_photos_are_kept_in_s3_where_a_bucket_is_named(tmp_path: Path) -> None:
    environ = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_S3_BUCKET": "originals", "SAKSI_S3_PREFIX": "/town/"}
    s3 = config.load(environ).s3

    assert s3 is not None
    assert (s3.bucket, s3.copies_bucket, s3.prefix) == ("originals", "originals-copies", "town/")
    assert s3.retention_days >= 10 * 365
    assert config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).s3 is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAKSI_S3_COPIES_BUCKET", "originals"),
        ("SAKSI_S3_ACCESS_KEY", "without its secret"),
        ("SAKSI_S3_RETENTION_DAYS", "0"),
    ],
)
def test_an_s3_that_could_not_keep_originals_is_refused(tmp_path: Path, name: str, value: str) -> None:
    environ = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_S3_BUCKET": "originals", name: value}

    with pytest.raises(config.SettingsError, match=name):
        config.load(environ)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SAKSI_THREDS", "Is SAKSI_THREADS meant"),
        ("SAKSI_S3_BUKET", "SAKSI_S3_BUCKET is not"),
        ("SAKSI_ZZZZ", "no setting SAKSI_ZZZZ"),
    ],
)
def test_a_misspelt_setting_is_refused(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(config.SettingsError, match=told):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), name: "4"})


def test_a_setting_left_empty_is_as_left_out(tmp_path: Path) -> None:
    settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_DATABASE_URL": ""})

    assert settings.database_url.startswith("sqlite:///")
    assert settings.job_threads == 1


def test_what_only_the_tests_read_is_no_setting(tmp_path: Path) -> None:
    config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_TEST_DATABASE_URL": "postgresql://", "OTHER": "x"})


def test_every_setting_is_in_the_readmes_table() -> None:
    read = set(re.findall(r'"(SAKSI_[A-Z0-9_]+)"', (config.ROOT / "config.py").read_text()))
    rows = [line for line in (config.ROOT / "README.md").read_text().splitlines() if line.startswith("| `SAKSI_")]
    told = {name for row in rows for name in re.findall(r"`(SAKSI_[A-Z0-9_]+)`", row)}

    assert read
    assert told == read


TILES = "https://tiles.example/{z}/{x}/{y}.png"


def test_a_base_map_comes_with_the_word_whose_it_is(tmp_path: Path) -> None:
    named = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_BASE_MAP": TILES, "SAKSI_BASE_MAP_ATTRIBUTION": "© Mappers"}
    found = config.load(named).map

    assert (found.tiles, found.attribution, found.max_zoom) == (TILES, "© Mappers", 19)
    assert found.origin == "https://tiles.example"
    assert config.load({"SAKSI_DATA_ROOT": str(tmp_path)}).map.origin is None
    with pytest.raises(config.SettingsError, match="ATTRIBUTION"):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_BASE_MAP": TILES})


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example/{z}/{x}.png",
        "ftp://tiles.example/{z}/{x}/{y}",
        "https://tiles.example; script-src *{z}{x}{y}",
        "https://tiles.example/{z}/{x}/{y}'; script-src *",
        "//tiles.example/{z}/{x}/{y}",
    ],
)
def test_a_base_map_can_add_no_rule_to_the_pages_policy(tmp_path: Path, address: str) -> None:
    named = {"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_BASE_MAP": address, "SAKSI_BASE_MAP_ATTRIBUTION": "© Mappers"}

    with pytest.raises(config.SettingsError, match="SAKSI_BASE_MAP"):
        config.load(named)
