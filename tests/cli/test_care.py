"""Looking after an installation: the custody log checked, dead jobs tried again, the server's shape."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

import config
from evidence.checkpoints import NoteKey, opened
from server.commands import running
from tests.cli.conftest import Saksi


class TestTheCustodyLog:
    def test_is_written_out_and_found_whole_without_the_database(self, saksi: Saksi, tmp_path: Path) -> None:
        self._two_events(saksi)
        target = tmp_path / "custody.jsonl"

        saksi("custody", "export", str(target))

        lines = [json.loads(line) for line in target.read_text().splitlines()]
        assert [(line["action"], line["place"]) for line in lines] == [("area.added", 0), ("area.added", 1)]
        assert saksi("custody", "verify", str(target)).output.startswith("The log is whole: 2 events. ")

    def test_is_broken_by_one_changed_word(self, saksi: Saksi, tmp_path: Path) -> None:
        self._two_events(saksi)
        target = tmp_path / "custody.jsonl"
        target.write_text(saksi("custody", "export").output.replace("Name R8", "Name R0"))

        result = saksi("custody", "verify", str(target))

        assert result.exit_code == 1
        assert "broken at event 2" in result.output

    def test_is_broken_by_a_line_taken_out(self, saksi: Saksi, tmp_path: Path) -> None:
        self._two_events(saksi)
        target = tmp_path / "custody.jsonl"
        target.write_text(saksi("custody", "export").output.splitlines()[1] + "\n")

        assert saksi("custody", "verify", str(target)).exit_code == 1

    def test_shows_an_end_cut_off_to_whoever_noted_the_root(self, saksi: Saksi, tmp_path: Path) -> None:
        self._two_events(saksi)
        target = tmp_path / "custody.jsonl"
        saksi("custody", "export", str(target))
        noted = saksi("custody", "verify", str(target)).output.split()[-1].rstrip(".")
        assert saksi("custody", "verify", str(target), "--holds", noted).exit_code == 0

        target.write_text(target.read_text().splitlines()[0])

        assert saksi("custody", "verify", str(target)).exit_code == 0
        result = saksi("custody", "verify", str(target), "--holds", noted)
        assert (result.exit_code, "cut off" in result.output) == (1, True)

    def test_is_no_custody_log_where_a_line_is_no_event(self, saksi: Saksi, tmp_path: Path) -> None:
        target = tmp_path / "custody.jsonl"
        target.write_bytes(b"\xff not json\n")

        result = saksi("custody", "verify", str(target))

        assert (result.exit_code, "Line 1 is no event" in result.output) == (1, True)

    @staticmethod
    def _two_events(saksi: Saksi) -> None:
        for code in ("R7", "R8"):
            saksi("areas", "add", code, "--name", f"Name {code}", "--level", "region")


class TestTheTreeOfTheLog:
    def test_is_signed_on_demand_and_the_checkpoint_printed(self, saksi: Saksi) -> None:
        assert saksi("log", "sequence").output == "The log has no events yet.\n"
        assert saksi("log", "checkpoint").exit_code == 1
        saksi("areas", "add", "R7", "--name", "Name R7", "--level", "region")

        assert saksi("log", "sequence").output.startswith("1 events were given their places.")
        note = saksi("log", "checkpoint").output
        key = NoteKey.read(saksi("log", "checkpoint", "--key").output.strip())

        assert opened(note, [key], key.name).size == 1
        assert saksi("log", "checkpoint", "--size", "1").output == note
        assert "No checkpoint was signed at 2" in saksi("log", "checkpoint", "--size", "2").output

    def test_holds_after_an_erasure_which_it_tells_of(self, saksi: Saksi) -> None:
        saksi("areas", "add", "R7", "--name", "Maria's island", "--level", "region")
        before = saksi("custody", "export").output
        leaf = json.loads(before)["leaf"]

        assert saksi("log", "erase", leaf, "--reason", "The law").exit_code == 0

        after = saksi("custody", "export").output
        assert ("Maria" in before, "Maria" in after) == (True, False)
        assert saksi("custody", "verify").exit_code == 0
        assert saksi("audit").exit_code == 0
        assert "was erased before" in saksi("log", "erase", leaf, "--reason", "Again").output
        assert "No event has this leaf" in saksi("log", "erase", "zz", "--reason", "x").output
        assert saksi("log", "erase", leaf, "--reason", " ").exit_code == 1


class TestServing:
    def test_a_taken_port_is_told_before_anything_starts(self, saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            monkeypatch.setenv("SAKSI_PORT", str(taken.getsockname()[1]))

            result = saksi("serve")

        assert (result.exit_code, "Choose SAKSI_PORT" in result.output) == (1, True)

    def test_one_worker_serves_with_the_threads_of_the_settings(self, settings: config.Settings) -> None:
        server = running.server(settings)

        assert (server.workers, server.blocking_threads, server.target) == (1, settings.threads, "wsgi:build")
