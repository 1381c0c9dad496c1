"""Thousands of damaged photos through the reader: it answers or refuses, at once, in bounded memory.

The run inside the suite is short and seeded. ``SAKSI_FUZZ=20000`` makes it the long one.
"""

from __future__ import annotations

import os

import pytest

from benches.reader_fuzz import MEMORY_LIMIT_BYTES, corpus_photos, fuzz

RUNS = int(os.environ.get("SAKSI_FUZZ", "2000"))


def test_no_mutation_of_a_real_photo_raises_hangs_or_grows_memory() -> None:
    photos = corpus_photos()
    if not photos:
        pytest.skip("The corpus of real photos is not beside the repository, so nothing was mutated.")

    report = fuzz(photos, runs=RUNS, seed=20_260_301)

    assert report.failures == []
    assert report.runs == RUNS
    assert report.slowest_s < 1.0
    assert report.peak_bytes < MEMORY_LIMIT_BYTES
    assert report.refused < report.runs / 2, "Most mutations must get past the first bytes, or they try nothing."
