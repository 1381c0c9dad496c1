"""``saksi worker`` with one more kind of job, which says when it begins and goes on when it is told to.

Run as a program, with the folder of the installation in the environment like any other command.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from server import jobs
from server.cli import main

FOLDER = Path(os.environ["SAKSI_DATA_ROOT"])


def say(what: str) -> None:
    with (FOLDER / "said").open("a") as said:
        said.write(f"{what}\n")


@jobs.handler("slow")
def slow(subject: str) -> None:
    say(f"began {subject}")
    while not (FOLDER / f"go {subject}").exists():
        time.sleep(0.02)
    say(f"ended {subject}")


if __name__ == "__main__":
    main(["worker", *sys.argv[1:]])
