"""Runs the classes, each in an installation of its own, and tells their figures.

Classes share nothing, so that two run at once; the same seed gives the same photos whatever runs beside them.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context

import numpy as np

from benches.fraud import outdoors, rounds, whole_corpus
from benches.fraud.attacks import ATTACKS
from benches.fraud.case import Bench, Channel
from benches.fraud.figures import detection, honesty
from benches.fraud.scenes import Scenes
from benches.fraud.world import Judged, world
from benches.rows import Row


def run(each: int, seed: int, processes: int) -> Iterator[Row]:
    """Every figure, ``each`` cases a class. Honest photos come first: what they are told counts against no cheat."""
    names = [attack.name for attack in ATTACKS]
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        honest_rounds = pool.submit(honest_in_rounds, each, seed)
        corpus = pool.submit(honest_corpus, seed)
        controls = {channel: pool.submit(usual, channel, min(each, 60), seed) for channel in Channel}
        cases = {name: pool.submit(attacked, name, each, seed) for name in names}
        yield from _honest(honest_rounds.result(), corpus.result())
        for attack in ATTACKS:
            told = cases[attack.name].result()
            _progress(attack.name)
            yield from detection(attack.name, told, controls[attack.channel].result(), attack.goal, attack.told)


def _honest(in_rounds: tuple[list[Judged], str], corpus: tuple[list[Judged], str]) -> Iterator[Row]:
    """The goals are for all honest photos together; each kind is told beside them."""
    yield from honesty("all", in_rounds[0] + corpus[0], "rounds and corpus together", goals=True)
    yield from honesty("in rounds", *in_rounds)
    yield from honesty("whole corpus", *corpus)


def attacked(name: str, cases: int, seed: int) -> list[Judged]:
    """Prepare and send the cases of one class; the judgement of each."""
    attack = next(attack for attack in ATTACKS if attack.name == name)
    with _bench(name, seed) as bench:
        made = [attack.make(bench) for _ in range(cases)]
        for case in made:
            case.prepare()
        bench.world.work()
        sent = [case.attack() for case in made]
        bench.world.work()
        return [bench.world.judged(each) for each in sent]


def usual(channel: Channel, photos: int, seed: int) -> frozenset[str]:
    """The checks that remark on more than half of the honest photos of a channel."""
    with _bench(f"usual {channel}", seed) as bench:
        sent = []
        for _ in range(photos):
            file, told = outdoors.honest(bench.shot(), bench.rng, signed=channel is Channel.SIGNED)
            if channel is Channel.FILE:
                told = replace(told, captured_at=None, fix=None)
            sent.append(bench.world.send(bench.world.inspector(), file, told))
        bench.world.work()
        remarks = Counter(check for each in sent for check in bench.world.judged(each).raised)
    return frozenset(check for check, count in remarks.items() if count > photos / 2)


def honest_in_rounds(each: int, seed: int) -> tuple[list[Judged], str]:
    """Rounds of enough inspectors that there are about five times as many photos as cases in a class."""
    inspectors = max(2, each * 5 // (rounds.ROUNDS_EACH * rounds.PHOTOS_EACH))
    with _bench("rounds", seed) as bench:
        sendings = rounds.rounds(bench, inspectors)
        sent = [(sending.kind, sending.send()) for sending in sendings]
        bench.world.work()
        judged = [(kind, bench.world.judged(each_sent)) for kind, each_sent in sent]
    views = [each_judged for kind, each_judged in judged if kind == "fixed view"]
    held = sum(each_judged.verdict != "verified" for each_judged in views)
    note = f"{inspectors} inspectors, three rounds each; of {len(views)} fixed views {held} were not verified"
    return [each_judged for _kind, each_judged in judged], note


def honest_corpus(seed: int) -> tuple[list[Judged], str]:
    """Every whole photo of the corpus."""
    with _bench("corpus", seed) as bench:
        sent = list(whole_corpus.send_all(bench.world))
        bench.world.work()
        judged = [(known.path, bench.world.judged(each)) for known, each in sent]
    for path, each in judged:
        if each.verdict != "verified":
            _progress(f"{each.verdict}: {path}: {', '.join(sorted(each.raised))}")
    return [each for _path, each in judged], "each for a site at its own place and time"


class _bench:  # noqa: N801
    """A bench on an installation of its own, with a stream of chance that follows from the name and the seed."""

    def __init__(self, name: str, seed: int) -> None:
        self._rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self._world = world(datetime.now(UTC), os.environ.get("SAKSI_FRAUD_DATABASE_URL"))

    def __enter__(self) -> Bench:
        return Bench(self._world.__enter__(), Scenes(self._rng), self._rng)

    def __exit__(self, *fault: object) -> None:
        self._world.__exit__(*fault)  # type: ignore[arg-type]


def _progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
