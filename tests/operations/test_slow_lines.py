"""A real server and clients that drip: each makes progress, and none of them holds the server for the others."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

import config
from server.db import new_id
from tests.api.calls import good_photo, road_claim
from tests.api.tus_client import OCTETS, UPLOADS, VERSION, about, checksum
from tests.operations.serving import PATIENCE_S, Served, serving

Bearer = Callable[[str], dict[str, str]]
Answer = tuple[int, httpx.Headers, bytes]
PHOTO = good_photo() + bytes(60_000)
TICK_S = 0.1
BYTES_A_TICK = 1500
SHORT = {"SAKSI_PATCH_SECONDS": "2", "SAKSI_FORM_SECONDS": "2", "SAKSI_THREADS": "4"}


class Dripping:
    """One request whose body drips until an answer comes."""

    def __init__(
        self,
        served: Served,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *,
        a_tick: int = BYTES_A_TICK,
    ) -> None:
        told = {"Host": "saksi", "Content-Length": str(len(body))} | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.connection = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S)
        self.connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.answer: Answer | None = None
        self._began = time.monotonic()
        self.took_s = 0.0
        self._drops = iter([body[at : at + a_tick] for at in range(0, len(body), a_tick)])
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    def answered(self) -> Answer:
        """Status, headers and body of the answer, once it is here."""
        self._thread.join(PATIENCE_S)
        assert self.answer is not None, "it was never answered"
        return self.answer

    def status(self) -> int | None:
        """That of its answer; None where the connection was closed on what was still being sent, answer and all."""
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "it was never answered"
        return self.answer[0] if self.answer else None

    def _drip(self) -> None:
        self.connection.settimeout(TICK_S)
        got = b""
        with closing(self.connection):
            while (answer := _whole(got)) is None:
                # Who is being answered sends nothing more; what was answered can be read after the server has closed.
                with suppress(OSError):
                    self.connection.sendall(b"" if got else next(self._drops, b""))
                try:
                    came = self.connection.recv(65_536)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if not came:
                    return
                got += came
        self.answer, self.took_s = answer, time.monotonic() - self._began


def _whole(got: bytes) -> Answer | None:
    """The answer, once all of it is here."""
    head, ended, body = got.partition(b"\r\n\r\n")
    if not ended:
        return None
    status, *lines = head.decode().split("\r\n")
    headers = httpx.Headers(dict(line.split(": ", 1) for line in lines))
    length = int(headers.get("Content-Length", "0"))
    return (int(status.split()[1]), headers, body) if len(body) >= length else None


def problem(answer: Answer) -> tuple[int, str]:
    """Status and name of a refusal."""
    return answer[0], json.loads(answer[2])["type"].removeprefix("/problems/")


class Phone:
    """A person's phone on a slow line."""

    def __init__(self, served: Served, headers: dict[str, str]) -> None:
        self.served, self.headers = served, headers

    def begun(self) -> str:
        """The address of a new upload of the photo."""
        told = {**VERSION, **self.headers, "Upload-Length": str(len(PHOTO)), "Upload-Metadata": self._about()}
        return httpx.post(self.served.address + UPLOADS, headers=told).headers["Location"]

    def begin_with(self, body: bytes, **more: str) -> Dripping:
        """Begin an upload with its first bytes in the same request."""
        told = {"Upload-Length": str(len(PHOTO)), "Upload-Metadata": self._about(), **more}
        return self._send("POST", UPLOADS, told, body)

    def patch(self, path: str, offset: int, **more: str) -> Dripping:
        """Send all that is to come."""
        return self._send("PATCH", path, {"Upload-Offset": str(offset), **more}, PHOTO[offset:])

    def put(self) -> Dripping:
        """Send the photo as a form."""
        request = httpx.Request("PUT", self.served.address, files={"photo": ("a.jpg", PHOTO)}, headers=self.headers)
        told = {name: request.headers[name] for name in ("Content-Type", "Authorization")}
        return Dripping(self.served, "PUT", f"/api/v1/evidence/{new_id()}", told, request.read())

    def head(self, path: str) -> httpx.Response:
        """How far it is."""
        return httpx.head(self.served.address + path, headers=VERSION | self.headers)

    def _send(self, method: str, path: str, told: dict[str, str], body: bytes) -> Dripping:
        return Dripping(self.served, method, path, VERSION | self.headers | {"Content-Type": OCTETS} | told, body)

    def _about(self) -> str:
        return about(new_id(), road_claim())


@pytest.fixture
def served(settings: config.Settings, bearer: Bearer, tmp_path: Path) -> Iterator[Served]:
    """A server of four threads that gives a body two seconds."""
    with serving(settings, tmp_path / "log", **SHORT) as running:
        yield running


@pytest.fixture
def phone(served: Served, bearer: Bearer) -> Phone:
    return Phone(served, bearer("inspector"))


def test_a_photo_on_a_slow_line_comes_in_part_by_part(phone: Phone) -> None:
    path, offset, parts = phone.begun(), 0, 0

    while offset < len(PHOTO):
        sent = phone.patch(path, offset)
        status, headers, _ = sent.answered()
        assert (status, sent.took_s < 6) == (204, True)
        came = int(headers["Upload-Offset"]) - offset
        offset, parts = offset + came, parts + 1
        # All but what was on its way when the time was up.
        assert came > 15_000 or offset == len(PHOTO)
        assert phone.head(path).headers["Upload-Offset"] == str(offset)

    assert 2 <= parts <= 6
    found = httpx.get(phone.served.address + headers["Saksi-Evidence"], headers=phone.headers).json()
    assert found["sha256"] == hashlib.sha256(PHOTO).hexdigest()


def test_the_beginning_that_comes_slowly_with_the_creation_is_kept(phone: Phone) -> None:
    status, headers, _ = phone.begin_with(PHOTO).answered()

    assert status == 201
    assert 0 < int(headers["Upload-Offset"]) < len(PHOTO)
    assert phone.head(headers["Location"]).headers["Upload-Offset"] == headers["Upload-Offset"]


def test_of_what_has_a_checksum_nothing_is_kept_when_its_time_is_up(phone: Phone) -> None:
    path = phone.begun()

    sent = phone.patch(path, 0, **{"Upload-Checksum": checksum(PHOTO)})

    assert problem(sent.answered()) == (408, "too-slow")
    assert phone.head(path).headers["Upload-Offset"] == "0"


def test_a_form_that_comes_too_slowly_is_refused(phone: Phone) -> None:
    sent = phone.put()

    assert problem(sent.answered()) == (408, "too-slow")
    assert sent.took_s < 6


def test_one_person_sends_no_more_than_two_bodies_at_once(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    with serving(settings, tmp_path / "log", SAKSI_PATCH_SECONDS="6", SAKSI_THREADS="12") as served:
        phone, other = Phone(served, bearer("inspector")), Phone(served, bearer("second_inspector"))
        sent = [phone.patch(phone.begun(), 0) for _ in range(5)]
        others = other.patch(other.begun(), 0)

        ends = [each.status() for each in sent]
        assert others.status() == 204

    assert ends.count(204) == 2
    refused = [each.answer for each in sent if each.answer and each.answer[0] != 204]
    assert all(problem(answer) == (503, "too-busy") and int(answer[1]["Retry-After"]) > 0 for answer in refused)
    assert refused, "nobody heard why"


def test_slow_lines_never_hold_more_than_half_the_threads(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    people = ("inspector", "second_inspector", "contractor")
    with serving(settings, tmp_path / "log", SAKSI_PATCH_SECONDS="6", SAKSI_THREADS="4") as served:
        phones = [Phone(served, bearer(name)) for name in people for _ in range(2)]
        paths = [phone.begun() for phone in phones]
        # Begun one after the other: whoever meets two that are long under way is not kept waiting.
        sent = [phone.patch(path, 0) for phone, path in zip(phones, paths, strict=True)]
        time.sleep(2.5)
        began = time.monotonic()
        healthy = httpx.get(f"{served.address}/healthz", timeout=PATIENCE_S).status_code
        waited_s = time.monotonic() - began
        ends = [each.status() for each in sent]

    assert (healthy, waited_s < 1) == (200, True)
    assert ends.count(204) == 2
    assert set(ends) - {204} <= {503, None}
