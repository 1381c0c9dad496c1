"""What the tests of jobs ask for."""

from __future__ import annotations

import pytest

from server import jobs


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of the ``note`` jobs that were done, in order."""
    subjects: list[str] = []
    monkeypatch.setitem(jobs.HANDLERS, "note", subjects.append)
    return subjects
