"""Where a run of the tests keeps its files: in the machine's memory, if there is enough of it.

Each test has an installation and a database of its own. On a disk, making them and taking them away took as long as
all else that the tests do.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
# A run of all tests holds less than half of this at its fullest.
ENOUGH = 6 * 2**30


def keep_files_in_memory() -> None:
    """Make this process and those that it starts put temporary files into memory; where that cannot be, do nothing.

    pytest keeps there what it keeps elsewhere: the files of failed tests, of the last three runs.
    """
    if "TMPDIR" in os.environ or not _can_hold_them():
        return
    folder = MEMORY / f"saksi-tests-{os.geteuid()}"
    # Whoever knows a name in it may pass: PostgreSQL, which root starts as somebody else.
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def _can_hold_them() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    told = os.statvfs(MEMORY)
    return told.f_bavail * told.f_frsize >= ENOUGH and not told.f_flag & os.ST_NOEXEC and _free_memory() >= ENOUGH


def _free_memory() -> int:
    """Bytes that programs could still have; 0 where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)
