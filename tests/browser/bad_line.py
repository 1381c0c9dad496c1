"""A line as a phone on a site has it: it breaks at any byte, crawls, and somebody in the middle says "not now".

It is a proxy on this machine alone. Its troubles are a shuffled deck that comes again with the same seed; once the
deck is used up the line is sound, so whoever keeps trying arrives.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

HOST = "127.0.0.1"
CRAWL_BYTES_PER_S = 50_000
PIECE_BYTES = 4096
#: A break falls anywhere in what is sent and in so much of the answer.
ANSWER_BYTES = 1500
PATIENCE_S = 60.0
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/html\r\n"
BUSY_PAGE = b"<h1>503</h1>"
NO_SERVER = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Trouble(StrEnum):
    """What may happen to one request."""

    NONE = "none"
    CUT = "cut"
    CRAWL = "crawl"
    BUSY = "busy"


class BrokenLineError(ConnectionError):
    """This line broke."""


def deck(seed: int, **troubles: int) -> list[Trouble]:
    """So many of each trouble, shuffled."""
    cards = [Trouble(name) for name, count in troubles.items() for _ in range(count)]
    random.Random(seed).shuffle(cards)
    return cards


@dataclass
class Held:
    """One request that is held on its way: in the midst of its body, or with its answer unsaid."""

    where: str
    skip: int
    reached: threading.Event = field(default_factory=threading.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Line:
    """The proxy: where it listens, which server is behind it, and what happened so far."""

    upstream: int
    seed: int = 1
    port: int = 0
    signal: bool = True
    troubles: list[Trouble] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    diary: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._held: Held | None = None
        self._began = time.monotonic()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """The origin at which the phone finds the server."""
        return f"http://{HOST}:{self.port}"

    def hold(self, where: str, *, skip: int = 0) -> Held:
        """Hold the PATCH after the next ``skip`` ones "in the body" or "before the answer", until it is let go."""
        self._held = Held(where, skip)
        return self._held

    def release(self, held: Held) -> None:
        """Let go of what was held; the phone gets no answer to it."""
        self._loop.call_soon_threadsafe(held.let_go.set)

    def run(self, started: threading.Event) -> None:
        """Serve until ``stop``; in a thread of its own."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._taken, HOST, self.port))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._end(server))
        self._loop.close()

    def stop(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError) as error:
            self._note(f"{error!r}")
            writer.transport.abort()
        except asyncio.CancelledError:
            # Only the end of the whole line cancels, and a task that is told so has nothing more to do.
            writer.transport.abort()
        finally:
            writer.close()
            self._under_way.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer; each has a connection of its own, so that a break hits one of them."""
        head = await reader.readuntil(b"\r\n\r\n")
        if not self.signal:
            # Pages are told that they are offline; a browser that is just being closed, and its worker, may still ask.
            raise BrokenLineError("no signal")
        length = _length(head)
        trouble = self._trouble(head)
        self.happened[trouble] += 1
        self._note(f"{head.splitlines()[0].decode()} with {length} bytes: {trouble}")
        if trouble is Trouble.BUSY:
            return await self._busy(reader, writer, length)
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.upstream)
        except OSError:
            self.happened["no server"] += 1
            writer.write(NO_SERVER)
            return await writer.drain()
        try:
            far_writer.write(_one_at_a_time(head))
            held = self._holding(head)
            meter = _Meter(trouble, self._random.randrange(1, length + ANSWER_BYTES))
            await self._send(reader, far_writer, length, meter, held)
            await self._answer(far_reader, writer, meter, held)
        finally:
            far_writer.transport.abort()

    async def _send(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        length: int,
        meter: _Meter,
        held: Held | None,
    ) -> None:
        left = length
        while left:
            piece = await reader.read(min(PIECE_BYTES, left))
            if not piece:
                raise BrokenLineError("the phone hung up")
            left -= len(piece)
            await meter.pass_on(piece, writer)
            if held is not None and held.where == "in the body" and left <= length // 2:
                await self._keep(held)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, meter: _Meter, held: Held | None
    ) -> None:
        first = b""
        while piece := await reader.read(PIECE_BYTES):
            if not first:
                first = piece
                self._note(f"  answered {piece.splitlines()[0]!r}")
            if held is not None:
                await self._keep(held)
            await meter.pass_on(piece, writer)

    async def _keep(self, held: Held) -> None:
        held.reached.set()
        await asyncio.wait_for(held.let_go.wait(), PATIENCE_S)
        raise BrokenLineError("held until the phone gave up")

    def _note(self, text: str) -> None:
        self.diary.append(f"{time.monotonic() - self._began:6.1f} s  {text}")

    async def _busy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
        wait = b"Retry-After: 1\r\n" if self._random.random() < 0.5 else b""
        await reader.readexactly(length)
        writer.write(BUSY + wait + b"Content-Length: %d\r\n\r\n" % len(BUSY_PAGE) + BUSY_PAGE)
        await writer.drain()

    def _trouble(self, head: bytes) -> Trouble:
        """The next card; only what is asked of the API draws one, and what is held has no other trouble."""
        if self._held is not None or b" /api/" not in head.split(b"\r\n", 1)[0] or not self.troubles:
            return Trouble.NONE
        return self.troubles.pop()

    def _holding(self, head: bytes) -> Held | None:
        held = self._held
        if held is None or not head.startswith(b"PATCH "):
            return None
        held.skip -= 1
        if held.skip >= 0:
            return None
        self._held = None
        return held


@dataclass
class _Meter:
    """Passes bytes on at the pace of the line, and breaks it where it is to break."""

    trouble: Trouble
    left: int

    async def pass_on(self, piece: bytes, writer: asyncio.StreamWriter) -> None:
        if self.trouble is Trouble.CUT:
            writer.write(piece[: self.left])
            await writer.drain()
            self.left -= len(piece)
            if self.left <= 0:
                raise BrokenLineError("cut")
            return
        if self.trouble is Trouble.CRAWL:
            await asyncio.sleep(len(piece) / CRAWL_BYTES_PER_S)
        writer.write(piece)
        await writer.drain()


def _length(head: bytes) -> int:
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def _one_at_a_time(head: bytes) -> bytes:
    lines = [line for line in head.split(b"\r\n")[:-2] if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


@contextmanager
def bad_line(upstream: int, seed: int) -> Iterator[Line]:
    """A line to a server on this machine; sound until it is given troubles."""
    line = Line(upstream, seed)
    started = threading.Event()
    thread = threading.Thread(target=line.run, args=(started,), name="bad line")
    thread.start()
    try:
        assert started.wait(PATIENCE_S), "the line did not come up"
        yield line
    except BaseException as error:
        error.add_note("\n".join(["What came over the line:", *line.diary[-80:]]))
        raise
    finally:
        line.stop()
        thread.join(PATIENCE_S)
