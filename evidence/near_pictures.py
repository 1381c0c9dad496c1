"""Near pictures by their PDQ hashes: which keys to keep of a hash, and which to ask for so that no near one is missed.

A hash of 256 bits is cut into eleven bands. Two hashes that differ in at most 31 bits differ in at most two bits of
some band (eleven bands with three each would be 33), so that whoever asks for every key within two bits of each band
finds them all: the recall is exact, in any database that finds a key in an index.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise

HASH_BYTES = 32
#: Hashes further apart than this are of different pictures (PDQ's authors take 31 for the same picture).
REACH = 31
BANDS = 11
#: A key carries the number of its band above so many bits.
BAND_BITS = 24
_RADIUS = REACH // BANDS
_EDGES = tuple(round(place * HASH_BYTES * 8 / BANDS) for place in range(BANDS + 1))


def keys(digest: bytes) -> tuple[int, ...]:
    """The key of each band of a hash, to be kept; each is below 2 ** 28 and names its band.

    Raises:
        ValueError: it is no hash of 32 bytes.
    """
    if len(digest) != HASH_BYTES:
        raise ValueError(f"a PDQ hash has {HASH_BYTES} bytes, not {len(digest)}")
    bits = int.from_bytes(digest)
    return tuple(
        band << BAND_BITS | bits >> (HASH_BYTES * 8 - end) & (1 << (end - begin)) - 1
        for band, (begin, end) in enumerate(pairwise(_EDGES))
    )


def probes(digest: bytes) -> tuple[tuple[int, ...], ...]:
    """The keys to ask for, by band: at least one of them is a key of every hash within ``REACH``.

    Raises:
        ValueError: as ``keys``.
    """
    widths = (end - begin for begin, end in pairwise(_EDGES))
    return tuple(tuple(key ^ mask for mask in _masks(width)) for key, width in zip(keys(digest), widths, strict=True))


def distance(one: bytes, other: bytes) -> int:
    """In how many bits two hashes differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


@cache
def _masks(width: int) -> tuple[int, ...]:
    """Every change of at most two bits among so many."""
    places = range(width)
    return tuple(
        sum(1 << place for place in changed)
        for number in range(_RADIUS + 1)
        for changed in combinations(places, number)
    )
