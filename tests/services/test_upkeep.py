"""What is done again and again: it outlives its faults, ends when told to, and counts what was noted."""

from __future__ import annotations

import logging
import threading

import pytest
from flask import Flask

from server import upkeep
from server.services import risk_counts, sequencer
from server.services.log_nodes import LogDamagedError


def test_runs_on_until_it_is_told_to_stop_and_then_once_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, turns, counted = threading.Event(), [], []
    faults: list[Exception] = [LogDamagedError("x"), RuntimeError("away")]

    def turn() -> None:
        turns.append(1)
        if len(turns) == 3:
            stop.set()
        if faults:
            raise faults.pop()

    def count(**_limits: float) -> None:
        counted.append(1)
        raise RuntimeError("away")

    monkeypatch.setattr(sequencer, "sequence", turn)
    monkeypatch.setattr(risk_counts, "count_due", count)
    with caplog.at_level(logging.CRITICAL):
        upkeep.keep_up(app, stop, every_s=0.001)

    assert (len(turns), len(counted)) == (3, 3)
    assert "not signed any further: x" in caplog.text


def test_its_thread_ends_when_told_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.Event()
    monkeypatch.setattr(sequencer, "sequence", turns.set)
    running = upkeep.Upkeep(app)
    assert turns.wait(10)

    running.stop(10)

    assert not running._thread.is_alive()
