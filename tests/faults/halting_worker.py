"""``saksi worker`` whose copies wait in the middle: it says when one begins and ends, and goes on when it is told to.

Run as a program, with the folder of the installation in the environment like any other command.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from server import jobs
from server.cli import main
from server.services.copies import COPIES_JOB, make_copies

FOLDER = Path(os.environ["SAKSI_DATA_ROOT"])


def say(what: str) -> None:
    with (FOLDER / "said").open("a") as said:
        said.write(f"{what} {os.getpid()}\n")


@jobs.handler(COPIES_JOB)
def halting(subject: str) -> None:
    say("began")
    while not (FOLDER / "go").exists():
        time.sleep(0.02)
    make_copies(subject)
    say("ended")


if __name__ == "__main__":
    main(["worker", *sys.argv[2:]])
