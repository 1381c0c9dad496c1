"""How busy this process is with uploads, so that work which can wait does.

An inspector stands on the site until the verdict comes; a thumbnail can be a second later. A worker process
of its own has no uploads and never waits; how the machine shares its processors is the operating system's.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SETTLED_S = 0.05


class Uploads:
    """Counts uploads that are under way in this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0
        self._ended_at = -math.inf

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one upload for as long as the block runs."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._ended_at = time.monotonic()
                self._changed.notify_all()

    def wait_until_quiet(self, *, at_most_s: float, for_s: float = SETTLED_S) -> bool:
        """Wait until no upload has been under way for ``for_s``, but never longer than ``at_most_s``.

        Between two photos of one sending there is a moment's pause; that is not quiet yet.
        """
        until = time.monotonic() + at_most_s
        with self._changed:
            while True:
                now = time.monotonic()
                quiet_at = math.inf if self._under_way else self._ended_at + for_s
                if now >= quiet_at:
                    return True
                if now >= until:
                    return False
                self._changed.wait(min(until, quiet_at) - now)


UPLOADS = Uploads()
