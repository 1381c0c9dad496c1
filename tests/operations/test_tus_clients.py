"""Real clients of tus against a real server, over lines that break and a server that is killed."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from tusclient.client import TusClient
from tusclient.uploader import Uploader

import config
from server.db import new_id
from tests.api.tus_client import OCTETS, UPLOADS, VERSION, about
from tests.operations.serving import PATIENCE_S, Served, photo, serving

Bearer = Callable[[str], dict[str, str]]
#: As large as a phone's.
SIZE = 1_400_000
CUT_EVERY = 64 * 1024
#: What a break costs: less than the server reads at once.
LOST_BYTES = 16 * 1024


def large_photo() -> bytes:
    start = photo(1)
    return start + bytes(range(256)) * ((SIZE - len(start)) // 256) + bytes((SIZE - len(start)) % 256)


LARGE = large_photo()


def uploader(served: Served, headers: dict[str, str], **told: object) -> Uploader:
    """tuspy's, with the large photo."""
    client = TusClient(f"{served.address}{UPLOADS}", headers=dict(headers))
    return client.uploader(**{"file_stream": BytesIO(LARGE), "chunk_size": 300_000} | told)


def metadata(evidence_id: UUID) -> dict[str, str]:
    return {"evidence_id": str(evidence_id), "claim": '{"project": "ROAD-1", "stage": "during"}', "filename": "a.jpg"}


def head(served: Served, headers: dict[str, str], address: str) -> httpx.Headers:
    answer = httpx.head(f"{served.address}{httpx.URL(address).path}", headers=VERSION | headers, timeout=60)
    assert answer.status_code == 200, answer
    return answer.headers


def assert_arrived(served: Served, headers: dict[str, str], evidence: str) -> None:
    """The evidence is on record, and its original is the photo byte by byte."""
    original = httpx.get(f"{served.address}{evidence}/original", headers=headers, timeout=60)
    assert original.status_code == 200
    assert hashlib.sha256(original.content).digest() == hashlib.sha256(LARGE).digest()


def begin(served: Served, headers: dict[str, str]) -> str:
    told = VERSION | headers | {"Upload-Length": str(SIZE), "Upload-Metadata": about(new_id(), {"project": "ROAD-1"})}
    return httpx.post(f"{served.address}{UPLOADS}", headers=told, timeout=60).headers["Location"]


@contextmanager
def sending(served: Served, headers: dict[str, str], address: str, at: int, until: int) -> Iterator[socket.socket]:
    """A PATCH that announces all that is left, and sends it only up to a byte; cut off at the end of the block."""
    told = VERSION | headers | {"Upload-Offset": str(at), "Content-Type": OCTETS, "Content-Length": str(SIZE - at)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as connection:
        connection.sendall(f"PATCH {address} HTTP/1.1\r\nHost: here\r\n{lines}\r\n".encode() + LARGE[at:until])
        yield connection


def wait_until_it_stands(served: Served, headers: dict[str, str], address: str, least: int) -> int:
    """The upload's offset, once the server has seen the break."""
    until = time.monotonic() + PATIENCE_S
    while (at := int(head(served, headers, address)["Upload-Offset"])) <= least - LOST_BYTES:
        assert time.monotonic() < until, (at, least)
        time.sleep(0.02)
    return at


def test_tuspy_sends_a_photo_in_chunks(settings: config.Settings, bearer: Bearer, tmp_path: Path) -> None:
    headers, evidence_id = bearer("inspector"), new_id()
    with serving(settings, tmp_path / "log") as served:
        uploader(served, headers, metadata=metadata(evidence_id)).upload()

        assert_arrived(served, headers, f"/api/v1/evidence/{evidence_id}")


def test_tuspy_that_says_nothing_of_the_photo_and_sends_checksums(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log") as served:
        sent = uploader(served, headers, upload_checksum=True)
        sent.upload()

        assert_arrived(served, headers, head(served, headers, sent.url)["Saksi-Evidence"])


def test_tuspy_goes_on_after_a_cut_at_every_64_kb(settings: config.Settings, bearer: Bearer, tmp_path: Path) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log") as served:
        for cut in range(0, SIZE, CUT_EVERY):
            address = begin(served, headers)
            with sending(served, headers, address, 0, cut):
                pass
            wait_until_it_stands(served, headers, address, cut)
            resumed = uploader(served, headers, url=f"{served.address}{address}", chunk_size=SIZE)
            resumed.upload()

            assert resumed.offset == SIZE
            assert_arrived(served, headers, head(served, headers, address)["Saksi-Evidence"])


def test_one_photo_over_a_line_that_breaks_at_every_64_kb(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log") as served:
        address, at = begin(served, headers), 0
        while at < SIZE:
            until = min(at + CUT_EVERY, SIZE)
            with sending(served, headers, address, at, until):
                pass
            at = wait_until_it_stands(served, headers, address, until)

        assert_arrived(served, headers, head(served, headers, address)["Saksi-Evidence"])


@pytest.mark.parametrize("sent", [200_000, 1_300_000])
def test_a_server_killed_in_the_middle_goes_on_where_it_was(
    settings: config.Settings, bearer: Bearer, tmp_path: Path, sent: int
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log") as served:
        address = begin(served, headers)
        first = uploader(served, headers, url=f"{served.address}{address}", chunk_size=100_000)
        first.upload_chunk()
        with sending(served, headers, address, 100_000, sent):
            if sent > 1_200_000:
                wait_until_it_stands(served, headers, address, 1_100_000)
            served.kill()

    with serving(settings, tmp_path / "log") as served:
        at = int(head(served, headers, address)["Upload-Offset"])
        assert at >= 100_000, "what was acknowledged is there"
        uploader(served, headers, url=f"{served.address}{address}").upload()

        assert_arrived(served, headers, head(served, headers, address)["Saksi-Evidence"])


def test_what_a_slow_line_brought_before_it_was_cut_off_is_kept(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_SLOW_BODY_SECONDS="2") as served:
        address = begin(served, headers)
        with sending(served, headers, address, 0, 60_000):
            wait_until_it_stands(served, headers, address, 60_000)

        assert any("cut off" in line for line in served.lines())
