"""Clients that send so slowly that they would hold a thread for ever are cut off.

A thread that reads a body waits inside the server (granian), which bounds the time for a request's head but
not for its body. Whoever waits for one piece longer than the patience allows has a client that sends less
than ``PIECE_BYTES`` in that time; every connection that moved as little in either direction is then closed,
and the waiting thread goes on as after any broken connection. A connection that nobody uses at the moment
may be closed with them, which its client must bear anyhow. Linux alone tells what a connection moved;
elsewhere nothing is cut off.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

LOG = logging.getLogger("saksi.slow_clients")
#: Werkzeug reads a form in pieces of this size, and granian waits until a piece is whole.
PIECE_BYTES = 64 * 1024
TICK_S = 1.0
#: Where ``tcpi_bytes_acked`` and ``tcpi_bytes_received`` stand in ``struct tcp_info`` (linux/tcp.h).
_MOVED = struct.Struct("=120xQQ")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SlowClients:
    """A WSGI application around another one, which notes how long each read of a body lasts."""

    def __init__(self, application: Application, *, port: int, patience_s: float) -> None:
        self._application = application
        self._port = port
        self._patience_s = patience_s
        self._waiting: dict[int, float] = {}
        self._tick_s = min(TICK_S, patience_s / 4)
        self._looks: list[tuple[float, dict[int, int]]] = []
        self._since: dict[int, float] = {}

    def watch(self) -> None:
        """Look after this process's connections from now on."""
        if sys.platform == "linux":
            threading.Thread(target=self._watch, name="slow-clients", daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self._waiting)
        return self._application(environ, start_response)

    def _watch(self) -> None:
        while True:
            time.sleep(self._tick_s)
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        """Note what each connection moved so far, and cut off the slow ones if a thread waits too long."""
        moved = {inode: total for _connection, inode, total in _connections(self._port)}
        self._looks = [(when, seen) for when, seen in self._looks if when >= now - self._patience_s - 2 * self._tick_s]
        self._looks.append((now, moved))
        self._since = {inode: self._since.get(inode, now) for inode in moved}
        overdue = [since for since in self._waiting.copy().values() if since < now - self._patience_s]
        if overdue:
            count = sum(_cut_off(each) for each in _connections(self._port) if self._is_slow(*each[1:], max(overdue)))
            LOG.warning("%d connections were cut off: a body did not come in time", count)

    def _is_slow(self, inode: int, total: int, waiting_since: float) -> bool:
        """Whether a connection moved less than a piece all the while, and may be the one that is waited for.

        One that came after the wait began is waiting for a thread itself.
        """
        _when, before = self._looks[0]
        came_before = self._since.get(inode, float("inf")) <= waiting_since + self._tick_s
        return came_before and total - before.get(inode, 0) < PIECE_BYTES


class _Body:
    """A request's body; while a read waits, the time since when stands among those that wait."""

    def __init__(self, body: Any, waiting: dict[int, float]) -> None:
        self._body = body
        self._waiting = waiting

    def read(self, size: int = -1) -> bytes:
        """Read as the server does."""
        me = id(self)
        self._waiting[me] = time.monotonic()
        try:
            data: bytes = self._body.read(size)
            return data
        finally:
            del self._waiting[me]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)


def _cut_off(found: tuple[socket.socket, int, int]) -> bool:
    with suppress(OSError):
        found[0].shutdown(socket.SHUT_RDWR)
        return True
    return False


def _connections(port: int) -> Iterator[tuple[socket.socket, int, int]]:
    """Each connection that this process accepted on ``port``: itself, its inode, and the bytes it moved."""
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError), _copy_of(int(each.name)) as connection:
            if connection.family not in {socket.AF_INET, socket.AF_INET6} or connection.getsockname()[1] != port:
                continue
            connection.getpeername()
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _MOVED.size)
            yield connection, os.fstat(connection.fileno()).st_ino, sum(_MOVED.unpack(told))


def _copy_of(descriptor: int) -> socket.socket:
    """A connection of the server's as one of ours to close, which cannot be reused under us.

    Nothing but a socket is ever closed here: who closes any descriptor of a file gives up all locks that the
    process has on it (POSIX, fcntl), and SQLite without its locks loses what is committed next.

    Raises:
        OSError: it is no connection, or is gone already.
    """
    if not _is_socket(descriptor):
        raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        # Where the number became a file's a moment ago, the copy stays open: it costs less than the locks.
        if _is_socket(copy):
            os.close(copy)
        raise


def _is_socket(descriptor: int) -> bool:
    return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
