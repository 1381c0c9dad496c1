"""How busy this process is with uploads, so that work which can wait does.

An inspector stands on the site until the verdict comes; a thumbnail can be a second later.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


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
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def wait_until_quiet(self, *, at_most_s: float) -> bool:
        """Wait for a moment without uploads, but never longer than ``at_most_s``."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, timeout=at_most_s)


UPLOADS = Uploads()
