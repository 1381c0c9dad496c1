"""A signed statement that is not the phone's own about this photo: played again, or forged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from benches.fraud import outdoors
from benches.fraud.case import Attack, Bench, Case, Channel
from tests.phones import Phone

GOAL = 0.99


def replayed(bench: Bench) -> Case:
    """An envelope that was used before: beside the same photo, beside another, or only its nonce in a new one."""
    who = bench.world.inspector()
    file, told = outdoors.honest(bench.shot(), bench.rng)
    other, told_of_other = outdoors.honest(bench.shot(), bench.rng)
    kept: dict[str, Any] = {}

    def sign_and_keep(phone: Phone, payload: dict[str, Any]) -> str:
        kept.update(jws=phone.sign(payload), nonce=payload["nonce"])
        return str(kept["jws"])

    def sign_with_old_nonce(phone: Phone, payload: dict[str, Any]) -> str:
        return phone.sign(payload | {"nonce": kept["nonce"]})

    def attack() -> UUID:
        way = int(bench.rng.integers(3))
        if way == 0:
            return bench.world.send(who, file, told, envelope=str(kept["jws"]))
        if way == 1:
            return bench.world.send(who, other, told_of_other, envelope=str(kept["jws"]))
        return bench.world.send(who, other, told_of_other, sign=sign_with_old_nonce)

    return Case(lambda: bench.world.send(who, file, told, sign=sign_and_keep), attack)


def forged(bench: Bench) -> Case:
    """Signed by a key that is not enrolled, changed after it was signed, with a made-up nonce, or by another phone."""
    who, other = bench.world.inspector(), bench.world.inspector()
    file, told = outdoors.honest(bench.shot(), bench.rng)
    ways = (_by_other_key, _changed_after, _with_made_up_nonce, lambda _phone, said: other.phone.sign(said))
    sign = ways[int(bench.rng.integers(len(ways)))]
    return Case(lambda: None, lambda: bench.world.send(who, file, told, sign=sign))


def _by_other_key(phone: Phone, payload: dict[str, Any]) -> str:
    return Phone(id=phone.id).sign(payload)


def _changed_after(phone: Phone, payload: dict[str, Any]) -> str:
    moved = payload | {"position": payload["position"] | {"latitude": payload["position"]["latitude"] + 0.0004}}
    head, _body, signature = phone.sign(payload).split(".")
    return ".".join((head, phone.sign(moved).split(".")[1], signature))


def _with_made_up_nonce(phone: Phone, payload: dict[str, Any]) -> str:
    return phone.sign(payload | {"nonce": "made-up-nonce-made-up-nonce-0001"})


ATTACKS = (
    Attack("envelope replayed", "an old envelope, or its nonce, again", Channel.SIGNED, GOAL, replayed),
    Attack("envelope forged", "another key, changed after, made-up nonce", Channel.SIGNED, GOAL, forged),
)
