"""Where the demonstration lives: its own folder, the lock on it, and the server that it starts.

Nothing outside the folder is read or written, whatever SAKSI_* settings the shell has. What is in the
folder, and what the server is asked, is not this room's concern.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

import config
from server import tls

HOST = "127.0.0.1"
DEFAULT_FOLDER = config.ROOT / "var" / "demo"
START_S = 60.0
STOP_S = 15.0
LOG_LINES = 12


class HouseError(Exception):
    """The demonstration cannot go on; the text says why, and what the person can do."""


@dataclass(frozen=True, slots=True)
class House:
    """One demonstration: a folder of its own and the port that it is served on."""

    folder: Path
    port: int
    tls: bool = False

    @property
    def base(self) -> str:
        """The address under which it is served."""
        return f"{'https' if self.tls else 'http'}://{HOST}:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext | bool:
        """What a visitor of its own must trust; the server has made it by the time that it answers."""
        return ssl.create_default_context(cafile=tls.authority_file(self.folder)) if self.tls else True

    @property
    def command(self) -> list[str]:
        """What its server is started with."""
        return [sys.executable, "-m", "server.cli", "serve", *(["--tls-self-signed"] if self.tls else [])]

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        """The settings of its server, and of nothing else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SAKSI_")}
        own = {"SAKSI_DATA_ROOT": str(self.folder), "SAKSI_PORT": str(self.port)}
        # Browsers send no secure cookie over plain HTTP.
        return kept | own | ({} if self.tls else {"SAKSI_HOST": HOST, "SAKSI_COOKIE_SECURE": "0"})


@contextmanager
def occupied(folder: Path, port: int = 0) -> Iterator[int]:
    """Hold the lock on ``folder`` while the block runs; yields the lock's file descriptor.

    The server inherits the descriptor, so that the lock holds for as long as either of them lives.

    Raises:
        HouseError: another demonstration runs there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.with_name(f"{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HouseError(_who_runs(lock)) from None
        _note(lock, port, os.getpid())
        yield lock
    finally:
        os.close(lock)


def _note(lock: int, port: int, process: int) -> None:
    """Write down who holds the lock, for whoever finds it held."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{port} {process}".encode(), 0)


def _who_runs(lock: int) -> str:
    port, _, process = os.pread(lock, 100, 0).decode().partition(" ")
    stop = f"Stop it with Ctrl-C there, or with: kill {process}"
    return f"A demonstration runs already, at http://{HOST}:{port}/\n{stop}"


def reset(folder: Path) -> bool:
    """Remove the demonstration in ``folder``; False where there was none.

    Raises:
        HouseError: it is running.
    """
    with occupied(folder):
        if not folder.exists():
            return False
        shutil.rmtree(folder)
        return True


def refuse_taken_port(port: int) -> None:
    """Ask before anything is done whether the port is free.

    Raises:
        HouseError: it is not.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            other = port + 1 if port < 65_535 else 8000
            told = f"Port {port} is taken or not allowed ({error.strerror}). Choose another: make demo PORT={other}"
            raise HouseError(told) from None


@contextmanager
def server(house: House, lock: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``saksi serve`` on the house's data while the block runs; it answers when the block begins.

    Raises:
        HouseError: it did not start; the end of its log is told.
    """
    with house.log.open("ab") as log:
        # In a session of its own it does not get the terminal's Ctrl-C, but is stopped in order below.
        process = subprocess.Popen(  # noqa: S603
            house.command,
            cwd=config.ROOT,
            env=house.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock],
        )
    try:
        # The server may outlive a parent that was killed; then it is the one to stop.
        _note(lock, house.port, process.pid)
        _await_answer(house, process)
        yield process
    finally:
        _stop(process)


def _await_answer(house: House, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            address = f"{house.base}/api/v1/public/projects"
            httpx.get(address, trust_env=False, verify=house.trust).raise_for_status()
        except (httpx.TransportError, FileNotFoundError):
            time.sleep(0.1)
        except httpx.HTTPStatusError as error:
            raise HouseError(f"The server answers with a fault ({error}).\n{_end_of(house.log)}") from None
        else:
            return
    raise HouseError(f"The server did not start.\n{_end_of(house.log)}")


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server and everything it started."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def settings(house: House) -> config.Settings:
    """The settings of the house's server, for work beside it on the same data."""
    environment: Mapping[str, str] = house.environment()
    return config.load(environment)
