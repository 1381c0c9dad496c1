"""The verifier on bundles made by hand: what holds, and every way in which something is named that does not."""

from __future__ import annotations

import ast
import io
import json
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import merkle
from public_site.bundle_words import LINES
from tests.bundle_maker import FOLDER, KEY, LOG, Tree, edited, events, files, packed, tree_of
from tests.unit.bundles.vectors import DATA, EVENTS, Vector, vectors
from verify import saksi_verify
from verify.saksi_verify import BROKEN, WORDS, Line, exit_code, main, verify

GOOD = files()
VECTORS = {vector.name: vector for vector in vectors()}
SMALL = sorted(GOOD)


def said(content: bytes, folder: Path, **more: Any) -> list[Line]:
    path = folder / "bundle.zip"
    path.write_bytes(content)
    return verify(path, **more)


def broken(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.code, line.subject) for line in lines if line.state == BROKEN]


def test_a_whole_bundle_holds(tmp_path: Path) -> None:
    lines = said(packed(GOOD), tmp_path)

    assert (broken(lines), exit_code(lines)) == ([], 0)
    codes = {line.code for line in lines}
    assert {"file.holds", "signature.holds", "checkpoint.holds", "receipt.holds", "statement.holds"} <= codes
    assert {"leaf.holds", "proof.holds", "copy.holds"} <= codes
    assert sum(line.code == "proof.holds" for line in lines) == 8


@pytest.mark.parametrize("name", VECTORS)
def test_each_way_to_break_a_bundle_is_named(tmp_path: Path, name: str) -> None:
    vector: Vector = VECTORS[name]
    found = broken(said(vector.content, tmp_path, old=vector.old))

    if name.startswith("flipped-"):
        assert found
    else:
        assert sorted(found) == sorted(vector.broken)


@pytest.mark.parametrize("name", ["erased", "withheld"])
def test_a_statement_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    lines = said(VECTORS[name].content, tmp_path)

    assert [line.why for line in lines if line.code == "event.hidden"] == ["evidence.accepted, 2026-03-01T00:00:00Z"]


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_on_the_disk_are_these(name: str) -> None:
    assert (DATA / f"{name}.zip").read_bytes() == VECTORS[name].content


@pytest.mark.parametrize("name", SMALL)
def test_every_byte_of_every_file_counts(tmp_path: Path, name: str) -> None:
    """Each byte is changed in three ways; the file that holds it is named, or the signature that covers it."""
    content = GOOD[name]
    step = max(1, len(content) // 120)
    for place in range(0, len(content), step):
        for flip in (0x01, 0x20, 0x80):
            changed = bytearray(content)
            changed[place] ^= flip
            found = broken(said(packed(GOOD | {name: bytes(changed)}, zipfile.ZIP_STORED), tmp_path))
            if name in ("bundle.json", "bundle.jws"):
                assert ("signature.broken", "bundle.jws") in found or ("container.unreadable", "") in found
            else:
                assert ("file.changed", name) in found


@pytest.mark.parametrize("name", SMALL)
def test_every_file_that_is_gone_is_missed(tmp_path: Path, name: str) -> None:
    found = broken(said(packed({each: part for each, part in GOOD.items() if each != name}), tmp_path))

    assert ("file.missing", name) in found or (name == "bundle.json" and found == [("container.unreadable", "")])


@given(place=st.integers(0, len(packed(GOOD)) - 1), byte=st.integers(0, 255))
def test_no_byte_of_the_zip_file_brings_it_down(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    content = bytearray(packed(GOOD))
    content[place] = byte

    assert exit_code(said(bytes(content), tmp_path_factory.getbasetemp())) in (0, 1, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
DOCUMENTS = [name for name in SMALL if name.endswith(".json") and name != "bundle.json"]


@given(data=st.data(), name=st.sampled_from(DOCUMENTS), value=JSON)
def test_whatever_stands_in_a_document_is_told_in_a_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, name: str, value: Any
) -> None:
    """One value somewhere in a document is another one, and all is listed and signed anew."""

    def change(found: Any) -> Any:
        holder: Any = found
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(holder[key], dict | list) or not holder[key] or data.draw(st.booleans()):
                holder[key] = value
                return
            holder = holder[key]

    lines = said(packed(edited(GOOD, name, change)), tmp_path_factory.getbasetemp())
    assert exit_code(lines) in (0, 1, 2)
    assert all(line.words().isprintable() for line in lines)


def zip_of(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (line,) = said(zip_of(*GOOD.items(), ("bundle.json", b"{}")), tmp_path)

    assert (line.code, "twice" in line.why) == ("container.unreadable", True)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = packed(GOOD | {"keys.json": bytes(60_000_000)})

    assert ("file.changed", "keys.json") in broken(said(bomb, tmp_path))


def test_a_list_of_more_files_than_a_bundle_has_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 60_000, 60_000, 10, 0, 0)
    (line,) = said(b"x" * 50 + end, tmp_path)

    assert (line.code, "60000" in line.why) == ("container.unreadable", True)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "photos/x/public.jpg", "a\\b", "keys.json/"])
def test_a_name_that_no_bundle_has_is_named_and_not_read(tmp_path: Path, name: str) -> None:
    assert broken(said(packed(GOOD | {name: b"x"}), tmp_path)) == [("file.extra", name)]


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":1,"a":2}', b'{"a":NaN}', b"1" * 10_000, b"\xff", b"[]"])
def test_a_list_that_is_no_plain_document_is_told(tmp_path: Path, content: bytes) -> None:
    (line,) = said(packed(GOOD | {"bundle.json": content}), tmp_path)

    assert (line.code, exit_code([line])) == ("container.unreadable", 2)


def test_a_receipt_of_another_photo_is_named(tmp_path: Path) -> None:
    from dataclasses import replace

    from evidence.receipts import verify as receipt_of
    from tests.bundle_maker import listed

    own = receipt_of(GOOD[f"{FOLDER}/receipt.jws"].decode(), [{"kid": KEY.kid, "x": KEY.x}])
    for field, value in (("sha256", "ef" * 32), ("size", 1), ("received_at", "2020-01-01T00:00:00Z")):
        other = KEY.sign(replace(own, **{field: value})).encode()
        lines = said(packed(listed(GOOD | {f"{FOLDER}/receipt.jws": other})), tmp_path)
        assert [(line.code, line.why) for line in lines if line.state == BROKEN] == [("receipt.other", field)]


def test_a_list_signed_as_something_else_is_no_list(tmp_path: Path) -> None:
    content = GOOD["bundle.jws"].decode().split(".")[1]
    payload = saksi_verify.base64url_of(content)
    strange = GOOD | {"bundle.jws": KEY.sign_as("saksi-receipt+jws", payload).encode()}

    assert broken(said(packed(strange), tmp_path)) == [("signature.broken", "bundle.jws")]


def test_an_order_that_is_not_the_logs_is_named(tmp_path: Path) -> None:
    turned = edited(GOOD, EVENTS, lambda found: found["events"].reverse())

    assert ("event.order", EVENTS) in broken(said(packed(turned), tmp_path))


def test_a_key_that_is_known_must_have_signed(tmp_path: Path) -> None:
    right = said(packed(GOOD), tmp_path, known=[KEY.kid, LOG.public.told()])
    wrong = said(packed(GOOD), tmp_path, known=["A" * 43, f"{LOG.public.told()}"])

    assert [line.subject for line in right if line.code == "keys.known"] == ["bundle.jws", "checkpoint.txt"]
    assert {code for code, _subject in broken(wrong)} == {"keys.unknown"}


# The program


def test_the_program_says_it_in_lines_or_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, kept = tmp_path / "bundle.zip", tmp_path / "old.txt"
    path.write_bytes(packed(GOOD))
    kept.write_bytes(tree_of(events()).note())

    assert main([str(path), "--checkpoint", str(kept), "--key", KEY.kid]) == 0
    assert "Everything that could be checked holds." in capsys.readouterr().out
    assert main([str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exit"] == 0


@pytest.mark.parametrize("asked", [["none.zip"], ["x", "--key", "no key"], ["x", "--checkpoint", "none.txt"]])
def test_what_cannot_be_read_ends_with_two(asked: list[str]) -> None:
    try:
        code: object = main(asked)
    except SystemExit as ended:
        code = ended.code

    assert code == 2


def test_a_name_moves_no_terminal() -> None:
    assert "\x1b" not in Line("file.extra", "\x1b[2J\u202e").words()


# The same tree as others have


@given(st.integers(1, 40), st.data())
def test_proofs_are_those_of_two_other_programs(size: int, data: st.DataObject) -> None:
    leaves = [bytes([number]) for number in range(size)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    tree, other = Tree(hashes), pymerkle.InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        other.append_entry(leaf)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    root = other.get_root(size)
    inclusion = merkle.inclusion(index, size, tree.at)
    assert saksi_verify.root_from(hashes[index], index, size, inclusion) == root
    proof = merkle.consistency(first, size, tree.at)
    assert saksi_verify.continues(first, other.get_root(first), size, root, proof)
    assert not saksi_verify.continues(first, b"\0" * 32, size, root, proof)
    if proof:
        assert not saksi_verify.continues(first, other.get_root(first), size, root, proof[:-1])
        assert not saksi_verify.continues(first, other.get_root(first), size, root, [*proof, proof[0]])
    if inclusion:
        assert saksi_verify.root_from(hashes[index], index, size, inclusion[:-1]) is None
    assert saksi_verify.root_from(hashes[index], index, size, [*inclusion, root]) is None


# What it is made of


def test_it_needs_nothing_but_python_and_one_library() -> None:
    tree = ast.parse(Path(saksi_verify.__file__).read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    others = {name.split(".")[0] for name in named} - sys.stdlib_module_names
    assert others == {"cryptography"}
    assert not {"socket", "urllib", "http", "ssl", "subprocess"} & {name.split(".")[0] for name in named}


def test_the_page_has_the_same_lines() -> None:
    def plain(words: str) -> str:
        return words.replace(", or give --key", "").replace(" (--checkpoint)", "")

    assert {code: plain(words) for code, (_state, words) in WORDS.items()} == LINES
