"""Which store keeps the photos: the one place that turns settings into one.

Whoever uses a store knows only the contract in ``evidence.storage.base``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from config import S3Settings, Settings
from evidence.errors import StoreAwayError
from evidence.storage.base import OriginalStore
from evidence.storage.local import LocalStore
from server.times import utc_now

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LOG = logging.getLogger("saksi")
#: Connections that commands and jobs need beside the threads of requests.
MORE_CONNECTIONS = 2
EVERY_S = 3600.0


def store_of(settings: Settings) -> OriginalStore:
    """The S3 service where one is named, else the folder of this installation; made, but not yet asked anything."""
    if settings.s3 is None:
        return LocalStore(settings.originals_root)
    # boto3 takes a fifth of a second and tens of megabytes, which the embedded store need not pay.
    from evidence.storage.s3 import S3Store  # noqa: PLC0415

    return S3Store(
        s3_client(settings.s3, connections=settings.threads + settings.job_threads + MORE_CONNECTIONS),
        bucket=settings.s3.bucket,
        copies_bucket=settings.s3.copies_bucket,
        prefix=settings.s3.prefix,
        retention=timedelta(days=settings.s3.retention_days),
        folder=settings.data_root / "incoming",
    )


def s3_client(s3: S3Settings, *, connections: int) -> S3Client:
    """A client of the named S3 service."""
    from evidence.storage.s3 import connect  # noqa: PLC0415 (see above)

    return connect(
        endpoint=s3.endpoint,
        region=s3.region,
        access_key=s3.access_key,
        secret_key=s3.secret_key,
        connect_s=s3.connect_seconds,
        read_s=s3.read_seconds,
        connections=connections,
    )


def keep_swept(
    store: OriginalStore, stop: threading.Event, expired: Callable[[datetime], object] = lambda _now: None
) -> None:
    """Take away what killed uploads left, now and every hour until ``stop`` is set; beside a serving process's work.

    ``expired`` does the same for those that are on record and nobody went on with.
    """
    while True:
        try:
            _sweep_all(store, expired, now=utc_now())
        except Exception:
            LOG.exception("what unfinished uploads left was not swept away; the next time is in an hour")
        if stop.wait(EVERY_S):
            return


def _sweep_all(store: OriginalStore, expired: Callable[[datetime], object], *, now: datetime) -> None:
    sweep(store, now=now)
    try:
        expired(now)
    except SQLAlchemyError as error:
        LOG.warning("expired uploads were not looked for, the database does not answer: %s", error)


def sweep(store: OriginalStore, *, now: datetime) -> None:
    """Take away what killed uploads left; a store that is away is asked again the next time."""
    try:
        store.sweep(now)
    except StoreAwayError as error:
        LOG.warning("what killed uploads left was not looked for, the store is away: %s", error)
