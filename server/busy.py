"""How busy this process is with uploads, so that work which can wait does.

An inspector stands on the site until the verdict comes; a thumbnail can be a second later.
"""

from __future__ import annotations

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

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one upload for as long as the block runs."""
        with self._changed:
            self._under_way += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def wait_until_quiet(self, *, at_most_s: float, for_s: float = SETTLED_S) -> bool:
        """Wait until no upload has been under way for ``for_s``, but never longer than ``at_most_s``."""
        until = time.monotonic() + at_most_s
        with self._changed:
            while self._changed.wait_for(lambda: self._under_way == 0, timeout=max(0.0, until - time.monotonic())):
                # Between two photos of one sending there is a moment's pause; it is not quiet yet.
                if not self._changed.wait_for(lambda: self._under_way > 0, timeout=for_s):
                    return True
        return False


UPLOADS = Uploads()
