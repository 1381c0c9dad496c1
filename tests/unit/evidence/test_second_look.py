"""The draw: golden vectors, shares that come out as stated, and that no candidate's fate hangs on another's."""

from __future__ import annotations

import hashlib
import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.second_look import (
    Candidate,
    Kind,
    WrongSeedError,
    check_seed,
    commitment,
    digest,
    is_drawn,
    rank,
)

SEED = bytes(range(32))
PERIOD = "2026-11"
CANDIDATES = st.builds(
    Candidate, st.sampled_from(Kind), st.uuids(), st.integers(0, 10_000), st.integers(10_000, 200_000)
)


def candidate(number: int, share_bp: int, kind: Kind = Kind.PHOTO, weight_bp: int = 10_000) -> Candidate:
    return Candidate(kind, UUID(int=number), share_bp, weight_bp)


@pytest.mark.parametrize(
    ("kind", "number", "first_drawn_at_bp"),
    # HMAC-SHA256 by Python's own hmac module: its first 8 bytes as a part of 2 ** 64, in basis points, rounded up.
    [
        (Kind.MILESTONE, 1, 365),
        (Kind.PHOTO, 1, 6_925),
        (Kind.MILESTONE, 2, 6_385),
        (Kind.PHOTO, 3, 783),
        (Kind.PHOTO, 6, 542),
        (Kind.MILESTONE, 8, 4_175),
    ],
)
def test_golden_vectors(kind: Kind, number: int, first_drawn_at_bp: int) -> None:
    assert is_drawn(SEED, PERIOD, candidate(number, first_drawn_at_bp, kind))
    assert not is_drawn(SEED, PERIOD, candidate(number, first_drawn_at_bp - 1, kind))


def test_the_golden_commitment_and_digest() -> None:
    assert commitment(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    text = b"kind,id,share_bp,weight_bp\nphoto,00000000-0000-0000-0000-000000000001,500,15000\n"
    assert digest([candidate(1, 500, weight_bp=15_000)]) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("share_bp", [500, 1_000, 2_000])
def test_about_the_stated_share_is_drawn(share_bp: int) -> None:
    numbers = random.Random(share_bp)
    drawn = sum(is_drawn(SEED, PERIOD, candidate(numbers.getrandbits(128), share_bp)) for _ in range(20_000))

    expected = 20_000 * share_bp / 10_000
    # Four standard deviations of the binomial; the seeds are fixed, so this never fails by chance.
    bound = 4 * (expected * (1 - share_bp / 10_000)) ** 0.5
    assert abs(drawn - expected) < bound


def test_a_share_of_nothing_draws_none_and_of_all_draws_each() -> None:
    assert not any(is_drawn(SEED, PERIOD, candidate(number, 0)) for number in range(2_000))
    assert all(is_drawn(SEED, PERIOD, candidate(number, 10_000)) for number in range(2_000))


@pytest.mark.parametrize(
    ("share_bp", "weight_bp", "chance_bp"),
    [(500, 10_000, 500), (500, 15_000, 750), (333, 15_000, 499), (2_000, 60_000, 10_000), (10_000, 20_000, 10_000)],
)
def test_what_is_on_record_makes_it_likelier_up_to_all(share_bp: int, weight_bp: int, chance_bp: int) -> None:
    assert candidate(1, share_bp, weight_bp=weight_bp).chance_bp == chance_bp


@given(CANDIDATES, st.integers(0, 100_000))
def test_more_weight_never_takes_a_candidate_out_of_the_draw(one: Candidate, more_bp: int) -> None:
    heavier = Candidate(one.kind, one.id, one.share_bp, one.weight_bp + more_bp)

    assert is_drawn(SEED, PERIOD, heavier) or not is_drawn(SEED, PERIOD, one)


def test_seed_period_and_kind_each_decide_anew() -> None:
    asked = [candidate(number, 5_000) for number in range(64)]
    drawn = [is_drawn(SEED, PERIOD, each) for each in asked]

    assert drawn != [is_drawn(bytes(32), PERIOD, each) for each in asked]
    assert drawn != [is_drawn(SEED, "2026-12", each) for each in asked]
    assert drawn != [is_drawn(SEED, PERIOD, Candidate(Kind.MILESTONE, each.id, 5_000)) for each in asked]


def test_another_seed_than_the_one_committed_to_is_refused() -> None:
    check_seed(SEED, commitment(SEED))
    for other in (bytes(32), SEED[:-1], b""):
        with pytest.raises(WrongSeedError):
            check_seed(other, commitment(SEED))


def test_a_seed_of_another_length_is_committed_to_by_nobody() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(SEED + b"0")


def test_work_is_spread_evenly_and_who_leaves_moves_only_their_own() -> None:
    people = [UUID(int=number) for number in range(1, 6)]
    things = [candidate(number, 500) for number in range(1_000)]

    def given_to(among: list[UUID]) -> list[UUID]:
        return [min(among, key=lambda p: rank(SEED, PERIOD, thing, p)) for thing in things]

    before, after = given_to(people), given_to(people[:-1])
    assert all(150 < before.count(person) < 250 for person in people)
    assert all(old == new for old, new in zip(before, after, strict=True) if old != people[-1])
