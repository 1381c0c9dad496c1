"""The command ``saksi`` on this test's own installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

import config
from server.cli import main
from tests.conftest import EmptyInstallation

Saksi = Callable[..., Result]


@pytest.fixture
def saksi(settings: config.Settings, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Saksi:
    """Run one command on the planted installation, with ``typed`` as what is typed in."""
    monkeypatch.setenv("SAKSI_DATABASE_URL", settings.database_url)
    return _runner(settings.data_root, monkeypatch)


@pytest.fixture
def saksi_anew(
    empty_installation: EmptyInstallation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Saksi]:
    """Run commands where nothing is set up yet."""
    with empty_installation(tmp_path / "anew") as settings:
        monkeypatch.setenv("SAKSI_DATABASE_URL", settings.database_url)
        yield _runner(settings.data_root, monkeypatch)


def _runner(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> Saksi:
    monkeypatch.setenv("SAKSI_DATA_ROOT", str(data_root))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, list(words), input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
