"""The Merkle tree of RFC 6962 (RFC 9162, section 2.1): roots, proofs that a leaf is in it, proofs that it only grew.

The tree is kept as the hashes of its complete subtrees: ``Nodes`` gives the hash of the subtree of ``2 ** level``
leaves that begins at leaf ``index << level``. A leaf brings at most one such hash for each level, and none is ever
changed, so that any earlier tree can be told from the same hashes. Where they are kept is not this room's concern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

Nodes = Callable[[int, int], bytes]

HASH_BYTES = 32
#: The root of the tree without leaves.
EMPTY = sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The hash of one complete subtree, to be kept."""

    level: int
    index: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def grown(size: int, leaf: bytes, nodes: Nodes) -> Iterator[Node]:
    """What is to be kept when the leaf with this hash follows ``size`` others: itself first, then what it completes."""
    level, index, digest = 0, size, leaf
    yield Node(level, index, digest)
    while index & 1:
        digest = node_hash(nodes(level, index - 1), digest)
        level, index = level + 1, index >> 1
        yield Node(level, index, digest)


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    return _hash_of(0, size, nodes) if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that leaf ``index`` is in the tree of the first ``size``: PATH of RFC 6962, from the leaf upwards.

    Raises:
        IndexError: that tree has no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    begin, end = 0, size
    path = []
    while end - begin > 1:
        middle = begin + _left_part(end - begin)
        if index < middle:
            path.append(_hash_of(middle, end, nodes))
            end = middle
        else:
            path.append(_hash_of(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency(earlier: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of ``earlier`` leaves is the beginning of that of ``size``: PROOF of RFC 6962.

    Raises:
        IndexError: the earlier one is empty or the larger of the two.
    """
    if not 0 < earlier <= size:
        raise IndexError(f"a tree of {size} leaves did not grow from one of {earlier}")
    begin, end, known = 0, size, True
    proof = []
    while end != earlier:
        middle = begin + _left_part(end - begin)
        if earlier <= middle:
            proof.append(_hash_of(middle, end, nodes))
            end = middle
        else:
            proof.append(_hash_of(begin, middle, nodes))
            begin, known = middle, False
    return ([] if known else [_hash_of(begin, end, nodes)]) + proof[::-1]


def includes(root_hash: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the leaf with this hash to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    sides = _sides(index, size - 1)
    return len(proof) == len(sides) and _climbed(leaf, proof, sides) == root_hash


def continues(earlier_root: bytes, earlier: int, root_hash: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the earlier root to the later one (RFC 9162, section 2.1.4.2)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root_hash
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    sides = _sides(place, last)
    # An earlier tree that is complete is a subtree of the later one, and its root need not be told.
    told = [*proof] if place else [earlier_root, *proof]
    if len(told) != len(sides) + 1:
        return False
    begin, steps = told[0], told[1:]
    before = [step for step, left in zip(steps, sides, strict=True) if left]
    return _climbed(begin, before, [True] * len(before)) == earlier_root and _climbed(begin, steps, sides) == root_hash


def _sides(place: int, last: int) -> list[bool]:
    """For each step of a proof upwards from ``place``, whether what it brings stands on the left."""
    sides = []
    while last:
        left = bool(place & 1) or place == last
        sides.append(left)
        while left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return sides


def _climbed(digest: bytes, steps: Sequence[bytes], sides: Sequence[bool]) -> bytes:
    for step, left in zip(steps, sides, strict=True):
        digest = node_hash(step, digest) if left else node_hash(digest, step)
    return digest


def _hash_of(begin: int, end: int, nodes: Nodes) -> bytes:
    """The root over the leaves from ``begin`` to before ``end``, which stand where a subtree of that size can."""
    number = end - begin
    if number & (number - 1) == 0:
        level = number.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _left_part(number)
    return node_hash(_hash_of(begin, middle, nodes), _hash_of(middle, end, nodes))


def _left_part(number: int) -> int:
    """The largest power of two below ``number``, which is at least 2."""
    return 1 << ((number - 1).bit_length() - 1)
