"""Checkpoints of the custody log: how many leaves there were and what their root was, signed.

The text is that of C2SP ``tlog-checkpoint``, the signature that of C2SP ``signed-note`` with Ed25519, so that the
tools of other transparency logs read them, and so that others can sign beside the log: lines of keys that are not
known are passed over.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence.merkle import HASH_BYTES

#: The kind of signature that a key's hash covers: Ed25519.
ED25519 = b"\x01"
KEY_HASH_BYTES = 4
SIGNATURE = "\N{EM DASH} "
#: Longer than any checkpoint with its signatures is.
MOST_CHARACTERS = 20_000


class CheckpointError(ValueError):
    """A note that none of the given keys signed, or that is no checkpoint; the text says which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the log named ``origin``: its first ``size`` leaves have this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """The public half of a key under its name, 32 bytes (RFC 8032)."""

    name: str
    public: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_HASH_BYTES]

    def told(self) -> str:
        """The key as verifiers of notes are given it: ``name+hash+key``."""
        return f"{self.name}+{self.hash.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> NoteKey:
        """The key that a text stands for.

        Raises:
            CheckpointError: it stands for none.
        """
        name, _, rest = text.partition("+")
        digest, _, encoded = rest.partition("+")
        content = _decoded(encoded)
        key = cls(name, content[1:])
        if content[:1] != ED25519 or len(key.public) != 32 or key.hash.hex() != digest:
            raise CheckpointError("this is no Ed25519 key of a note")
        return key


class LogKey:
    """The key that signs a log's checkpoints, under the log's own name."""

    def __init__(self, seed: bytes, origin: str = "") -> None:
        """``seed`` is the 32 bytes of an Ed25519 private key; without a name the log has one made of the key."""
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        self.origin = origin or f"saksi-{sha256(public).hexdigest()[:12]}/custody"
        self.public = NoteKey(self.origin, public)
        self._seed = seed

    def sign(self, size: int, root: bytes) -> str:
        """The checkpoint of the log's first ``size`` leaves, as a signed note."""
        return signed(Checkpoint(self.origin, size, root).text(), self.origin, self._seed)


def signed(text: str, name: str, seed: bytes) -> str:
    """A note: a text of whole lines with the signature of the key under ``name``, made from its 32 bytes of seed."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = NoteKey(name, private.public_key().public_bytes_raw())
    signature = b64encode(key.hash + private.sign(text.encode())).decode()
    return f"{text}\n{SIGNATURE}{name} {signature}\n"


def verified(note: str, keys: Iterable[NoteKey]) -> str:
    """The text of a note that at least one of these keys signed.

    Raises:
        CheckpointError: none did, one that is named did not sign this text, or it is no note.
    """
    text, found, rest = note.rpartition("\n\n")
    if not found or not rest.endswith("\n") or len(note) > MOST_CHARACTERS:
        raise CheckpointError("this is no signed note")
    text += "\n"
    known = {(key.name, key.hash): key for key in keys}
    by = [_signer(line, text, known) for line in rest.splitlines()]
    if not any(by):
        raise CheckpointError("none of these keys signed this note")
    return text


def opened(note: str, keys: Iterable[NoteKey], origin: str) -> Checkpoint:
    """The checkpoint of the log named ``origin`` in a note that at least one of these keys signed.

    Raises:
        CheckpointError: as ``verified``; or the note is no checkpoint, or another log's.
    """
    lines = verified(note, keys).split("\n")
    if len(lines) < 4 or not (lines[1].isascii() and lines[1].isdigit()) or (lines[1] != "0" and lines[1][0] == "0"):
        raise CheckpointError("this note is no checkpoint")
    found = Checkpoint(lines[0], int(lines[1]), _decoded(lines[2]))
    if len(found.root) != HASH_BYTES:
        raise CheckpointError("this note is no checkpoint")
    if found.origin != origin:
        raise CheckpointError(f"this is the checkpoint of another log, {found.origin}")
    return found


def _signer(line: str, text: str, known: dict[tuple[str, bytes], NoteKey]) -> NoteKey | None:
    """The known key that signed by this line; None for a key that is not known."""
    name, _, encoded = line.removeprefix(SIGNATURE).partition(" ")
    content = _decoded(encoded)
    if not line.startswith(SIGNATURE) or not name or len(content) <= KEY_HASH_BYTES:
        raise CheckpointError("this is no signed note")
    key = known.get((name, content[:KEY_HASH_BYTES]))
    if key is None:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(content[KEY_HASH_BYTES:], text.encode())
    except InvalidSignature:
        raise CheckpointError(f"the signature of {name} is not of this text") from None
    return key


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise CheckpointError("this is no base64") from None
