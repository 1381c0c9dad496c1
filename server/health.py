"""What a balancer asks: ``/healthz``, is the process alive, and ``/readyz``, can it do its work.

They stand outside the API and its versions. The first asks nobody; the second asks the database and the
store, at most once a second, however many ask.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from evidence.errors import EvidenceError
from evidence.storage.base import OriginalStore, key_for
from evidence.storage.local import LocalStore
from server import migrate
from server.access import PUBLIC, declare
from server.db import db
from server.engines import engines
from server.problems import Problem

KEPT_S = 1.0
PATIENCE_S = 2.0
RETRY_AFTER_S = 5
#: No file has this sha256; asking for it shows whether the store answers.
NO_ORIGINAL = key_for("0" * 64)


class Kept:
    """One answer, asked for anew when it is older than ``KEPT_S``; meanwhile others wait for it, but not for ever.

    Where the store hangs, one thread waits for it and the others say so: balancers ask again and again.
    """

    def __init__(self, ask: Callable[[], list[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._answer: list[str] = []

    def __call__(self) -> list[str]:
        """The answer, at most ``KEPT_S`` old."""
        if not self._lock.acquire(timeout=PATIENCE_S):
            return ["What was asked of the database and the store is not answered yet."]
        try:
            if self._clock() >= self._until:
                self._answer = self._ask()
                self._until = self._clock() + KEPT_S
            return self._answer
        finally:
            self._lock.release()


def register(app: Flask) -> None:
    """Open both addresses."""
    kept = Kept(_troubles)

    @app.get("/healthz")
    @declare(PUBLIC)
    def healthz() -> Response:
        """The process is alive; nobody else is asked."""
        return _told({"status": "alive"})

    @app.get("/readyz")
    @declare(PUBLIC)
    def readyz() -> Response:
        """Whether the database, its tables and the store are there."""
        troubles = kept()
        if troubles:
            raise Problem("not-ready", " ".join(troubles), headers={"Retry-After": str(RETRY_AFTER_S)})
        return _told({"status": "ready"})


def database_trouble() -> str | None:
    """What keeps the database from being worked with, in one sentence; None where nothing does."""
    try:
        current = migrate.is_current(db.engine)
    except SQLAlchemyError:
        return "The database does not answer."
    return None if current else "The database's tables are not the newest: run saksi migrate."


def store_trouble(store: OriginalStore) -> str | None:
    """What keeps the store from being read, in one sentence; None where nothing does."""
    try:
        if isinstance(store, LocalStore):
            store.incoming_folder.stat()
        store.exists(NO_ORIGINAL)
    except (OSError, EvidenceError):
        return "The store for photos does not answer."
    return None


def _troubles() -> list[str]:
    return [trouble for trouble in (database_trouble(), store_trouble(engines().store)) if trouble]


def _told(document: dict[str, str]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response
