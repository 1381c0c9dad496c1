"""What is done again and again beside the jobs, in a thread of each process that does jobs.

The events of the custody log get their places, and facts that were noted are counted. Each bears being done by several
processes at once, and being killed.
"""

from __future__ import annotations

import logging
import threading

from flask import Flask

from server.services import risk_counts, sequencer
from server.services.log_nodes import LogDamagedError

LOG = logging.getLogger("saksi.upkeep")
#: An event is in a signed checkpoint at most 60 s after its commit: this long it waits, and the rest is for the work.
EVERY_S = 15.0
#: Counting stops after so long and goes on at the next turn, for events must not wait behind it.
COUNTING_S = 10.0


def keep_up(app: Flask, stop: threading.Event, every_s: float = EVERY_S) -> None:
    """Do it all again and again until told to stop, and once more then; a fault is logged and outlived."""
    while True:
        with app.app_context():
            _sequence()
            _count()
        if stop.is_set():
            return
        stop.wait(every_s)


class Upkeep:
    """The upkeep of this process, in a thread of its own."""

    def __init__(self, app: Flask) -> None:
        """Begins at once."""
        self._stop = threading.Event()
        # Killed with its process it leaves nothing half done, so the process need not wait for it.
        self._thread = threading.Thread(target=keep_up, args=(app, self._stop), name="upkeep", daemon=True)
        self._thread.start()

    def stop(self, at_most_s: float | None = None) -> None:
        """Do what there is and end."""
        self._stop.set()
        self._thread.join(at_most_s)


def _sequence() -> None:
    try:
        sequencer.sequence()
    except LogDamagedError as error:
        LOG.critical("the custody log is not signed any further: %s; run saksi audit", error)
    except Exception:  # The database may be away for a while; the next turn does what this one left.
        LOG.exception("the custody log's events were given no places")


def _count() -> None:
    try:
        risk_counts.count_due(at_most_s=COUNTING_S)
    except Exception:  # As above.
        LOG.exception("the facts that were noted were not counted")
