"""Checkpoints as other transparency logs write them, and every way in which one can lie."""

from __future__ import annotations

import pytest

from evidence.checkpoints import Checkpoint, CheckpointError, NoteKey, opened, signed, verified
from evidence.merkle import EMPTY

#: The example of the Go library for notes, golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SEED, OTHER_SEED = b"1" * 32, b"2" * 32
ORIGIN = "saksi.example.org/custody"
AT = Checkpoint(ORIGIN, 1234, bytes(range(32)))


def key(seed: bytes = SEED, name: str = ORIGIN) -> NoteKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return NoteKey(name, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def test_reads_what_another_implementation_signed() -> None:
    assert verified(GO_NOTE, [NoteKey.read(GO_KEY)]).endswith("your problem is.\n")
    assert NoteKey.read(GO_KEY).told() == GO_KEY


def test_a_checkpoint_is_three_lines_an_empty_one_and_a_signature() -> None:
    lines = signed(AT.text(), ORIGIN, SEED).split("\n")

    assert lines[:4] == [ORIGIN, "1234", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]


@pytest.mark.parametrize("at", [AT, Checkpoint(ORIGIN, 0, EMPTY), Checkpoint(ORIGIN, 10**15, EMPTY)])
def test_what_was_signed_is_read_again(at: Checkpoint) -> None:
    assert opened(signed(at.text(), ORIGIN, SEED), [key()], ORIGIN) == at


def test_others_may_sign_beside_the_log() -> None:
    note = signed(AT.text(), ORIGIN, SEED)
    witness = signed(AT.text(), "witness.example", OTHER_SEED).rsplit("\n\n", 1)[1]

    assert opened(note + witness, [key()], ORIGIN) == AT
    assert opened(note + witness, [key(OTHER_SEED, "witness.example")], ORIGIN) == AT


@pytest.mark.parametrize("old", ["1234", "saksi", "AAEC", ORIGIN])
def test_a_changed_line_is_seen(old: str) -> None:
    note = signed(AT.text(), ORIGIN, SEED)
    new = "1235" if old == "1234" else old[::-1]

    with pytest.raises(CheckpointError):
        opened(note.replace(old, new, 1), [key()], ORIGIN)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([], "none of these keys"),
        ([key(OTHER_SEED)], "none of these keys"),
        ([key(name="another")], "none of these keys"),
    ],
)
def test_a_note_of_no_known_key_is_refused(keys: list[NoteKey], told: str) -> None:
    with pytest.raises(CheckpointError, match=told):
        opened(signed(AT.text(), ORIGIN, SEED), keys, ORIGIN)


def test_a_false_signature_of_a_known_key_is_refused_beside_a_good_one() -> None:
    good = signed(AT.text(), ORIGIN, SEED)
    false = signed("another text\n", "witness.example", OTHER_SEED).rsplit("\n\n", 1)[1]

    with pytest.raises(CheckpointError, match=r"witness\.example is not of this text"):
        opened(good + false, [key(), key(OTHER_SEED, "witness.example")], ORIGIN)


def test_the_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(CheckpointError, match="another log"):
        opened(signed(AT.text(), ORIGIN, SEED), [key()], "else.example/custody")


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n",
        f"{ORIGIN}\n12\n",
        f"{ORIGIN}\n-1\nAAEC\n",
        f"{ORIGIN}\n007\n{'A' * 43}=\n",
        f"{ORIGIN}\n١٢\n{'A' * 43}=\n",
        f"{ORIGIN}\n12\nAAEC\n",
        f"{ORIGIN}\n12\nno base64\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        opened(signed(text, ORIGIN, SEED), [key()], ORIGIN)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "text\n",
        "text\n\nno signature\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA\n",
        "t\n\n— name A" * 9000,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(CheckpointError):
        verified(note, [key()])


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", GO_KEY.replace("c74f20a3", "c74f20a4"), GO_KEY[:-4]]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        NoteKey.read(text)
