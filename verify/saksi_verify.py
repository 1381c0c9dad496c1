#!/usr/bin/env python3
"""Says line by line what holds of a bundle of evidence, and what broke, by name.

    python3 saksi_verify.py bundle.zip [--key KEY] [--checkpoint OLD.txt] [--all] [--json]

One file. It needs Python 3.11 and the library `cryptography` (`pip install cryptography`), no server, no network and
nothing else of the project that made the bundle. Exit code: 0 all holds, 1 something broke, 2 this is no bundle that
can be read. What each line means, and what a bundle cannot prove, is told in docs/verify.md.
"""

from __future__ import annotations

import argparse
import binascii
import hashlib
import io
import json
import re
import struct
import sys
import zipfile
import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "saksi-bundle/1"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: Every name that a bundle may have, and how many bytes at most.
NAMES = {
    r"bundle\.json": 8_000_000,
    r"bundle\.jws": 2_000,
    r"keys\.json": 200_000,
    r"checkpoint\.txt": 20_000,
    r"consistency\.json": 20_000,
    r"milestones/[0-9]{4}\.json": 8_000_000,
    rf"photos/{UUID}/public\.jpg": 30_000_000,
    rf"photos/{UUID}/statement\.json": 1_000_000,
    rf"photos/{UUID}/receipt\.jws": 4_000,
    rf"photos/{UUID}/events\.json": 4_000_000,
}
ALWAYS = ("bundle.json", "bundle.jws", "keys.json", "checkpoint.txt")
OF_PHOTO = ("public.jpg", "statement.json", "receipt.jws", "events.json")
MOST_BYTES, MOST_FILES, MOST_LISTED = 4_000_000_000, 20_000, 8_000_000
MOST_DIGITS = 15
PIECE = 1 << 20
#: What the library says of a file that is no whole ZIP file.
ZIP_ERRORS = (OSError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OverflowError)
HOLDS, BROKEN, NOTE = "holds", "broken", "note"

#: What every line says. The page that does the same in a browser has the same codes.
_TABLE = """
container.unreadable | broken | This is no bundle that can be read: {why}.
file.holds | holds | The file is the one that the bundle lists.
file.changed | broken | The file was changed: its bytes are not the ones that the bundle lists.
file.missing | broken | The file is missing.
file.extra | broken | The file does not belong to the bundle: it is listed nowhere.
file.unreadable | broken | The file is not what it should be: {why}.
keys.inside | note | The keys come from the bundle itself. Compare {why} with what others hold, or give --key.
keys.known | holds | It is signed by a key that you gave.
keys.unknown | broken | It is signed by a key that you did not give: {why}.
signature.holds | holds | The list of files is signed by the installation.
signature.broken | broken | The signature is not of this list of files.
checkpoint.holds | holds | The log's checkpoint is signed: {why}.
checkpoint.broken | broken | The checkpoint is not signed by the log: {why}.
receipt.holds | holds | The receipt is signed, and is of this photo: {why}.
receipt.broken | broken | The receipt's signature does not hold, or it is no receipt.
receipt.other | broken | The receipt is of something else: its {why} is not that of the statement.
receipt.leaf | broken | The receipt promises another leaf than the one of the photo's arrival.
receipt.early | note | The receipt is from before the log was a tree and promises no leaf.
statement.holds | holds | The statement is the one that the log recorded last.
statement.other | broken | The statement is not the one that the log recorded last.
statement.mixed | broken | The statement and the log do not agree on the {why}.
statement.early | note | The log recorded no statement of this photo: it is from before that was done.
leaf.holds | holds | The leaf is made of what is told: {why}.
leaf.broken | broken | The leaf is not made of what is told: {why}.
proof.holds | holds | The leaf is in the log: {why}.
proof.broken | broken | The proof does not lead from the leaf to the checkpoint: {why}.
event.missing | broken | An event is missing that must be there: {why}.
event.order | broken | The events are not in the order of the log: {why}.
event.foreign | broken | An event is of another record: {why}.
event.hidden | note | What this event recorded was erased, or the statement in it is held back: {why}.
event.waiting | note | Events that had no place in the checkpoint yet were left out: {why}.
copy.holds | holds | The picture is the public copy that the log names.
copy.other | broken | The picture is not the public copy that the log names.
copy.unnamed | note | The log names no public copy; the list of files alone vouches for the picture.
consistency.holds | holds | The log continues your checkpoint: {why}.
consistency.same | holds | The checkpoint is the one that you kept: {why}.
consistency.forked | broken | The log was forked: it does not continue your checkpoint: {why}.
consistency.shorter | broken | The log was shortened, or the bundle is older than your checkpoint: {why}.
consistency.missing | broken | The bundle cannot be compared with your checkpoint: get it with ?since={why}.
consistency.rekeyed | broken | The log is signed by another key than your checkpoint: {why}.
consistency.unreadable | broken | Your checkpoint cannot be used: {why}.
consistency.unasked | note | Give a checkpoint that you kept (--checkpoint), to see that the log only grew.
subject.photos | note | The bundle has {why} published photos; the newest come first.
"""
WORDS = {code: (state, words) for code, state, words in (line.split(" | ") for line in _TABLE.split("\n")[1:-1])}


class WrongError(Exception):
    """Something is not as it should be; the text says what, and is part of a line."""


class Line(NamedTuple):
    """One thing that holds, broke or is to be known: what it is about, and why."""

    code: str
    subject: str = ""
    why: str = ""

    @property
    def state(self) -> str:
        """``holds``, ``broken`` or ``note``."""
        return WORDS[self.code][0]

    def words(self) -> str:
        """The line as it is printed, without anything in it that moves a terminal's cursor."""
        told = WORDS[self.code][1].format(why=self.why)
        whole = f"{self.state:7} {self.subject}{': ' if self.subject else ''}{told}"
        return "".join(letter if letter.isprintable() else "?" for letter in whole)


# Plain values, taken from a document that anybody may have written


def document(content: bytes) -> dict[str, Any]:
    """The JSON object that some bytes are; no name twice, no number that is none."""
    try:
        found = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole)
    except (ValueError, RecursionError):
        raise WrongError("it is no JSON document") from None
    if not isinstance(found, dict):
        raise WrongError("it is no JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS + 1:
        raise ValueError("too long a number")
    return int(text)


def take(found: Any, name: str, kind: type | tuple[type, ...]) -> Any:
    """A value by its name, of the kind it must have."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise WrongError(f"“{name}” is missing or of the wrong kind")
    return value


def text_of(found: Any, name: str, pattern: str = r".{1,300}") -> str:
    """A text of a certain form."""
    value: str = take(found, name, str)
    if not re.fullmatch(pattern, value):
        raise WrongError(f"“{name}” has a wrong form")
    return value


def digest_in(found: Any, name: str) -> bytes:
    """32 bytes, written as lowercase hex."""
    return bytes.fromhex(text_of(found, name, "[0-9a-f]{64}"))


def count_in(found: Any, name: str) -> int:
    """A whole number from 0."""
    value: int = take(found, name, int)
    if value < 0:
        raise WrongError(f"“{name}” is below zero")
    return value


def hashes_in(found: Any, name: str) -> list[bytes]:
    """A proof: at most 64 hashes, twice that for two sides."""
    told = take(found, name, list)
    if len(told) > 128:
        raise WrongError(f"“{name}” is too long")
    return [digest_in({"hash": each}, "hash") for each in told]


def canonical(value: Any) -> bytes:
    """A value in the one form that digests are taken of: names sorted, no blanks, UTF-8."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise WrongError("a text in it is no Unicode") from None


def base64_of(text: str) -> bytes:
    """Base64 in the one way in which these bytes are written."""
    return _exactly(text, lambda: b64decode(text, validate=True), lambda content: b64encode(content).decode())


def base64url_of(text: str) -> bytes:
    """Base64url without padding, in the one way in which these bytes are written."""
    padded = text + "=" * (-len(text) % 4)
    return _exactly(text, lambda: urlsafe_b64decode(padded), lambda each: urlsafe_b64encode(each).decode().rstrip("="))


def _exactly(text: str, read: Callable[[], bytes], written: Callable[[bytes], str]) -> bytes:
    try:
        content = read()
    except (binascii.Error, ValueError):
        raise WrongError("it is no base64") from None
    if written(content) != text:
        raise WrongError("it is no base64")
    return content


# The Merkle tree of RFC 6962, and signatures


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from a leaf (RFC 9162, 2.1.3.2); None where it cannot be one."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, step)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def continues(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``second`` leaves begins with that of ``first`` (RFC 9162, 2.1.4.2)."""
    if not 0 < first < second:
        return first == second > 0 and first_root == second_root and not proof
    steps = [first_root, *proof] if first & (first - 1) == 0 else [*proof]
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            earlier, later = node(step, earlier), node(step, later)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            later = node(later, step)
        place, last = place >> 1, last >> 1
    return last == 0 and (earlier, later) == (first_root, second_root)


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is of this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def thumbprint(public: bytes) -> str:
    """The name of a receipt key: the thumbprint of RFC 7638."""
    x = urlsafe_b64encode(public).decode().rstrip("=")
    digest = hashlib.sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": x})).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


class NoteKey(NamedTuple):
    """A key of the log under its name, as ``name+hash+key`` tells it (C2SP signed-note)."""

    name: str
    hash: bytes
    public: bytes

    @classmethod
    def read(cls, text: str) -> NoteKey:
        """The key that a text stands for."""
        name, digest, encoded = [*text.split("+", 2), "", ""][:3]
        content = base64_of(encoded)
        own = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
        if not name or content[:1] != b"\x01" or len(content) != 33 or own.hex() != digest:
            raise WrongError("this is no key of a log")
        return cls(name, own, content[1:])

    def told(self) -> str:
        """As it is handed around."""
        encoded = b64encode(b"\x01" + self.public).decode()
        return f"{self.name}+{self.hash.hex()}+{encoded}"


class Checkpoint(NamedTuple):
    """So many leaves of the log of this name have this root."""

    origin: str
    size: int
    root: bytes
    by: NoteKey

    def told(self) -> str:
        """In a few words."""
        return f"{self.size} events, root {self.root.hex()[:16]}…"


def opened(content: bytes, keys: Iterable[NoteKey]) -> Checkpoint:
    """The checkpoint in a note that one of these keys signed under the log's own name."""
    try:
        note = content.decode()
    except UnicodeDecodeError:
        raise WrongError("it is no text") from None
    text, found, rest = note.rpartition("\n\n")
    lines = text.split("\n")
    if (
        not found
        or not rest.endswith("\n")
        or len(lines) < 3
        or not re.fullmatch(r"0|[1-9]\d{0,14}", lines[1], re.ASCII)
    ):
        raise WrongError("it is no checkpoint")
    root, size = base64_of(lines[2]), int(lines[1])
    if len(root) != 32 or not size:
        raise WrongError("it is no checkpoint")
    own = [key for key in keys if key.name == lines[0]]
    for line in rest.splitlines():
        by = _signer(line, (text + "\n").encode(), own)
        if by:
            return Checkpoint(lines[0], size, root, by)
    raise WrongError("none of the log's keys signed it")


def _signer(line: str, message: bytes, keys: Sequence[NoteKey]) -> NoteKey | None:
    """The known key that signed by this line; None for a line of somebody else's."""
    dash, name, encoded = [*line.split(" "), "", ""][:3]
    content = base64_of(encoded)
    if dash != "\N{EM DASH}" or not name:
        raise WrongError("it is no signed note")
    for key in keys:
        if key.name == name and key.hash == content[:4]:
            if not signed(key.public, content[4:], message):
                raise WrongError("the signature is not of this text")
            return key
    return None


class Jws(NamedTuple):
    """What a compact JWS says, and by which key (its thumbprint) it was signed."""

    payload: dict[str, Any]
    kid: str


def jws(content: bytes, kind: str, keys: dict[str, bytes]) -> Jws:
    """What a compact JWS of one kind says, once its signature was checked."""
    try:
        header_part, payload_part, signature_part = content.decode("ascii").split(".")
    except ValueError:
        raise WrongError("it is no JWS") from None
    header = document(base64url_of(header_part))
    kid = text_of(header, "kid")
    if header != {"alg": "EdDSA", "typ": kind, "kid": kid} or kid not in keys:
        raise WrongError("its key is not known")
    message = f"{header_part}.{payload_part}".encode()
    if not signed(keys[kid], base64url_of(signature_part), message):
        raise WrongError("the signature does not hold")
    return Jws(document(base64url_of(payload_part)), kid)


# The ZIP file


@dataclass
class Container:
    """The files of a bundle. Nothing is unpacked to the disk, and nothing is read beyond what its name may have."""

    zip: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]

    @classmethod
    def open(cls, path: Path) -> Container:
        """Look into the file, and refuse what could not be a bundle before much of it is read."""
        try:
            with path.open("rb") as stream:
                _refuse_odd(stream)
            found = zipfile.ZipFile(path)
        except ZIP_ERRORS as error:
            raise WrongError(f"it is no ZIP file ({type(error).__name__})") from None
        entries: dict[str, zipfile.ZipInfo] = {}
        for entry in found.infolist():
            if entry.orig_filename in entries:
                raise WrongError(f"the name {entry.orig_filename[:80]!r} is there twice")
            entries[entry.orig_filename] = entry
        return cls(found, entries)

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of one file, piece by piece."""
        entry, most = self.entries[name], limit_of(name)
        if entry.file_size > most or entry.flag_bits & 1 or entry.compress_type not in (0, 8):
            raise WrongError("it is too large, encrypted, or packed in an unknown way")
        try:
            with self.zip.open(entry) as stream:
                while piece := stream.read(PIECE):
                    yield piece
        except ZIP_ERRORS:
            raise WrongError("its bytes were changed, and cannot be unpacked") from None


def _refuse_odd(stream: IO[bytes]) -> None:
    size = stream.seek(0, 2)
    if not 22 <= size <= MOST_BYTES:
        raise WrongError("it is too small or too large")
    stream.seek(size - 22)
    end = stream.read(22)
    files, listed = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if end[:4] != b"PK\x05\x06" or end[20:] != b"\0\0":
        raise WrongError("it is no ZIP file, or something was put at its end")
    if files > MOST_FILES or listed > MOST_LISTED:
        raise WrongError(f"it lists {files} files, which is more than a bundle has")


def limit_of(name: str) -> int:
    """How many bytes a file of this name may have; 0 for a name that no bundle has."""
    return next((most for pattern, most in NAMES.items() if re.fullmatch(pattern, name)), 0)


# The bundle


@dataclass
class Verifier:
    """Goes through one bundle and gathers what is to be said of it."""

    container: Container
    known: frozenset[str] = frozenset()
    old: bytes | None = None
    lines: list[Line] = field(default_factory=list)
    receipt_keys: dict[str, bytes] = field(default_factory=dict)
    log_keys: list[NoteKey] = field(default_factory=list)
    checkpoint: Checkpoint | None = None

    def say(self, code: str, subject: str = "", why: str = "") -> None:
        """Add a line."""
        self.lines.append(Line(code, subject, why[:300]))

    def run(self) -> list[Line]:
        """All lines, in the order in which they follow from each other."""
        try:
            told = document(self.container.read("bundle.json"))
            if told.get("format") != FORMAT:
                raise WrongError(f"it is not of the form {FORMAT}")
            listed = take(told, "files", dict)
            photos = [text_of({"id": each}, "id", UUID) for each in take(told, "photos", list)]
        except KeyError:
            raise WrongError("it has no bundle.json") from None
        self.files(listed, photos)
        self.within("keys.json", self.keys)
        self.within("bundle.jws", self.signature)
        self.within("checkpoint.txt", self.signed_log)
        self.compared()
        self.subject(told, photos)
        for name in sorted(each for each in self.container.entries if each.startswith("milestones/")):
            self.within(name, partial(self.events, name))
        for photo in photos:
            self.photo(photo)
        return self.lines

    def within(self, name: str, check: Callable[[], object]) -> None:
        """Do one check; what is wrong with the form of its file becomes a line."""
        if name not in self.container.entries:
            return
        try:
            check()
        except WrongError as error:
            self.say("file.unreadable", name, str(error))

    def files(self, listed: dict[str, Any], photos: list[str]) -> None:
        """Every file that is listed is there and has its bytes; nothing else is there; what must be listed is."""
        own = {"bundle.json", "bundle.jws"}
        needed = {*ALWAYS, *(f"photos/{photo}/{name}" for photo in photos for name in OF_PHOTO)}
        for name in sorted({*listed, *needed} - {*self.container.entries}):
            self.say("file.missing", name)
        of_no_photo = {each for each in listed if each.startswith("photos/")} - needed
        extra = {each for each in self.container.entries if each not in listed and each not in own}
        extra |= {each for each in self.container.entries if not limit_of(each)} | of_no_photo
        for name in sorted(extra):
            self.say("file.extra", name)
        for name in [each for each in self.container.entries if each in listed and each not in extra]:
            self.within(name, partial(self.file, name, listed[name]))

    def file(self, name: str, told: Any) -> None:
        """One file has the digest and the size that are listed."""
        wanted, size = digest_in(told, "sha256"), count_in(told, "size")
        digest, read = hashlib.sha256(), 0
        try:
            for piece in self.container.pieces(name):
                digest.update(piece)
                read += len(piece)
        except WrongError:
            read = -1
        self.say("file.holds" if (digest.digest(), read) == (wanted, size) else "file.changed", name)

    def keys(self) -> None:
        """The keys that the bundle brings along; whether they are the right ones is for its reader to say."""
        told = document(self.container.read("keys.json"))
        for each in take(told, "receipts", list):
            public = base64url_of(text_of(each, "x"))
            if len(public) != 32 or each.get("kty") != "OKP" or each.get("crv") != "Ed25519":
                raise WrongError("a receipt key is none")
            self.receipt_keys[thumbprint(public)] = public
        self.log_keys = [NoteKey.read(text_of({"key": each}, "key")) for each in take(told, "log", list)]

    def trusted(self, subject: str, key: str, kinds: Callable[[str], bool]) -> None:
        """Whether a key is one of those that the reader gave, if any of its kind were given."""
        given = [each for each in self.known if kinds(each)]
        if not given:
            self.say("keys.inside", subject, key)
        else:
            self.say("keys.known" if key in given else "keys.unknown", subject, key)

    def signature(self) -> None:
        """The list of files is the one that was signed."""
        try:
            found = jws(self.container.read("bundle.jws"), "saksi-bundle+jws", self.receipt_keys)
            own = hashlib.sha256(self.container.read("bundle.json")).hexdigest()
            whole = found.payload == {"v": 1, "bundle": own}
        except WrongError:
            whole = False
        self.say("signature.holds" if whole else "signature.broken", "bundle.jws")
        if whole:
            self.trusted("bundle.jws", found.kid, lambda each: "+" not in each)

    def signed_log(self) -> None:
        """The checkpoint is signed by the log."""
        try:
            self.checkpoint = opened(self.container.read("checkpoint.txt"), self.log_keys)
        except WrongError as error:
            self.say("checkpoint.broken", "checkpoint.txt", str(error))
            return
        self.say("checkpoint.holds", "checkpoint.txt", f"{self.checkpoint.origin}, {self.checkpoint.told()}")
        self.trusted("checkpoint.txt", self.checkpoint.by.told(), lambda each: "+" in each)

    def compared(self) -> None:
        """The log continues the checkpoint that the reader kept."""
        if self.old is None:
            self.say("consistency.unasked", "checkpoint.txt")
        elif self.checkpoint is not None:
            try:
                given = [NoteKey.read(each) for each in self.known if "+" in each]
                old = opened(self.old, [*given, *self.log_keys])
            except WrongError as error:
                self.say("consistency.unreadable", "checkpoint.txt", str(error))
            else:
                self.say(*self._continued(old, self.checkpoint))
                self._same_key(old, self.checkpoint)

    def _continued(self, old: Checkpoint, new: Checkpoint) -> tuple[str, str, str]:
        name, sizes = "checkpoint.txt", f"{old.size} and {new.size} events"
        if old.origin != new.origin:
            return "consistency.unreadable", name, f"it is of another log, {old.origin}"
        if old.size > new.size:
            return "consistency.shorter", name, sizes
        if old.size == new.size:
            return ("consistency.same" if old.root == new.root else "consistency.forked"), name, sizes
        if "consistency.json" not in self.container.entries:
            return "consistency.missing", name, str(old.size)
        try:
            told = document(self.container.read("consistency.json"))
            if (count_in(told, "first"), count_in(told, "second")) != (old.size, new.size):
                return "consistency.missing", name, str(old.size)
            whole = continues(old.size, old.root, new.size, new.root, hashes_in(told, "hashes"))
        except WrongError:
            whole = False
        return ("consistency.holds" if whole else "consistency.forked"), name, sizes

    def _same_key(self, old: Checkpoint, new: Checkpoint) -> None:
        """Whoever kept a checkpoint trusts its key; another one that a bundle brings along anybody could have made."""
        key = new.by.told()
        if key not in {old.by.told(), *self.known}:
            self.say("consistency.rekeyed", "checkpoint.txt", key)

    def subject(self, told: dict[str, Any], photos: list[str]) -> None:
        """How many photos there are, where some were left out."""
        try:
            published = count_in(told, "published")
        except WrongError as error:
            self.say("file.unreadable", "bundle.json", str(error))
            return
        if published != len(photos):
            self.say("subject.photos", "bundle.json", f"{len(photos)} / {published}")

    # One photo

    def photo(self, photo: str) -> None:
        """Receipt, statement, events and picture of one photo belong together."""
        names = {name: f"photos/{photo}/{name}" for name in OF_PHOTO}
        if any(name not in self.container.entries for name in names.values()):
            return
        told: list[dict[str, Any]] = []
        self.within(names["events.json"], lambda: told.extend(self._own(names["events.json"], photo)))
        self.within(names["statement.json"], lambda: self.statement(names["statement.json"], photo, told))
        self.within(names["receipt.jws"], lambda: self.receipt(names, photo, told))
        self.within(names["public.jpg"], lambda: self.copy(names["public.jpg"], told))

    def _own(self, name: str, photo: str) -> list[dict[str, Any]]:
        events = self.events(name)
        for each in events:
            if each["record"] != ["evidence", photo]:
                self.say("event.foreign", name, each["action"])
        waiting = any(line.code == "event.waiting" and line.subject == name for line in self.lines)
        for action in ("evidence.received", "evidence.published"):
            if not waiting and not any(each["action"] == action for each in events):
                self.say("event.missing", name, action)
        return events

    def statement(self, name: str, photo: str, events: list[dict[str, Any]]) -> None:
        """The statement's digest is the one in the last event that names one."""
        content = self.container.read(name)
        told = document(content)
        recorded = [each["told"]["statement"] for each in events if "statement" in each["told"]]
        if told.get("id") != photo:
            self.say("statement.mixed", name, "id")
        if not recorded:
            self.say("statement.early" if events else "statement.other", name)
            return
        same = recorded[-1] == hashlib.sha256(content).hexdigest()
        self.say("statement.holds" if same else "statement.other", name)
        for field_name in ("verdict", "sha256", "project"):
            values = [each["told"][field_name] for each in events if field_name in each["told"]]
            if values and values[-1] != told.get(field_name):
                self.say("statement.mixed", name, field_name)

    def receipt(self, names: dict[str, str], photo: str, events: list[dict[str, Any]]) -> None:
        """The receipt is signed, of this photo, and its leaf is that of the photo's arrival."""
        name = names["receipt.jws"]
        try:
            found = jws(self.container.read(name), "saksi-receipt+jws", self.receipt_keys)
        except WrongError:
            self.say("receipt.broken", name)
            return
        statement = document(self.container.read(names["statement.json"]))
        wanted = {"evidence": photo, **{each: statement.get(each) for each in ("sha256", "size", "received_at")}}
        other = [each for each, value in wanted.items() if found.payload.get(each) != value]
        if found.payload.get("v") != 1 or other:
            self.say("receipt.other", name, ", ".join(other) or "version")
            return
        if any("+" not in each for each in self.known) and found.kid not in self.known:
            self.say("keys.unknown", name, found.kid)
        leaf = found.payload.get("leaf")
        arrival = [each["leaf"] for each in events if each["action"] == "evidence.received"]
        if leaf is None:
            self.say("receipt.early", name)
        elif arrival != [leaf]:
            self.say("receipt.leaf", name)
            return
        self.say("receipt.holds", name, f"{wanted['sha256']}, {wanted['received_at']}")

    def copy(self, name: str, events: list[dict[str, Any]]) -> None:
        """The picture is the one that the last event about a public copy names."""
        named = [each["told"].get("copy") for each in events if each["action"] == "copy.published"]
        if not named:
            self.say("copy.unnamed", name)
            return
        digest = hashlib.sha256(self.container.read(name)).hexdigest()
        self.say("copy.holds" if named[-1] == digest else "copy.other", name)

    # Events and their leaves

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of a file, each checked: its leaf is made of it, and is in the log."""
        found = document(self.container.read(name))
        taken: list[dict[str, Any]] = []
        before = -1
        for told in take(found, "events", list):
            event = self._event(name, told)
            if event["place"] <= before:
                self.say("event.order", name, event["action"])
            before = event["place"]
            taken.append(event)
        waiting = count_in(found, "waiting")
        if waiting:
            self.say("event.waiting", name, str(waiting))
        return taken

    def _event(self, name: str, told: Any) -> dict[str, Any]:
        record = take(told, "record", list)
        if len(record) != 2 or not all(isinstance(each, str) for each in record):
            raise WrongError("“record” has a wrong form")
        about = {"v": 1, "at": text_of(told, "at"), "action": text_of(told, "action"), "record": record}
        shown, details = _details(told)
        data = canonical(about | {"actor": text_of(told, "actor", "[0-9a-f]{64}"), "details": details})
        leaf, place = digest_in(told, "leaf"), count_in(told, "place")
        why = f"{about['action']}, {about['at']}"
        same = hashlib.sha256(b"\0" + data).digest() == leaf
        self.say("leaf.holds" if same else "leaf.broken", name, why)
        if "details_digest" in told or "statement" in told["kept"]:
            self.say("event.hidden", name, why)
        if self.checkpoint is not None:
            reached = root_from(leaf, place, self.checkpoint.size, hashes_in(told, "proof"))
            led = reached == self.checkpoint.root
            self.say("proof.holds" if led else "proof.broken", name, f"{why}, place {place}")
        return {"action": about["action"], "record": record, "told": shown, "leaf": leaf.hex(), "place": place}


def _details(told: Any) -> tuple[dict[str, Any], str]:
    """What is disclosed of an event's details, and the digest of all of them."""
    if "details_digest" in told:
        return {}, text_of(told, "details_digest", "[0-9a-f]{64}")
    shown = take(told, "details", dict)
    digests = {each: text_of(take(told, "kept", dict), each, "[0-9a-f]{64}") for each in take(told, "kept", dict)}
    if {*shown} & {*digests}:
        raise WrongError("a detail is told and kept back at once")
    for name, each in shown.items():
        salt, value = bytes.fromhex(text_of(each, "salt", "[0-9a-f]{32}")), each.get("value", ())
        if not isinstance(value, str | int | None):
            raise WrongError("a detail is neither a text nor a whole number")
        digests[name] = hashlib.sha256(salt + canonical(value)).hexdigest()
    return {name: each["value"] for name, each in shown.items()}, hashlib.sha256(canonical(digests)).hexdigest()


def verify(path: Path, *, known: Iterable[str] = (), old: bytes | None = None) -> list[Line]:
    """Every line about the bundle at ``path``; ``known`` are keys, ``old`` a checkpoint that was kept."""
    try:
        container = Container.open(path)
        with container.zip:
            return Verifier(container, frozenset(known), old).run()
    except WrongError as error:
        return [Line("container.unreadable", why=str(error))]


def exit_code(lines: Sequence[Line]) -> int:
    """0 all holds, 1 something broke, 2 it could not be read."""
    if any(line.code == "container.unreadable" for line in lines):
        return 2
    return 1 if any(line.state == BROKEN for line in lines) else 0


# The program


def known_keys(given: str) -> list[str]:
    """Keys from a file or a text: ``name+hash+key`` lines, thumbprints, or a JWKS document."""
    path = Path(given)
    try:
        text = path.read_text() if len(given) < 250 and path.is_file() else given
    except (OSError, ValueError):
        raise WrongError(f"the key {given!r} cannot be read") from None
    if text.lstrip().startswith("{"):
        keys = document(text.encode()).get("keys")
        return [thumbprint(base64url_of(text_of(each, "x"))) for each in (keys if isinstance(keys, list) else [])]
    found = text.split()
    for each in found:
        if "+" in each:
            NoteKey.read(each)
        elif not re.fullmatch(r"[\w-]{43}", each, re.ASCII):
            raise WrongError(f"{each[:60]!r} is no key")
    return found


def printed(lines: Sequence[Line], *, every: bool) -> Iterator[str]:
    """The lines as text; what holds more than five times in one way is counted."""
    times = Counter(line.code for line in lines)
    counted: set[str] = set()
    for line in lines:
        if every or line.state == BROKEN or times[line.code] <= 5:
            yield line.words()
        elif line.code not in counted:
            counted.add(line.code)
            yield f"{line.state:7} {times[line.code]} times: {WORDS[line.code][1].replace(': {why}', '')}"
    broken = sum(line.state == BROKEN for line in lines)
    yield f"\n{broken} of {len(lines)} lines broke." if broken else "\nEverything that could be checked holds."


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one bundle and say what was found."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(prog="saksi-verify", description="Says what holds of a bundle of evidence.")
    parser.add_argument("bundle", type=Path, help="the ZIP file")
    parser.add_argument("--key", action="append", default=[], help="a key you know: the text itself, or a file with it")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint of the log that you kept")
    parser.add_argument("--all", action="store_true", help="a line for everything, also where much of it holds alike")
    parser.add_argument("--json", action="store_true", help="the lines as JSON")
    asked = parser.parse_args(arguments)
    try:
        known = [key for given in asked.key for key in known_keys(given)]
        old = asked.checkpoint.read_bytes()[:20_000] if asked.checkpoint else None
    except (WrongError, OSError) as error:
        parser.error(str(error))
    lines = verify(asked.bundle, known=known, old=old)
    code = exit_code(lines)
    if asked.json:
        told = [{"state": line.state, **line._asdict()} for line in lines]
        sys.stdout.write(json.dumps({"exit": code, "lines": told}, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(printed(lines, every=asked.all)) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
