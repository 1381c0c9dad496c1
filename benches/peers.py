"""Programs that the benches measure beside Saksi, each in an environment of its own in the benches' folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benches.national.kept import folder


class NoPeerError(Exception):
    """A peer cannot be had on this machine; the text says why."""


def environment(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with these packages, made now where it is missing.

    Raises:
        NoPeerError: they could not be installed.
    """
    root = folder() / "peers" / name
    stamp, wanted = root / "packages", "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        _run(sys.executable, "-m", "venv", "--clear", str(root))
        _run(str(root / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *packages)
        stamp.write_text(wanted)
    return root / "bin"


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no word"])[-1]
        raise NoPeerError(f"{' '.join(command[:4])} failed: {last}") from error
