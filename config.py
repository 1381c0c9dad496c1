"""Every setting of Saksi, typed and frozen; the only reader of the environment.

``load`` turns ``SAKSI_*`` variables into one ``Settings`` value. The defaults are the embedded
engines: a SQLite file and a folder under ``var/``, in one process.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
MEBIBYTE = 1024 * 1024
#: What the tests and the benches read for themselves.
NOT_OURS = ("TEST_", "BENCH_", "FUZZ", "FAULT_", "CORPUS")
PREFIX = "SAKSI_"
#: It stands in a response header, so nothing may end the header or begin another rule.
BASE_MAP = re.compile(r"https?://[A-Za-z0-9.:_-]+/[^\s;,'\"]*")

#: The name of the custody log: what C2SP takes for the name of a key.
LOG_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/-]{0,99}", re.ASCII)


class SettingsError(ValueError):
    """A ``SAKSI_*`` variable holds something that cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """How ``saksi serve`` runs: its processes, its queue of connections, and how long it may take to stop.

    A part of a resumable upload and the form of a photo may be ``patch_seconds`` and ``form_seconds`` in coming.
    ``tls_host`` is where it listens with a certificate of its own making, which is for phones on the same network.
    ``proxies`` is how many in front of it may say for whom they ask, and over what; anyone may claim the rest.
    ``hosts`` are the names it answers to (``.example.org`` with those below it); none named, it answers to any.
    """

    workers: int = 1
    backlog: int = 1024
    stop_seconds: int = 30
    slow_body_seconds: int = 30
    patch_seconds: int = 60
    form_seconds: int = 600
    tls_host: str = "0.0.0.0"  # noqa: S104
    proxies: int = 0
    hosts: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """The name by which this server is known, the first that is one host's; None where none is named."""
        return next((host for host in self.hosts if not host.startswith(".")), None)


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What a running process tells of itself; ``metrics_port`` and ``otlp_endpoint`` are None where it is silent.

    ``log_format`` is ``text``, ``json``, or ``auto``: text on a terminal, JSON elsewhere.
    """

    log_format: str = "auto"
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    otlp_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class S3Settings:
    """The S3 service that keeps photos; without keys, boto3 finds its own. ``prefix`` is empty or ends with a slash."""

    bucket: str
    copies_bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None
    prefix: str = ""
    retention_days: int = 3653
    connect_seconds: int = 3
    read_seconds: int = 10


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """How long PostgreSQL may take, and the copy that the public reads from, None where there is none.

    SQLite needs none of it.
    """

    replica_url: str | None = None
    connect_seconds: int = 5
    statement_seconds: int = 30
    lock_seconds: int = 10
    idle_seconds: int = 60


@dataclass(frozen=True, slots=True)
class MapSettings:
    """The map under ours: the address of its picture tiles with ``{z}``, ``{x}`` and ``{y}``, and whose it is.

    Without an address there is none, and maps show what Saksi itself knows.
    """

    tiles: str | None = None
    attribution: str = ""
    max_zoom: int = 19

    @property
    def origin(self) -> str | None:
        """Where a browser must be let go for the tiles: scheme, host and port."""
        if self.tiles is None:
            return None
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What is hidden in the copies that the public sees, in per cent.

    An area is hidden from a score of ``face_threshold`` on, with ``face_padding`` of its width and height around it.
    """

    face_threshold: int = 20
    face_padding: int = 30


@dataclass(frozen=True, slots=True)
class CredentialsSettings:
    """Content Credentials (C2PA): whose are believed in photos, and with what public copies are signed.

    ``trusted`` is a file of certificates (PEM) under which signers are trusted, and ``purposes`` what theirs may be for
    (OIDs of extended key usage) beside what C2PA itself names. Without ``certificate`` and ``key`` (PEM; the
    certificate first, then those up to its root) this installation makes its own. ``time_stamps`` is an RFC 3161
    authority, asked at every signature; none is asked without it.
    """

    trusted: Path | None = None
    purposes: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    time_stamps: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; sizes in bytes, spans of time in the unit their name ends with.

    ``receipt_key`` is empty where the data root keeps one; see the function of that name.
    """

    data_root: Path
    database_url: str
    secret_key: str
    receipt_key: str = ""
    #: The key of the custody log's checkpoints, kept as ``receipt_key`` is; its name, made of the key if empty.
    log_key: str = ""
    log_origin: str = ""
    policies_root: Path = ROOT / "policies"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    job_threads: int = 1
    job_lease_seconds: int = 30
    cookie_secure: bool = True
    max_photo_bytes: int = 60 * MEBIBYTE
    max_json_bytes: int = 4 * MEBIBYTE
    token_hours: int = 24 * 7
    sign_in_attempts: int = 8
    sign_in_window_minutes: int = 15
    serving: ServingSettings = field(default_factory=ServingSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
    s3: S3Settings | None = None
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    map: MapSettings = field(default_factory=MapSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    credentials: CredentialsSettings = field(default_factory=CredentialsSettings)
    #: What may be done with what is published, in the words of whoever runs this; empty where nobody said.
    data_licence: str = ""

    @property
    def originals_root(self) -> Path:
        """The folder that holds originals and their copies."""
        return self.data_root / "photos"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environ`` (the process's own when None).

    Raises:
        SettingsError: a variable is unknown, or is not of its type or range.
    """
    source = _Asked(os.environ if environ is None else environ)
    data_root = Path(source.get("SAKSI_DATA_ROOT", str(ROOT / "var"))).resolve()
    settings = Settings(
        data_root=data_root,
        database_url=source.get("SAKSI_DATABASE_URL") or f"sqlite:///{data_root / 'saksi.sqlite3'}",
        secret_key=source.get("SAKSI_SECRET_KEY") or _kept(data_root, "secret.key", 48),
        receipt_key=_key(source, "SAKSI_RECEIPT_KEY"),
        log_key=_key(source, "SAKSI_LOG_KEY"),
        log_origin=_log_origin(source),
        policies_root=Path(source.get("SAKSI_POLICIES_ROOT", str(ROOT / "policies"))),
        host=source.get("SAKSI_HOST", "127.0.0.1"),
        port=_integer(source, "SAKSI_PORT", 8000, least=1, most=65_535),
        threads=_integer(source, "SAKSI_THREADS", 8, least=1, most=256),
        job_threads=_integer(source, "SAKSI_JOB_THREADS", _default_job_threads(source), least=0, most=64),
        # The job of a killed process is to run again within 60 s, looking for it included.
        job_lease_seconds=_integer(source, "SAKSI_JOB_LEASE_SECONDS", 30, least=3, most=45),
        cookie_secure=_switch(source, "SAKSI_COOKIE_SECURE", default=True),
        max_photo_bytes=_integer(source, "SAKSI_MAX_PHOTO_MIB", 60, least=1, most=1024) * MEBIBYTE,
        token_hours=_integer(source, "SAKSI_TOKEN_HOURS", 24 * 7, least=1, most=24 * 90),
        serving=_serving(source),
        telemetry=_telemetry(source),
        s3=_s3(source),
        database=_database(source),
        map=_map(source),
        privacy=PrivacySettings(
            # The detector tells nothing below a tenth.
            face_threshold=_integer(source, "SAKSI_FACE_THRESHOLD", 20, least=10, most=90),
            face_padding=_integer(source, "SAKSI_FACE_PADDING", 30, least=0, most=200),
        ),
        credentials=_credentials(source),
        data_licence=source.get("SAKSI_DATA_LICENCE", "").strip(),
    )
    source.refuse_unknown()
    return settings


class _Asked(Mapping[str, str]):
    """Our part of the environment, which remembers what was asked of it."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._ours = {name: text for name, text in source.items() if name.startswith(PREFIX)}
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self._asked.add(name)
        return self._ours[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ours)

    def __len__(self) -> int:
        return len(self._ours)

    def refuse_unknown(self) -> None:
        """A misspelt name must not pass for a setting that was left out: photos would go where nobody meant them to."""
        for name in sorted(set(self._ours) - self._asked):
            if not name.removeprefix(PREFIX).startswith(NOT_OURS):
                near = difflib.get_close_matches(name, self._asked, n=1)
                raise SettingsError(f"There is no setting {name}." + (f" Is {near[0]} meant?" if near else ""))


def _on_sqlite(source: Mapping[str, str]) -> bool:
    return (source.get("SAKSI_DATABASE_URL") or "sqlite").startswith("sqlite")


def _default_job_threads(source: Mapping[str, str]) -> int:
    """On PostgreSQL jobs are for ``saksi worker``, unless a serving process is told to do some as well."""
    return 1 if _on_sqlite(source) else 0


def _serving(source: Mapping[str, str]) -> ServingSettings:
    workers = _integer(source, "SAKSI_WORKERS", 1, least=1, most=64)
    if workers > 1 and _on_sqlite(source):
        raise SettingsError(
            "SAKSI_WORKERS must be 1 with SQLite: it takes one writer at a time, and the writers of one process "
            "take turns where those of several could only poll. Use PostgreSQL for more."
        )
    return ServingSettings(
        workers=workers,
        backlog=_integer(source, "SAKSI_BACKLOG", 1024, least=128, most=65_535),
        stop_seconds=_integer(source, "SAKSI_STOP_SECONDS", 30, least=1, most=1800),
        slow_body_seconds=_integer(source, "SAKSI_SLOW_BODY_SECONDS", 30, least=2, most=3600),
        patch_seconds=_integer(source, "SAKSI_PATCH_SECONDS", 60, least=1, most=3600),
        form_seconds=_integer(source, "SAKSI_FORM_SECONDS", 600, least=1, most=3600),
        tls_host=source.get("SAKSI_HOST", "0.0.0.0"),  # noqa: S104
        proxies=_integer(source, "SAKSI_PROXIES", 0, least=0, most=8),
        hosts=tuple(name for part in source.get("SAKSI_HOSTS", "").split(",") if (name := part.strip())),
    )


def _telemetry(source: Mapping[str, str]) -> TelemetrySettings:
    log_format = source.get("SAKSI_LOG_FORMAT", "auto")
    if log_format not in {"auto", "text", "json"}:
        raise SettingsError(f"SAKSI_LOG_FORMAT must be auto, text or json, not {log_format!r}")
    port = _integer(source, "SAKSI_METRICS_PORT", 0, least=0, most=65_535)
    return TelemetrySettings(
        log_format=log_format,
        metrics_host=source.get("SAKSI_METRICS_HOST", "127.0.0.1"),
        metrics_port=port or None,
        otlp_endpoint=source.get("SAKSI_OTLP_ENDPOINT") or None,
    )


def _s3(source: Mapping[str, str]) -> S3Settings | None:
    """The S3 service, where a bucket is named; else None, and photos are kept in a folder."""
    bucket = source.get("SAKSI_S3_BUCKET")
    if not bucket:
        alone = [name for name in source if name.startswith(f"{PREFIX}S3_")]
        if alone:
            raise SettingsError(f"{alone[0]} is set and SAKSI_S3_BUCKET is not: photos would go to a folder")
        return None
    access_key, secret_key = source.get("SAKSI_S3_ACCESS_KEY"), source.get("SAKSI_S3_SECRET_KEY")
    if (access_key is None) != (secret_key is None):
        raise SettingsError("SAKSI_S3_ACCESS_KEY and SAKSI_S3_SECRET_KEY come together, or not at all")
    prefix = source.get("SAKSI_S3_PREFIX", "").strip("/")
    copies_bucket = source.get("SAKSI_S3_COPIES_BUCKET") or f"{bucket}-copies"
    if copies_bucket == bucket:
        raise SettingsError("SAKSI_S3_COPIES_BUCKET must be another bucket: what is locked cannot be replaced")
    return S3Settings(
        bucket=bucket,
        copies_bucket=copies_bucket,
        endpoint=source.get("SAKSI_S3_ENDPOINT") or None,
        region=source.get("SAKSI_S3_REGION", "us-east-1"),
        access_key=access_key,
        secret_key=secret_key,
        prefix=f"{prefix}/" if prefix else "",
        retention_days=_integer(source, "SAKSI_S3_RETENTION_DAYS", 3653, least=1, most=36_525),
        connect_seconds=_integer(source, "SAKSI_S3_CONNECT_SECONDS", 3, least=1, most=60),
        read_seconds=_integer(source, "SAKSI_S3_READ_SECONDS", 10, least=1, most=300),
    )


def _map(source: Mapping[str, str]) -> MapSettings:
    """The base map; its tiles may be had without a word of thanks nowhere, so the attribution comes with them."""
    tiles, attribution = source.get("SAKSI_BASE_MAP"), source.get("SAKSI_BASE_MAP_ATTRIBUTION", "").strip()
    max_zoom = _integer(source, "SAKSI_BASE_MAP_MAX_ZOOM", 19, least=1, most=24)
    if not tiles:
        return MapSettings()
    if not BASE_MAP.fullmatch(tiles) or not all(sign in tiles for sign in ("{z}", "{x}", "{y}")):
        raise SettingsError(
            "SAKSI_BASE_MAP must be an address with {z}, {x} and {y}, such as https://tiles.example/{z}/{x}/{y}.png"
        )
    if not attribution:
        raise SettingsError("SAKSI_BASE_MAP_ATTRIBUTION must say whose map SAKSI_BASE_MAP is")
    return MapSettings(tiles, attribution, max_zoom)


def _credentials(source: Mapping[str, str]) -> CredentialsSettings:
    certificate, key = _file(source, "SAKSI_C2PA_CERTIFICATE"), _file(source, "SAKSI_C2PA_KEY")
    if (certificate is None) != (key is None):
        raise SettingsError("SAKSI_C2PA_CERTIFICATE and SAKSI_C2PA_KEY come together, or not at all")
    named = source.get("SAKSI_C2PA_TRUSTED_PURPOSES", "")
    purposes = tuple(name for part in named.split(",") if (name := part.strip()))
    if not all(re.fullmatch(r"[0-2](\.\d+)+", each, re.ASCII) for each in purposes):
        raise SettingsError("SAKSI_C2PA_TRUSTED_PURPOSES must be OIDs with commas between, such as 1.3.6.1.5.5.7.3.4")
    time_stamps = source.get("SAKSI_C2PA_TIME_STAMPS") or None
    if time_stamps is not None and not time_stamps.startswith(("http://", "https://")):
        raise SettingsError("SAKSI_C2PA_TIME_STAMPS must be the address of a time-stamp authority (RFC 3161)")
    return CredentialsSettings(_file(source, "SAKSI_C2PA_TRUSTED"), purposes, certificate, key, time_stamps)


def _file(source: Mapping[str, str], name: str) -> Path | None:
    """The file that a setting names, which must be there to be read."""
    text = source.get(name)
    if not text:
        return None
    path = Path(text).resolve()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise SettingsError(f"{name} names {path}, which is no file that can be read")
    return path


def _database(source: Mapping[str, str]) -> DatabaseSettings:
    replica_url = source.get("SAKSI_DATABASE_REPLICA_URL") or None
    for url in (replica_url, source.get("SAKSI_DATABASE_URL", "")):
        if replica_url is not None and not (url or "").startswith("postgres"):
            raise SettingsError("SAKSI_DATABASE_REPLICA_URL needs PostgreSQL, there and in SAKSI_DATABASE_URL")
    return DatabaseSettings(
        replica_url=replica_url,
        connect_seconds=_integer(source, "SAKSI_DATABASE_CONNECT_SECONDS", 5, least=2, most=60),
        statement_seconds=_integer(source, "SAKSI_DATABASE_STATEMENT_SECONDS", 30, least=1, most=3600),
        lock_seconds=_integer(source, "SAKSI_DATABASE_LOCK_SECONDS", 10, least=1, most=3600),
        idle_seconds=_integer(source, "SAKSI_DATABASE_IDLE_SECONDS", 60, least=1, most=3600),
    )


def _integer(source: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = source.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _switch(source: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = source.get(name, "1" if default else "0")
    if text not in {"0", "1"}:
        raise SettingsError(f"{name} must be 0 or 1, not {text!r}")
    return text == "1"


def _key(source: Mapping[str, str], name: str) -> str:
    text = source.get(name, "")
    if text and not re.fullmatch(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", text, re.ASCII):
        raise SettingsError(
            f'{name} must be 32 bytes in base64url: python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return text


def _log_origin(source: Mapping[str, str]) -> str:
    """The log's name stands in every checkpoint for ever, in a line of its own and before a blank."""
    text = source.get("SAKSI_LOG_ORIGIN", "").strip()
    if text and not LOG_ORIGIN.fullmatch(text):
        raise SettingsError(
            "SAKSI_LOG_ORIGIN must be a name such as saksi.example.org/custody: an address without its scheme, "
            f"of letters, figures and . _ ~ : / -, not {text!r}"
        )
    return text


def receipt_key(settings: Settings) -> str:
    """The private key of receipts, 32 bytes in base64url: the setting, or else the one made once in the data root."""
    return settings.receipt_key or _kept(settings.data_root, "receipt.key", 32)


def log_key(settings: Settings) -> str:
    """The private key of the custody log, 32 bytes in base64url: the setting, or else the one made in the data root."""
    return settings.log_key or _kept(settings.data_root, "log.key", 32)


def _kept(data_root: Path, name: str, random_bytes: int) -> str:
    """A secret of this installation, made once and readable by its owner alone."""
    path = data_root / name
    if not path.exists():
        # Everything is in it, passwords' hashes too: a folder that is made here is its owner's alone.
        data_root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(random_bytes))
        # A hard link fails where another process was first, and its secret stays.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()
