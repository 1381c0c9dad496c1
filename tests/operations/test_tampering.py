"""Somebody who owns the database rewrites what was recorded: ``saksi audit`` and an outside holder both find it.

The operator changes a verdict, deletes an event or back-dates one, and hides it more and more deeply: in the row alone;
in the event and its leaf; in every hash of the tree; and, with the signing key as well, by having all of it signed
anew. The holder kept a checkpoint and a receipt from before, and only asks the public API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

import config
from evidence import merkle
from evidence.checkpoints import Checkpoint, CheckpointError, NoteKey, opened
from evidence.findings import Finding, Outcome
from evidence.receipts import verify
from server.canonical import sha256_of
from server.db import db, reading, writing
from server.models import CustodyEvent, Evidence, LogCheckpoint, LogNode
from server.models.evidence import EvidenceState
from server.services import custody, custody_checking, leaves, log_reading, second_thoughts, sequencer, statement
from server.services.log_nodes import LogDamagedError
from server.times import utc_now
from tests.api.calls import good_photo, put_photo, road_claim
from tests.cli.conftest import Saksi, _runner

LOG = "/api/v1/log"
DEEDS = ("verdict", "deletion", "back-dating")
DEPTHS = ("row", "leaf", "tree", "signed anew")
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def saksi(settings: config.Settings, app: object, monkeypatch: pytest.MonkeyPatch) -> Saksi:
    """The command on this test's own installation."""
    monkeypatch.setenv("SAKSI_DATABASE_URL", settings.database_url)
    return _runner(settings.data_root, monkeypatch)


@dataclass
class Holder:
    """Somebody outside with what was public or handed out, who trusts nothing that cannot be proved from it."""

    client: FlaskClient
    photo: str
    key: NoteKey
    kept: Checkpoint
    promised: str

    @classmethod
    def of(cls, client: FlaskClient, photo: dict[str, Any]) -> Holder:
        """Who sent this photo and looked at the log then."""
        told = client.get(f"{LOG}/key").get_json()
        key = NoteKey.read(told["key"])
        kept = opened(client.get(f"{LOG}/checkpoint").get_data(as_text=True), [key], told["origin"])
        receipt = verify(photo["receipt"], client.get("/.well-known/saksi-keys.json").get_json()["keys"])
        return cls(client, photo["id"], key, kept, str(receipt.leaf))

    def finds(self) -> list[str]:
        """What does not hold of the log as it is shown now."""
        note = self.client.get(f"{LOG}/checkpoint").get_data(as_text=True)
        try:
            now = opened(note, [self.key], self.kept.origin)
        except CheckpointError as error:
            return [str(error)]
        found = [] if self._continues(now) else ["the log does not continue the checkpoint that I kept"]
        found += [] if self._holds(self.promised, now) else ["the leaf that my receipt promises is not in the log"]
        return found + self._of_photo(now)

    def _of_photo(self, now: Checkpoint) -> list[str]:
        """The photo's statement and its event, as a bundle shows them."""
        shown = [each.as_document() for each in log_reading.events_of("evidence", self.photo)]
        received = next((each for each in shown if each["action"] == "evidence.received"), None)
        if received is None:
            return ["the log does not say that my photo was received"]
        document = statement.of(reading().scalars(sa.select(Evidence).where(Evidence.id == self._id())).one())
        actor, details = leaves.digests(bytes.fromhex(received["salt"]), received["actor"], received["details"])
        data = leaves.document(
            {name: received[name] for name in ("at", "action", "record")}, actor=actor, details=details
        )
        found = []
        if not self._holds(merkle.leaf_hash(data).hex(), now):
            found.append("the event that I am shown is not in the log")
        if received["details"]["statement"] != sha256_of(document):
            found.append("the statement that I am shown is not the one that was recorded")
        return found

    def _id(self) -> object:
        from uuid import UUID

        return UUID(self.photo)

    def _continues(self, now: Checkpoint) -> bool:
        answer = self.client.get(f"{LOG}/consistency?first={self.kept.size}&second={now.size}")
        proof = [bytes.fromhex(each) for each in answer.get_json().get("hashes", [])]
        known = (self.kept.root, self.kept.size, now.root, now.size)
        return answer.status_code == 200 and merkle.continues(*known, proof)

    def _holds(self, leaf: str, now: Checkpoint) -> bool:
        answer = self.client.get(f"{LOG}/inclusion?leaf={leaf}&size={now.size}")
        if answer.status_code != 200:
            return False
        told = answer.get_json()
        proof = [bytes.fromhex(each) for each in told["hashes"]]
        return merkle.includes(now.root, now.size, told["index"], bytes.fromhex(leaf), proof)


class Operator:
    """Somebody who may write anything into the database."""

    def __init__(self, photo: str) -> None:
        self.photo = photo

    def does(self, deed: str, depth: str) -> None:
        """One deed, hidden so deeply."""
        reading().rollback()
        with db.engine.begin() as connection:
            {"verdict": self._verdict, "deletion": self._delete, "back-dating": self._back_date}[deed](
                connection, depth
            )
            if depth == "tree":
                self._tree(connection)
            if depth == "signed anew":
                connection.execute(sa.delete(LogNode))
                connection.execute(sa.delete(LogCheckpoint))
                connection.execute(sa.update(CustodyEvent).values(place=None))
        reading().rollback()

    def _event(self) -> CustodyEvent:
        which = sa.select(CustodyEvent).where(CustodyEvent.record_id == self.photo)
        event = reading().scalars(which.where(CustodyEvent.action == "evidence.received")).one()
        reading().expunge(event)
        reading().rollback()
        return event

    def _verdict(self, connection: sa.Connection, depth: str) -> None:
        event = self._event()
        photo = reading().scalars(sa.select(Evidence).where(Evidence.id == self._id())).one()
        photo.verdict = photo.state = EvidenceState.REJECTED
        changed = event.details | {"verdict": "rejected", "statement": statement.digest_of(photo)}
        reading().rollback()
        rejected = {"verdict": EvidenceState.REJECTED, "state": EvidenceState.REJECTED}
        connection.execute(sa.update(Evidence).where(Evidence.id == self._id()).values(**rejected))
        if depth != "row":
            event.details = changed
            self._written(connection, event, details=changed, leaf=leaves.hash_of(event))

    def _back_date(self, connection: sa.Connection, depth: str) -> None:
        event = self._event()
        event.at = event.at.replace(year=2020)
        leaf = {} if depth == "row" else {"leaf": leaves.hash_of(event)}
        self._written(connection, event, at=event.at, **leaf)

    def _delete(self, connection: sa.Connection, depth: str) -> None:
        event = self._event()
        connection.execute(sa.delete(CustodyEvent).where(CustodyEvent.sequence == event.sequence))
        if depth in {"leaf", "tree"}:
            # One at a time and upwards, so that no place is there twice.
            later = sa.select(CustodyEvent.place).where(CustodyEvent.place > event.place).order_by(CustodyEvent.place)
            for place in connection.execute(later).scalars().all():
                moved = sa.update(CustodyEvent).where(CustodyEvent.place == place)
                connection.execute(moved.values(place=place - 1))

    def _tree(self, connection: sa.Connection) -> None:
        """All hashes made anew of what the rows say now, and the roots of the checkpoints with them."""
        rows = connection.execute(sa.select(CustodyEvent.leaf).order_by(CustodyEvent.place)).scalars().all()
        known: dict[tuple[int, int], bytes] = {}
        connection.execute(sa.delete(LogNode))
        for size, leaf in enumerate(rows):
            for node in list(merkle.grown(size, leaf or b"", lambda level, place: known[level, place])):
                known[node.level, node.index] = node.hash
                if node.level:
                    values = {"level": node.level, "place": node.index, "hash": node.hash}
                    connection.execute(sa.insert(LogNode).values(**values))
        for size in connection.execute(sa.select(LogCheckpoint.size)).scalars().all():
            if size <= len(rows):
                new = merkle.root(size, lambda level, place: known[level, place])
                connection.execute(sa.update(LogCheckpoint).where(LogCheckpoint.size == size).values(root=new))

    def _written(self, connection: sa.Connection, event: CustodyEvent, **values: Any) -> None:
        this = sa.update(CustodyEvent).where(CustodyEvent.sequence == event.sequence)
        connection.execute(this.values(**values))

    def _id(self) -> object:
        from uuid import UUID

        return UUID(self.photo)


def life_goes_on() -> None:
    """A few more events, and whatever the sequencer makes of them."""
    with writing() as session:
        for number in range(3):
            custody.append(session, None, "tried", "thing", "x", now=utc_now(), n=number)
    try:
        sequencer.sequence()
    except LogDamagedError:
        db.session.remove()


@pytest.fixture
def photo(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    """A photo on record in the midst of a log of several checkpoints."""
    life_goes_on()
    told: dict[str, Any] = put_photo(client, bearer("inspector"), good_photo(), road_claim()).get_json()
    life_goes_on()
    life_goes_on()
    return told


def test_an_honest_log_is_found_whole_by_both(saksi: Saksi, client: FlaskClient, photo: dict[str, Any]) -> None:
    holder = Holder.of(client, photo)
    life_goes_on()

    result = saksi("audit")

    assert (result.exit_code, holder.finds()) == (0, []), result.output


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("deed", DEEDS)
def test_an_operator_is_found_by_the_audit_and_by_the_holder_of_an_old_checkpoint(
    saksi: Saksi, client: FlaskClient, photo: dict[str, Any], deed: str, depth: str
) -> None:
    holder = Holder.of(client, photo)
    assert saksi("audit").exit_code == 0
    reading().rollback()

    Operator(photo["id"]).does(deed, depth)
    life_goes_on()

    assert holder.finds()
    reading().rollback()
    assert saksi("audit").exit_code == 1


@pytest.mark.parametrize("deed", DEEDS)
def test_with_the_key_an_operator_is_found_by_a_checkpoint_that_was_kept(
    saksi: Saksi, client: FlaskClient, photo: dict[str, Any], settings: config.Settings, tmp_path: Path, deed: str
) -> None:
    """Where the key is in the operator's hands too, the audit needs what it cannot reach."""
    kept = tmp_path / "kept.txt"
    kept.write_bytes(client.get(f"{LOG}/checkpoint").data)
    Operator(photo["id"]).does(deed, "signed anew")
    life_goes_on()

    assert saksi("audit").exit_code == 0 or deed == "deletion"
    (settings.data_root / "log.checkpoint").unlink(missing_ok=True)
    result = saksi("audit", "--checkpoint", str(kept))

    assert result.exit_code == 1
    assert f"another root than in {kept}: the log was rewritten" in result.output


def test_a_log_that_was_cut_off_is_found_by_what_was_kept(
    saksi: Saksi, client: FlaskClient, photo: dict[str, Any], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(client.get(f"{LOG}/checkpoint").data)
    with db.engine.begin() as connection:
        connection.execute(sa.delete(LogCheckpoint))
        connection.execute(sa.delete(LogNode))
        connection.execute(sa.update(CustodyEvent).values(place=None))
        connection.execute(sa.delete(CustodyEvent).where(CustodyEvent.action == "tried"))

    result = saksi("audit", "--checkpoint", str(kept))

    assert (result.exit_code, "cut off or rewritten" in result.output) == (1, True)


def test_what_is_no_checkpoint_of_this_log_is_refused(
    saksi: Saksi, photo: dict[str, Any], client: FlaskClient, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(client.get(f"{LOG}/checkpoint").data.replace(b"\n7\n", b"\n8\n").replace(b"\n4\n", b"\n5\n"))
    kept.write_text(kept.read_text().replace("\n10\n", "\n11\n"))

    result = saksi("audit", "--checkpoint", str(kept))

    assert (result.exit_code, "is no checkpoint that this log signed" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE log_checkpoint SET note = replace(note, 'saksi-', 'other-')", "does not hold"),
        ("DELETE FROM log_node WHERE level = 1", "kept hashes of level 1"),
        ("UPDATE custody_event SET details = '[1]' WHERE action = 'evidence.received'", "never wrote"),
        ("UPDATE custody_event SET record_id = 'x' WHERE action = 'evidence.received'", "is not on record"),
        ("UPDATE evidence SET grade = 'D'", "its statement is another than the log's"),
        ("UPDATE evidence SET state = 'accepted'", "is accepted; the log says"),
        ("UPDATE evidence SET latitude = latitude + 0.01", "its statement is another than the log's"),
        ("UPDATE evidence_finding SET outcome = 'pass', message = 'x'", "its statement is another than the log's"),
    ],
)
def test_what_else_can_be_changed_is_told_by_its_name(
    saksi: Saksi, photo: dict[str, Any], change: str, said: str
) -> None:
    assert saksi("audit").exit_code == 0
    reading().rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text(change))

    result = saksi("audit")

    assert (result.exit_code, said in result.output) == (1 if said else result.exit_code, True), result.output


def test_the_report_names_what_was_found(saksi: Saksi, photo: dict[str, Any], tmp_path: Path) -> None:
    Operator(photo["id"]).does("verdict", "row")

    saksi("audit", "--report", str(tmp_path / "report.json"))

    report = json.loads((tmp_path / "report.json").read_text())
    assert report["whole"] is False
    assert any(photo["id"] in told for told in report["log_faults"])
    assert custody_checking.broken_link(custody.export()) is None


def test_an_undone_verdict_is_found_though_events_were_numbered_anew(saksi: Saksi, photo: dict[str, Any]) -> None:
    """The bug: the audit followed the numbers by which events were written, which nobody signs."""
    row = sa.select(Evidence.verdict, Evidence.state).where(Evidence.id == UUID(photo["id"]))
    before = reading().execute(row).one()
    reading().rollback()
    with writing() as session:
        found = Finding("picture.made_up", Outcome.FAIL, "A person must look.")
        second_thoughts.settle(session, UUID(photo["id"]), [found], now=utc_now())
    assert saksi("audit").exit_code == 0
    reading().rollback()
    events = sa.select(CustodyEvent.sequence).where(CustodyEvent.record_id == photo["id"])
    numbers = list(reading().scalars(events.order_by(CustodyEvent.place)))
    reading().rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.update(Evidence).values(verdict=before.verdict, state=before.state))
        connection.execute(sa.text("DELETE FROM evidence_finding WHERE name = 'picture.made_up'"))
        for old, new in ((numbers[0], 10_000), (numbers[-1], numbers[0]), (10_000, numbers[-1])):
            connection.execute(sa.update(CustodyEvent).where(CustodyEvent.sequence == old).values(sequence=new))

    result = saksi("audit")

    assert (result.exit_code, f"Photo {photo['id']}" in result.output) == (1, True)


def test_a_new_event_with_an_old_date_is_found(saksi: Saksi, photo: dict[str, Any]) -> None:
    """The bug: only a date that was changed was found, and not one that was false from the start."""
    assert saksi("audit").exit_code == 0
    reading().rollback()
    with writing() as session:
        long_ago = utc_now() - timedelta(days=300)
        custody.append(session, None, "submission.decision", "submission", "x", now=long_ago, project="ROAD-1")

    result = saksi("audit")

    assert (result.exit_code, "(submission.decision) is dated" in result.output) == (1, True)
