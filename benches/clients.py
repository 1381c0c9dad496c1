"""Clients that ask a server over HTTP, several at once and in a process of their own, and how long each answer took."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the status with which it is to be answered."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers a second over all clients, and each answer's milliseconds in the order of asking."""

    a_second: float
    latencies_ms: list[float]


def ask(port: int, make: Callable[[], Iterable[Request]], *, clients: int) -> Measured:
    """Send the requests from a forked process, which makes them first, so that they share no lock with anyone.

    Raises:
        RuntimeError: an answer was not as it should be.
    """
    near, far = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_tell, args=(far, port, make, clients))
    child.start()
    far.close()
    answer: Measured | str = near.recv()
    child.join()
    if isinstance(answer, str):
        raise RuntimeError(answer)
    return answer


def _tell(far: Connection, port: int, make: Callable[[], Iterable[Request]], clients: int) -> None:
    try:
        far.send(_send_all(port, list(make()), clients))
    except Exception as error:  # Whatever it is, the parent is waiting for a word.
        far.send(f"{type(error).__name__}: {error}")


def _send_all(port: int, requests: list[Request], clients: int) -> Measured:
    shares = [requests[client::clients] for client in range(clients)]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = [took for share in pool.map(lambda share: _client(port, share), shares) for took in share]
    return Measured(len(requests) / (time.perf_counter() - started), taken)


def _client(port: int, requests: list[Request]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    taken = []
    for request in requests:
        started = time.perf_counter()
        connection.request(request.method, request.path, body=request.body, headers=request.headers)
        response = connection.getresponse()
        answer = response.read()
        taken.append((time.perf_counter() - started) * 1e3)
        if response.status != request.status:
            raise RuntimeError(f"{request.path} was answered {response.status}: {answer[:300]!r}")
    connection.close()
    return taken


def form(fields: dict[str, str], name: str, file: bytes, filename: str = "photo.jpg") -> tuple[dict[str, str], bytes]:
    """The headers and the body of a form with some fields and one JPEG file under ``name``."""
    boundary = "saksi-bench-boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    start = "".join(parts) + head + "Content-Type: image/jpeg\r\n\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return headers, start.encode() + file + f"\r\n--{boundary}--\r\n".encode()
