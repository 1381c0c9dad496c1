"""Phones that behave: each photo is sent under its own id until it is acknowledged, and every answer is noted.

A phone that gets no answer, or is told to come again, sends the very same photo once more; only it waits for
a quarter of a second where a real one waits as long as ``Retry-After`` says.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx

from server.db import new_id
from tests.photos import jpeg
from tests.programme import ON_SITE

#: How many photos come in while things break; fewer are for trying by hand.
PHOTOS = int(os.environ.get("SAKSI_FAULT_PHOTOS", "600"))
PHONES = 8
AGAIN_S = 0.25
LONGEST_S = 60.0
ACKNOWLEDGED = frozenset({200, 201})
CLAIM = json.dumps({"project": "ROAD-1", "stage": "during"})


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that waits on a phone."""

    id: UUID
    data: bytes
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> Self:
        """A photo that was just taken."""
        return cls(new_id(), data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one sending; ``status`` is None where nothing did. Times are of the monotonic clock."""

    status: int | None
    retry_after: str | None
    sent_at: float
    ended_at: float
    said: str

    @property
    def took_s(self) -> float:
        """How long the phone waited for it."""
        return self.ended_at - self.sent_at


def different_photos(count: int) -> list[Photo]:
    """Small photos of the road, each taken a second before the one before."""
    latitude, longitude = ON_SITE
    now = datetime.now(UTC)
    return [
        Photo.of(jpeg(latitude=latitude, longitude=longitude, taken=now - timedelta(seconds=number), shade=number))
        for number in range(count)
    ]


class Phones:
    """Several phones of one inspector, which share the photos to be sent."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self._address, self._headers = address, headers
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(PHONES, thread_name_prefix="phone")
        self._sending: list[Future[None]] = []
        #: What was acknowledged, with the sha256 of what was sent; written by the phones.
        self.acknowledged: dict[UUID, str] = {}
        self.answers: list[Answer] = []

    def begin(self, photos: list[Photo]) -> None:
        """Send these in the background."""
        waiting, taking = iter(photos), threading.Lock()
        self._sending += [self._pool.submit(self._send_all, waiting, taking) for _ in range(PHONES)]

    def finish(self) -> None:
        """Wait until every photo is acknowledged."""
        for sending in self._sending:
            sending.result()
        self._sending.clear()

    def send(self, photos: list[Photo]) -> None:
        """Send these until each is acknowledged."""
        self.begin(photos)
        self.finish()

    def send_once(self, photo: Photo) -> Answer:
        """Send one photo a single time, whatever comes back."""
        with httpx.Client(timeout=LONGEST_S) as client:
            return self._send(client, photo)

    @property
    def statuses(self) -> Counter[int | None]:
        """How often each status came back; None counts the sendings that had no answer."""
        return Counter(answer.status for answer in self.answers)

    def strange_answers(self) -> list[str]:
        """The answers that are neither an acknowledgement nor a request to come again with the time to wait."""
        return [
            f"{answer.status} {answer.said}"
            for answer in self.answers
            if answer.status not in {None, *ACKNOWLEDGED} and not (answer.status == 503 and answer.retry_after)
        ]

    def _send_all(self, waiting: Iterator[Photo], taking: threading.Lock) -> None:
        with httpx.Client(timeout=LONGEST_S) as client:
            while not self._over.is_set():
                with taking:
                    photo = next(waiting, None)
                if photo is None:
                    return
                while self._send(client, photo).status not in ACKNOWLEDGED and not self._over.wait(AGAIN_S):
                    pass

    def _send(self, client: httpx.Client, photo: Photo) -> Answer:
        sent_at = time.monotonic()
        try:
            response = client.put(
                f"{self._address}/api/v1/evidence/{photo.id}",
                headers=self._headers,
                files={"photo": ("IMG_0001.jpg", photo.data, "image/jpeg")},
                data={"claim": CLAIM},
            )
        except httpx.TransportError as error:
            answer = Answer(None, None, sent_at, time.monotonic(), repr(error))
        else:
            again = response.headers.get("Retry-After")
            answer = Answer(response.status_code, again, sent_at, time.monotonic(), response.text[:500])
            if response.status_code in ACKNOWLEDGED:
                self.acknowledged[photo.id] = photo.sha256
        self.answers.append(answer)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._pool.shutdown()
        # Shown where the test failed, and by pytest -rP.
        print(f"{len(self.acknowledged)} photos acknowledged; answers by status: {dict(self.statuses)}")
