"""No hash within reach is missed, by construction; what is asked for is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.near_pictures import BAND_BITS, BANDS, HASH_BYTES, REACH, distance, keys, probes

hashes = st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES)
bits = st.sets(st.integers(0, HASH_BYTES * 8 - 1), min_size=REACH, max_size=REACH)


def changed(digest: bytes, places: set[int]) -> bytes:
    return (int.from_bytes(digest) ^ sum(1 << place for place in places)).to_bytes(HASH_BYTES)


def meets(one: bytes, other: bytes) -> bool:
    return any(key in asked for key, asked in zip(keys(other), probes(one), strict=True))


@given(hashes, bits)
def test_every_hash_within_reach_is_met(digest: bytes, places: set[int]) -> None:
    assert distance(digest, changed(digest, places)) == REACH
    assert meets(digest, changed(digest, places))


@given(hashes)
def test_the_worst_spread_within_reach_is_met(digest: bytes) -> None:
    """As many changes as can be in every band but one."""
    edges = [round(place * 256 / BANDS) for place in range(BANDS + 1)]
    spread = {edge + step for edge in edges[:-2] for step in range(3)}
    assert len(spread) == 30

    assert meets(digest, changed(digest, spread | {edges[-2]}))


def test_one_change_more_in_every_band_is_not_met() -> None:
    """The bound is the bound: three changes in each band are beyond it."""
    edges = [round(place * 256 / BANDS) for place in range(BANDS + 1)]
    spread = {255 - edge - step for edge in edges[:-1] for step in range(3)}

    assert len(spread) == 33
    assert not meets(bytes(HASH_BYTES), changed(bytes(HASH_BYTES), spread))


@given(hashes)
def test_keys_name_their_bands_and_are_small(digest: bytes) -> None:
    assert [key >> BAND_BITS for key in keys(digest)] == list(range(BANDS))
    assert max(keys(digest)) < 2**28


def test_some_three_thousand_keys_are_asked_for() -> None:
    asked = probes(bytes(HASH_BYTES))

    assert sum(len(each) for each in asked) == 8 * 277 + 3 * 301
    assert all(len(set(each)) == len(each) for each in asked)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_what_is_no_hash_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        keys(bytes(length))
