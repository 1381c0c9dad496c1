"""Where a run of the tests keeps its files: in the machine's memory, if there is enough of it.

Each test has an installation and a database of its own. On a disk, making them and taking them away took as long as
all else that the tests do.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
#: A run of all tests holds less than half of this at its fullest.
ENOUGH = 6 * 2**30
#: What a container may have, by either version of its control group.
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
#: Whoever knows a name in a folder may pass: PostgreSQL, which root starts as somebody else.
PASSABLE = 0o711


def keep_files_in_memory() -> Path | None:
    """Make this process and those that it starts put temporary files into a folder in memory, and answer the folder.

    It is to be taken away after the run. Beside it pytest keeps what it keeps elsewhere: the files of failed tests, of
    the last three runs. Where there is too little memory, or ``TMPDIR`` says where to, nothing is done.
    """
    if "TMPDIR" in os.environ or not _can_hold_them():
        return None
    try:
        home = _own(MEMORY / f"saksi-tests-{os.geteuid()}")
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=home))
        folder.chmod(PASSABLE)
    except OSError:
        return None
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(home)
    return folder


def take_away(folder: Path) -> None:
    """Remove what a run left; a killed server's child may still write while it ends."""
    shutil.rmtree(folder, ignore_errors=True)


def _own(folder: Path) -> Path:
    """The folder, made where it is not there.

    Raises:
        OSError: somebody else has put something in its place.
    """
    with suppress(FileExistsError):
        folder.mkdir()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise FileExistsError(folder)
    folder.chmod(PASSABLE)
    return folder


def _can_hold_them() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    told = os.statvfs(MEMORY)
    room = min(told.f_bavail * told.f_frsize, _free_memory(), _limit())
    return room >= ENOUGH and not told.f_flag & os.ST_NOEXEC


def _free_memory() -> int:
    """Bytes that programs could still have; 0 where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


def _limit() -> float:
    """Bytes that the container may have, in which files in memory count as well."""
    for path in LIMITS:
        with suppress(OSError, ValueError):
            return int(path.read_text())
    return float("inf")
