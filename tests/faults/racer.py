"""A process for the races: for each order it says ``ready``, waits for a line, takes one step, says how that ended.

Run as ``python -m tests.faults.racer``; orders are JSON objects, one a line, on standard input.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask

import config
from evidence.receipts import SigningKey, seed_of
from evidence.storage.local import LocalStore
from server import db, policy
from server.access import Actor
from server.engines import EXTENSION, Engines
from server.models.submissions import SubmissionDecisionWord
from server.problems import Problem
from server.services import certificates, devices, sessions, submissions
from server.signing import Keeper

DONE = "done"


def run(order: dict[str, Any]) -> None:
    """Do what ``order`` says once the parent gives the word; print ``done`` or the problem's name."""
    app = bare_app(order["database_url"], Path(order["data_root"]))
    with app.app_context():
        actor = sessions.actor(UUID(order["session"]), now=datetime.now(UTC))
        assert actor is not None, "the racer's session must hold"
        db.db.session.remove()
        print("ready", flush=True)
        sys.stdin.readline()
        print(outcome(order["step"], actor, order), flush=True)
        db.db.session.remove()
        db.db.engine.dispose()


def bare_app(database_url: str, data_root: Path) -> Flask:
    """The database and the engines alone: a racer needs no doors."""
    settings = config.Settings(data_root=data_root, database_url=database_url, secret_key="x" * 32)
    app = Flask("racer")
    store = LocalStore(settings.originals_root)
    receipt_key = SigningKey(seed_of(config.receipt_key(settings)))
    app.extensions[EXTENSION] = Engines(
        settings, store, policy.load(settings.policies_root), receipt_key, Keeper(settings)
    )
    db.init(app, settings)
    return app


def outcome(step: str, actor: Actor, order: dict[str, Any]) -> str:
    """Take one step; answers ``done``, or the name of the problem that refused it."""
    try:
        STEPS[step](actor, order, datetime.now(UTC))
    except Problem as problem:
        return problem.name
    return DONE


def _approve(actor: Actor, order: dict[str, Any], now: datetime) -> None:
    word = SubmissionDecisionWord.APPROVE
    submissions.decide(actor, UUID(order["submission"]), word, "Seen on site.", order["digest"], now=now)


def _pay(actor: Actor, order: dict[str, Any], now: datetime) -> None:
    paid_on = datetime.fromisoformat(order["paid_on"]).date()
    certificates.pay(actor, UUID(order["certificate"]), reference="CHQ-1", paid_on=paid_on, now=now)


def _submit(actor: Actor, order: dict[str, Any], now: datetime) -> None:
    submissions.submit(actor, UUID(order["milestone"]), now=now)


def _take_nonces(actor: Actor, order: dict[str, Any], now: datetime) -> None:
    for _ in range(order["times"]):
        devices.give_nonces(actor, UUID(order["device"]), order["count"], now=now)


STEPS = {"approve": _approve, "pay": _pay, "submit": _submit, "take nonces": _take_nonces}

if __name__ == "__main__":
    while line := sys.stdin.readline():
        run(json.loads(line))
