"""``saksi demo``: make the demonstration where there is none, serve it, and say where to look.

It stays in the foreground until it is told to stop, and then stops all it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table

from demo import house, programme
from demo.house import House
from demo.load import Memory, load
from server import migrate, tls
from server.app import create_app
from server.db import db
from server.services import public_copies
from server.times import utc_now

PAINTERS = 2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ADDRESSES = (
    ("What the public sees", "/"),
    ("One project", "/projects/FMR-HAL-014"),
    ("Refused photos", "/projects/BRG-HUW-007"),
    ("What waits for you", "/review/"),
    ("For inspectors' phones", "/field/"),
    ("The API's description", "/openapi.json"),
)


def run(folder: Path, port: int, *, secure: bool = False) -> None:
    """Make what is not made yet, and serve until Ctrl-C.

    Raises:
        demo.house.HouseError: the port is taken, another demonstration runs, or the server does not start.
    """
    console = Console()
    place = House(folder.resolve(), port, secure)
    with house.occupied(place.folder, port) as lock, _asked_to_stop():
        house.refuse_taken_port(port)
        try:
            _serve(place, lock, console)
        except KeyboardInterrupt:
            console.print("\nThe demonstration has stopped. `make demo` goes on where it was.")


def _serve(place: House, lock: int, console: Console) -> None:
    with served(place, lock, console) as process:
        welcome(place, console)
        if process.wait() != 0:
            raise house.HouseError(f"The server ended by itself; see {place.log}.")


@contextmanager
def served(place: House, lock: int, console: Console) -> Iterator[subprocess.Popen[bytes]]:
    """The demonstration, loaded where it was not yet, and served while the block runs; the lock is the folder's.

    Raises:
        demo.house.HouseError: its server does not start.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    app = create_app(house.settings(place))
    with app.app_context():
        migrate.upgrade(db.engine)
        public_copies.catch_up(now=utc_now())
        memory = Memory.of(place.folder, now=utc_now())
        with house.server(place, lock) as process:
            if not memory.finished:
                _load(place, memory, console)
            db.session.remove()
            db.engine.dispose()
            yield process


def _load(place: House, memory: Memory, console: Console) -> None:
    console.print("Loading the demonstration programme; this takes a minute or two, once.")
    pool = _painters()
    try:
        with _Shown(console) as shown:
            load(place, memory.anchor, pool, shown)
    finally:
        pool.shutdown(cancel_futures=True)
    memory.finish()


class _Shown:
    """Progress as bars on the terminal."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description:<26}"),
            BarColumn(bar_width=12),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}"),
        )
        self._bars = Bars(*columns, console=console)

    def __enter__(self) -> _Shown:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin(self, title: str, total: int) -> None:
        """Show one more bar."""
        self._task = self._bars.add_task(title, total=total, what="")

    def advance(self, what: str) -> None:
        """Move the newest bar on by one."""
        self._bars.update(self._task, advance=1, what=what)


def welcome(place: House, console: Console) -> None:
    """Say where to look, and who may sign in."""
    told = programme.directory()
    console.print(f"\n[bold]Saksi's demonstration runs at {place.base}/[/bold]  (Ctrl-C stops it)\n")
    for what, path in ADDRESSES:
        console.print(f"  {what:<24}{place.base}{path}", soft_wrap=True)
    console.print(f"\nDemonstration accounts; the password of each is [bold]{told['password']}[/bold]\n")
    accounts = Table.grid(padding=(0, 2))
    for _ in range(2):
        accounts.add_column(no_wrap=True)
    accounts.add_column()
    for person in told["people"]:
        accounts.add_row(f"  {person['role'].replace('_', ' ')}", person["email"], person["shows"])
    console.print(accounts)
    if place.tls:
        invitation = tls.invitation(place.folder, tls.own_addresses(), place.port)
        console.print(f"\n{invitation}", soft_wrap=True, highlight=False)
    console.print(
        f"\nEverything is kept in {place.folder}; `make demo-reset` throws it away.", soft_wrap=True, highlight=False
    )


@contextmanager
def _asked_to_stop() -> Iterator[None]:
    """Take a kill, the end of the terminal and an ignored Ctrl-C for a Ctrl-C: the server must be stopped first."""
    before = {number: signal.signal(number, _as_ctrl_c) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _painters() -> ProcessPoolExecutor:
    """Processes that draw, and that leave Ctrl-C to the process which started them."""
    # Forking a process that has threads is unsafe; a fresh one costs a second.
    pool = ProcessPoolExecutor(PAINTERS, mp_context=get_context("spawn"), initializer=_end_with_parent)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # The first task starts all processes, and they inherit that the signal is ignored.
        pool.submit(int)
    finally:
        signal.signal(signal.SIGINT, before)
    return pool


def _end_with_parent() -> None:
    """Let a painter whose parent was killed end too, rather than wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(process: BaseProcess) -> None:
    process.join()
    os._exit(1)
