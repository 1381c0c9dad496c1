"""Who works on a SQLite database holds a lock on a file beside it, so that nobody replaces the database underneath.

Servers and workers hold it together; whoever brings a backup back holds it alone. The system takes a lock away with
its process, however that ends. Commands that only look, or write by transactions, need none.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

SUFFIX = ".in-use"


class InUseError(Exception):
    """Somebody else works on the database, or replaces it; the text says what to do."""


def work_on(database_url: str) -> None:
    """Hold the lock, together with others who work, until this process ends; elsewhere than on SQLite do nothing.

    Raises:
        InUseError: a backup is being brought back.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        # Left open on purpose: closing it would let go.
        file = _opened(Path(url.database))
        if not _locked(file, fcntl.LOCK_SH):
            os.close(file)
            raise InUseError(f"A backup is being brought back into {url.database}. Start again when that is done.")


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Keep everybody else from working on the database while the block runs.

    Raises:
        InUseError: somebody does.
    """
    if not database.parent.is_dir():
        yield
        return
    with closing(os.fdopen(_opened(database))) as file:
        if not _locked(file.fileno(), fcntl.LOCK_EX):
            raise InUseError(f"A server or a worker is running on {database}. Stop saksi serve and saksi worker first.")
        yield


def _opened(database: Path) -> int:
    return os.open(database.with_name(database.name + SUFFIX), os.O_RDWR | os.O_CREAT, 0o600)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
