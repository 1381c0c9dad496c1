"""The sequencer: every event has its place once, whoever asks and whenever it is killed, and what is signed holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from evidence import merkle
from evidence.checkpoints import NoteKey, opened
from server.db import db, reading, writing
from server.engines import engines
from server.models import CustodyEvent, LogCheckpoint, LogNode
from server.problems import Problem
from server.services import custody, log_reading, sequencer
from server.services.log_nodes import LogDamagedError
from tests.conftest import InThreads

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 30


def tell(count: int, record: str = "x") -> list[bytes]:
    """Append so many events in one transaction; answers their leaves."""
    with writing() as session:
        return [custody.append(session, None, "tried", "thing", record, now=NOW, n=n) for n in range(count)]


def places() -> list[int | None]:
    reading().rollback()
    return list(reading().scalars(sa.select(CustodyEvent.place).order_by(CustodyEvent.sequence)))


def newest() -> LogCheckpoint:
    reading().rollback()
    found = log_reading.newest_checkpoint()
    assert found is not None
    return found


def by_hand(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it, from the leaves alone."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return merkle.node_hash(by_hand(leaves[:half]), by_hand(leaves[half:]))


def test_events_have_places_in_their_order_and_one_checkpoint(app: Flask) -> None:
    leaves = tell(5)

    assert sequencer.sequence(now=lambda: NOW) == 5

    assert places() == [0, 1, 2, 3, 4]
    assert (newest().size, newest().root, newest().at) == (5, by_hand(leaves), NOW)


def test_what_is_signed_is_a_checkpoint_by_the_log_s_key(app: Flask) -> None:
    tell(3)
    sequencer.sequence()

    key = NoteKey.read(log_reading.all_keys()[-1])
    told = opened(newest().note, [key], engines().log_key.origin)

    assert (told.size, told.root) == (3, newest().root)


def test_nothing_new_is_not_signed_again(app: Flask) -> None:
    tell(2)
    sequencer.sequence()

    assert sequencer.sequence() == 0
    assert reading().scalar(sa.select(sa.func.count()).select_from(LogCheckpoint)) == 1


def test_an_empty_log_has_no_checkpoint(app: Flask) -> None:
    assert sequencer.sequence() == 0
    assert log_reading.newest_checkpoint() is None


def test_more_than_one_turn_s_events_are_all_placed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "_WAITING", sequencer._WAITING.limit(3))
    leaves = tell(8)

    assert sequencer.sequence() == 8
    assert (newest().size, newest().root) == (8, by_hand(leaves))
    sizes = sa.select(LogCheckpoint.size).order_by(LogCheckpoint.size)
    assert list(reading().scalars(sizes)) == [3, 6, 8]


@pytest.mark.postgresql_only(reason="on SQLite no transaction begins to write before another one ended")
def test_an_event_that_commits_late_is_not_missed(app: Flask, in_threads: InThreads) -> None:
    written, placed = threading.Event(), threading.Event()

    def one(number: int) -> None:
        if number == 0:
            with writing() as session:
                custody.append(session, None, "tried", "thing", "late", now=NOW)
                custody._write(session)
                written.set()
                assert placed.wait(PATIENCE_S)
        else:
            assert written.wait(PATIENCE_S)
            tell(2)
            assert sequencer.sequence() == 2
            placed.set()

    in_threads(one, range(2))

    assert places() == [None, 0, 1]
    assert sequencer.sequence() == 1
    assert places() == [2, 0, 1]


def test_several_at_once_place_each_event_once(app: Flask, in_threads: InThreads) -> None:
    def one(number: int) -> None:
        for _ in range(4):
            tell(3, str(number))
            sequencer.sequence()

    in_threads(one, range(4))
    sequencer.sequence()

    assert sorted(place for place in places() if place is not None) == list(range(48))
    in_order = list(reading().scalars(sa.select(CustodyEvent.leaf).order_by(CustodyEvent.place)))
    assert newest().root == by_hand([leaf for leaf in in_order if leaf])


def test_one_that_is_killed_before_its_commit_has_done_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(2)
    sequencer.sequence()
    leaves = tell(3)

    class KilledError(BaseException):
        pass

    def kill(*_args: object) -> None:
        raise KilledError

    whole = sequencer._sign
    monkeypatch.setattr(sequencer, "_sign", kill)
    with pytest.raises(KilledError):
        sequencer.sequence()
    monkeypatch.setattr(sequencer, "_sign", whole)
    assert newest().size == 2
    assert places() == [0, 1, None, None, None]

    sequencer.sequence()
    assert newest().size == 5
    assert leaves[-1] == reading().scalar(sa.select(CustodyEvent.leaf).where(CustodyEvent.place == 4))


def test_a_tree_that_is_not_what_was_signed_is_signed_no_further(app: Flask) -> None:
    tell(4)
    sequencer.sequence()
    with db.engine.begin() as connection:
        connection.execute(sa.update(LogNode).where(LogNode.level == 2).values(hash=b"\1" * 32))
    tell(1)

    with pytest.raises(LogDamagedError):
        sequencer.sequence()

    assert newest().size == 4


class TestProofs:
    """Every proof that is given out leads to the root that was signed."""

    @pytest.fixture
    def leaves(self, app: Flask) -> list[bytes]:
        made = []
        for count in (1, 2, 4, 6):
            made += tell(count)
            sequencer.sequence()
        return made

    def test_of_every_leaf_in_every_checkpoint(self, leaves: list[bytes]) -> None:
        for signed in log_reading.checkpoints(None, 10):
            for place, leaf in enumerate(leaves[: signed.size]):
                proof = log_reading.inclusion(leaf, signed.size)
                assert (proof.place, proof.size) == (place, signed.size)
                assert merkle.includes(signed.root, signed.size, place, leaf, proof.hashes)

    def test_of_every_checkpoint_in_every_later_one(self, leaves: list[bytes]) -> None:
        signed = log_reading.checkpoints(None, 10)
        assert [each.size for each in signed] == [13, 7, 3, 1]
        for later in signed:
            for earlier in signed:
                if earlier.size <= later.size:
                    proof = log_reading.consistency(earlier.size, later.size)
                    assert merkle.continues(earlier.root, earlier.size, later.root, later.size, proof)

    def test_are_for_the_newest_checkpoint_where_none_is_named(self, leaves: list[bytes]) -> None:
        assert log_reading.inclusion(leaves[0]).size == 13

    def test_are_refused_for_what_is_not_there(self, leaves: list[bytes]) -> None:
        waiting = tell(1)[0]
        refused: list[Callable[[], object]] = [
            lambda: log_reading.inclusion(b"\0" * 32),
            lambda: log_reading.inclusion(waiting),
            lambda: log_reading.inclusion(leaves[-1], 7),
            lambda: log_reading.checkpoint(2),
        ]
        for ask in refused:
            with pytest.raises(Problem) as problem:
                ask()
            assert problem.value.name == "not-found"

    @pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (3, 14)])
    def test_of_growth_are_refused_for_sizes_that_never_were(
        self, leaves: list[bytes], first: int, second: int
    ) -> None:
        with pytest.raises(Problem) as problem:
            log_reading.consistency(first, second)
        assert problem.value.name == "not-found"

    def test_are_refused_where_the_tree_has_a_gap(self, leaves: list[bytes]) -> None:
        reading().rollback()
        with db.engine.begin() as connection:
            connection.execute(sa.delete(CustodyEvent).where(CustodyEvent.place == 5))

        with pytest.raises(Problem) as problem:
            log_reading.inclusion(leaves[4])
        assert problem.value.name == "log-damaged"
        with pytest.raises(Problem):
            log_reading.leaves(0, 10)
        assert log_reading.leaves(6, 3) == leaves[6:9]


def test_a_proof_reads_as_many_rows_as_the_tree_is_deep(app: Flask) -> None:
    tell(1000)
    sequencer.sequence()
    asked: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    log_reading.consistency(333, 1000)

    assert 0 < len(asked) <= 2 * 10 + 2


def test_old_events_have_salts_and_places_in_their_order_and_keep_their_links(app: Flask) -> None:
    linked = chain_of(3)
    leaf = tell(1)[0]

    assert sequencer.sequence() == 4

    assert places() == [0, 1, 2, 3]
    events = list(custody.export())
    assert [event.get("hash") for event in events] == [*linked, None]
    assert events[3]["leaf"] == leaf.hex()
    assert len({event["salt"] for event in events}) == 4
    assert custody.broken_link(events) is None


def test_a_changed_link_of_an_old_event_is_found(app: Flask) -> None:
    chain_of(3)
    sequencer.sequence()
    events = list(custody.export())
    events[1]["hash"] = "f" * 64

    assert custody.broken_link(events) == 1


def chain_of(count: int) -> list[str]:
    """Events as the code before the tree wrote them; answers their hashes."""
    from server.services.custody_checking import FIRST, link

    previous, hashes = FIRST, []
    with writing() as session:
        for number in range(count):
            at = NOW + timedelta(seconds=number)
            line = {"actor": None, "action": "tried", "record_type": "thing", "record": "old", "details": {"n": number}}
            own = link(previous, {"at": at.isoformat().replace("+00:00", "Z"), **line})
            row = {"at": at, "action": "tried", "record_type": "thing", "record_id": "old", "details": {"n": number}}
            session.add(CustodyEvent(**row, previous=previous, hash=own))
            previous = own
            hashes.append(own)
            session.flush()
    return hashes
