"""What an operator should know before the server is started: each part looked at, with a verdict and advice."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import simplejpeg
import sqlalchemy as sa
from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from config import Settings, SettingsError
from evidence import credentials
from evidence.credentials import CredentialsError, Facts
from evidence.errors import BucketUnfitError, EvidenceError
from evidence.storage.local import LocalStore
from server import health, jobs, postgres
from server.db import db, reading
from server.engines import Engines
from server.models import CustodyEvent
from server.services import log_reading
from server.stores import s3_client
from server.times import iso, utc_now

GIBIBYTE = 1 << 30
LEAST_FREE = GIBIBYTE
LITTLE_FREE = 0.1
LEAST_SECRET = 32
MOST_OFFSET_S = 2.0
#: HTTP tells the time without its fraction.
WHOLE_SECOND = 1.0
#: The name of a copy that no photo has.
PROBE = f"{'0' * 64}/check.bin"
#: How long before its end a certificate that was given should be renewed.
SIGNER_RENEWAL = timedelta(days=30)
#: A picture of one pixel and what a copy of it would say, to try whether the certificate can sign.
TINY_JPEG = simplejpeg.encode_jpeg(np.zeros((1, 1, 3), np.uint8))
PROBE_FACTS = Facts(str(UUID(int=0)), "0" * 64, "image/jpeg", "", "", "", {}, 0)
#: What a commit must wait for, so that an acknowledged photo outlives a power cut (PostgreSQL's manual, 20.5).
DURABLE = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply", "remote_write"}}

REPLICATION = sa.text(
    "SELECT pg_is_in_recovery(), coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)"
)


class Verdict(StrEnum):
    """Good, worth a look, or not to be served with."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: what was found, and what to do about it where it is not as it should be."""

    part: str
    verdict: Verdict
    found: str
    advice: str = ""


def look(engines: Engines) -> Iterator[Line]:
    """Look at every part of the installation, inside an application context; a part that breaks is a fault."""
    parts: tuple[Callable[[Engines], Iterator[Line]], ...] = (
        _settings,
        _policies,
        _credentials,
        _database,
        _replica,
        _store,
        _clock,
        _disk,
    )
    for part in parts:
        try:
            yield from part(engines)
        except (SQLAlchemyError, EvidenceError, OSError) as error:
            told = str(error).splitlines()[0]
            yield Line(part.__name__.strip("_"), Verdict.FAULT, told, "Mend this first; the rest depends on it.")
        finally:
            reading().rollback()


def _settings(engines: Engines) -> Iterator[Line]:
    key = engines.settings.secret_key
    strong = len(key) >= LEAST_SECRET and len(set(key)) >= 10
    advice = f"Set SAKSI_SECRET_KEY to at least {LEAST_SECRET} random characters; people then sign in anew."
    yield _line("secret key", strong, f"{len(key)} characters", advice)
    if not engines.settings.cookie_secure:
        advice = "Leave SAKSI_COOKIE_SECURE out, unless this is your own machine without TLS."
        yield Line("cookies", Verdict.WARNING, "they are sent without TLS", advice)


def _credentials(engines: Engines) -> Iterator[Line]:
    """Whether public copies can be signed, for how long, and whose Content Credentials are believed."""
    yield _signer(engines, now=utc_now())
    trusted = engines.settings.credentials.trusted
    if trusted is not None:
        yield _trust_list(trusted, now=utc_now())


def _signer(engines: Engines, *, now: datetime) -> Line:
    part = "signer of copies"
    try:
        its = engines.signer.signing(now=now)
        credentials.sign(TINY_JPEG, PROBE_FACTS, replace(its.signer, time_stamps=None))
    except (SettingsError, CredentialsError) as error:
        advice = "Mend SAKSI_C2PA_CERTIFICATE and SAKSI_C2PA_KEY, or leave them out; see docs/content-credentials.md."
        return Line(part, Verdict.FAULT, str(error), advice)
    found = f"{'its own certificate' if its.own else 'the certificate that was given'}, valid until {iso(its.until)}"
    advice = "Put a renewed certificate in SAKSI_C2PA_CERTIFICATE and restart."
    if its.until < now:
        return Line(part, Verdict.FAULT, f"{found}: it has run out", advice)
    return _line(part, its.until > now + SIGNER_RENEWAL, found, advice, Verdict.WARNING)


def _trust_list(path: Path, *, now: datetime) -> Line:
    part, advice = "trust list", "Put the list of certificates (PEM) there that SAKSI_C2PA_TRUSTED names, and restart."
    try:
        anchors = x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        return Line(part, Verdict.FAULT, f"{path} holds no certificate", advice)
    over = sum(each.not_valid_after_utc < now for each in anchors)
    found = f"{len(anchors)} certificates, {over} of them have run out"
    return _line(part, over < len(anchors), found, advice, Verdict.WARNING)


def _policies(engines: Engines) -> Iterator[Line]:
    # A fault in one stops every command before this one begins.
    yield Line("policies", Verdict.OK, f"{engines.settings.policies_root} has no fault")


def _database(_engines: Engines) -> Iterator[Line]:
    dialect = db.engine.dialect
    with db.engine.connect() as connection:
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
        yield Line("database", Verdict.OK, f"{dialect.name} {version} answers")
        yield from _durability(connection)
    trouble = health.database_trouble()
    yield _line("tables", trouble is None, trouble or "the newest", "Run saksi migrate.")
    if trouble is None:
        yield from _writable()
        dead = jobs.counts(reading()).dead
        yield _line("jobs", dead == 0, f"{dead} dead", "See saksi jobs; then saksi jobs retry ID.", Verdict.WARNING)
        yield _custody_log()


def _custody_log() -> Line:
    """Whether events get their place in the tree; until then an operator could change one without a trace in it."""
    since = log_reading.waiting_since()
    found = "every event has its place" if since is None else f"an event has waited for its place since {iso(since)}"
    advice = (
        "They get it where jobs are done: saksi serve, on PostgreSQL saksi worker. If that runs, saksi log sequence "
        "says why they do not; then run saksi audit."
    )
    prompt = since is None or (utc_now() - since).total_seconds() <= log_reading.PROMISED_S
    return _line("custody log", prompt, found, advice, Verdict.WARNING)


def _replica(engines: Engines) -> Iterator[Line]:
    """The copy for readers itself, and not the database to which readers fall back where it is away."""
    limits = engines.settings.database
    if limits.replica_url is None:
        return
    arguments = postgres.connect_arguments(limits, read_only=True)
    alone = sa.create_engine(postgres.url_of(limits.replica_url), poolclass=sa.NullPool, connect_args=arguments)
    try:
        with alone.connect() as connection:
            follows, behind_s = connection.execute(REPLICATION).one()
    except SQLAlchemyError:
        advice = (
            "Public pages are read from the database itself meanwhile; see to the copy or SAKSI_DATABASE_REPLICA_URL."
        )
        yield Line("replica", Verdict.FAULT, "it does not answer", advice)
        return
    advice = "SAKSI_DATABASE_REPLICA_URL should be a server that follows the one in SAKSI_DATABASE_URL."
    found = f"it follows, {behind_s:.0f} s since the last change" if follows else "it follows no other server"
    yield _line("replica", follows, found, advice, Verdict.WARNING)


def _writable() -> Iterator[Line]:
    """A write that is undone: the lock is taken, the row is changed, nothing stays."""
    with db.engine.connect().execution_options(saksi_writes=True) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
        connection.rollback()
    yield Line("writing", Verdict.OK, "the database takes changes")


def _durability(connection: sa.Connection) -> Iterator[Line]:
    if connection.dialect.name == "sqlite":
        mode, level = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        )
        kept = (mode, level) == ("wal", 2)
        advice = "Keep the file on a local disk; network file systems have no write-ahead log."
        yield _line("durability", kept, f"journal_mode {mode}, synchronous {level}", advice)
        return
    told: dict[str, Any] = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in DURABLE}
    kept = all(told[name] in good for name, good in DURABLE.items())
    found = ", ".join(f"{name} {value}" for name, value in told.items())
    yield _line("durability", kept, found, "Set all three to on: what is acknowledged must outlive a power cut.")


def _store(engines: Engines) -> Iterator[Line]:
    if engines.settings.s3 is not None:
        yield from _buckets(engines.settings)
    written = secrets.token_bytes(64)
    began = time.perf_counter()
    engines.store.put_copy(PROBE, written)
    with engines.store.open_copy(PROBE) as copy:
        same = copy.read() == written
    found = f"a copy written and read in {(time.perf_counter() - began) * 1000:.0f} ms" if same else "reads other bytes"
    yield _line("store", same, found, "Do not serve with a store that changes what it keeps.")


def _buckets(settings: Settings) -> Iterator[Line]:
    from evidence.storage import s3_buckets  # noqa: PLC0415 (boto3 is loaded where S3 is used)

    assert settings.s3 is not None  # noqa: S101 (the caller asked)
    s3 = settings.s3
    try:
        its = s3_buckets.examine(s3_client(s3, connections=1), bucket=s3.bucket, copies_bucket=s3.copies_bucket)
    except BucketUnfitError as error:
        yield Line(
            "buckets", Verdict.FAULT, str(error), "Run saksi storage prepare; it makes buckets that are not there."
        )
        return
    yield Line("buckets", Verdict.OK, f"{s3.bucket} is versioned and locked, {s3.copies_bucket} is not")
    yield _agreement("clock of S3", its, utc_now(), MOST_OFFSET_S + WHOLE_SECOND)


def _agreement(part: str, its: datetime, ours: datetime, most_s: float) -> Line:
    offset = (its - ours).total_seconds()
    found = f"{offset:+.1f} s from ours"
    return _line(part, abs(offset) <= most_s, found, "Let NTP keep both.", Verdict.WARNING)


def _clock(_engines: Engines) -> Iterator[Line]:
    now = utc_now()
    # Without the tables there is no record to compare with, which is no fault of the clock.
    recorded = sa.inspect(db.engine).has_table(CustodyEvent.__tablename__)
    query = sa.select(CustodyEvent.at).order_by(CustodyEvent.sequence.desc()).limit(1)
    newest = reading().scalar(query) if recorded else None
    behind = newest is not None and newest > now + timedelta(seconds=MOST_OFFSET_S)
    found = f"{iso(now)}, the newest record is of {iso(newest)}" if newest else f"{iso(now)}"
    yield _line("clock", not behind, found, "The clock is behind the records: set it, and let NTP keep it.")
    if db.engine.dialect.name == "postgresql":
        its = reading().execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        yield _agreement("clock of database", its, utc_now(), MOST_OFFSET_S)


def _disk(engines: Engines) -> Iterator[Line]:
    roots = {"disk": engines.settings.data_root}
    if isinstance(engines.store, LocalStore):
        roots["disk of photos"] = engines.settings.originals_root
    for part, root in roots.items():
        usage = shutil.disk_usage(root)
        found = f"{usage.free / GIBIBYTE:.1f} GiB free of {usage.total / GIBIBYTE:.1f}"
        little = usage.free < LITTLE_FREE * usage.total
        bad = Verdict.FAULT if usage.free < LEAST_FREE else Verdict.WARNING
        yield _line(part, not little and bad is Verdict.WARNING, found, "Make room: a full disk takes no photo.", bad)


def _line(part: str, good: bool, found: str, advice: str, bad: Verdict = Verdict.FAULT) -> Line:
    return Line(part, Verdict.OK, found) if good else Line(part, bad, found, advice)
