"""Server processes for the benches: started on a free port of the loopback address, and stopped again."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 30.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Running:
    """A program that runs beside the block, and the file into which it says what it says."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def wait_for(self, port: int) -> None:
        """Wait until it listens.

        Raises:
            RuntimeError: it ended, or does not listen within a minute; the text has its last words.
        """
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.said.seek(0)
        last_words = self.said.read()[-2000:].decode(errors="replace")
        raise RuntimeError(f"process {self.pid} does not listen on port {port}: {last_words}")


@contextmanager
def process(command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path = ROOT) -> Iterator[Running]:
    """Run a program beside the block and stop it afterwards."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, cwd=cwd, env={**os.environ, **environ}, stdout=said, stderr=said) as started,
    ):
        try:
            yield Running(started, said)
        finally:
            started.terminate()
            try:
                started.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                started.kill()


def resident_mb(pid: int) -> dict[int, float]:
    """Resident megabytes of a process and of everything it started, by process id."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    found = {pid: pages * _PAGE / 1e6}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found |= resident_mb(int(child))
    return found
