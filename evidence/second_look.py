"""The draw of what a second person looks at: decided by a seed that nobody could choose after the fact.

Before a period begins its seed's sha256 is published (the commitment); after it ended the candidates are frozen, the
seed is published, and each candidate is drawn or not by itself: HMAC-SHA256 of its name under the seed against its
chance. No candidate's fate depends on another's, so that leaving one out or adding one helps nobody. Only integers
are used, shares in basis points, so that everyone who repeats the draw comes to the same. Where seeds and candidates
are kept, and who looks then, is not this room's concern.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SEED_BYTES = 32
#: All, in basis points: the most that a chance comes to.
ALL_BP = 10_000
#: The draw compares so many bits of the HMAC with the chance.
DRAWN_BYTES = 8
#: The first line of a list of candidates as it is digested and handed out.
HEAD = "kind,id,share_bp,weight_bp"


class Kind(StrEnum):
    """What is looked at again: one photo, or what was approved for a milestone (a submission)."""

    MILESTONE = "milestone"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be drawn: its tier's share and the weight of what is on record about it, in basis points.

    A weight of 10,000 leaves the share as it is, 15,000 makes it half as large again.
    """

    kind: Kind
    id: UUID
    share_bp: int
    weight_bp: int = ALL_BP

    @property
    def chance_bp(self) -> int:
        """How likely it is drawn, rounded down to a basis point and never more than all."""
        return min(ALL_BP, self.share_bp * self.weight_bp // ALL_BP)

    @property
    def line(self) -> str:
        """The candidate as a line of the frozen list, without its end."""
        return f"{self.kind.value},{self.id},{self.share_bp},{self.weight_bp}"


class WrongSeedError(ValueError):
    """The seed is not the one that was committed to."""


def commitment(seed: bytes) -> str:
    """What is published before the period begins: lowercase hex sha256 of the seed.

    Raises:
        ValueError: the seed is not of 32 bytes.
    """
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
    return hashlib.sha256(seed).hexdigest()


def check_seed(seed: bytes, committed: str) -> None:
    """Refuse a seed that was not committed to.

    Raises:
        WrongSeedError: its sha256 is another.
    """
    if len(seed) != SEED_BYTES or not hmac.compare_digest(commitment(seed), committed):
        raise WrongSeedError("the seed is not the one whose sha256 was published")


def is_drawn(seed: bytes, period: str, candidate: Candidate) -> bool:
    """Whether a candidate is looked at again.

    The first 8 bytes of the HMAC, read as a number from 0 below 2 ** 64 (big-endian), lie below the chance's
    part of 2 ** 64: number * 10,000 < chance * 2 ** 64.
    """
    number = int.from_bytes(_named(seed, period, candidate)[:DRAWN_BYTES], "big")
    return number * ALL_BP < candidate.chance_bp << (8 * DRAWN_BYTES)


def rank(seed: bytes, period: str, candidate: Candidate, person: UUID) -> bytes:
    """Where a person stands among those who may look at a candidate; the lowest does.

    It spreads the work evenly, nobody who does not know the seed can choose by whom a thing is looked at, and whoever
    joins or leaves moves only what falls to them (rendezvous hashing).
    """
    return _named(seed, period, candidate, str(person))


def digest(candidates: Iterable[Candidate]) -> str:
    """Lowercase hex sha256 of the frozen list: its head and one line for each, in the order given, each ended by LF.

    The list is in the order of kind, then id.
    """
    hashed = hashlib.sha256(f"{HEAD}\n".encode())
    for candidate in candidates:
        hashed.update(f"{candidate.line}\n".encode())
    return hashed.hexdigest()


def _named(seed: bytes, period: str, candidate: Candidate, *more: str) -> bytes:
    message = "|".join((period, candidate.kind.value, str(candidate.id), *more))
    return hmac.new(seed, message.encode(), hashlib.sha256).digest()
