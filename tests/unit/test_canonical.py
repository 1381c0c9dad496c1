"""The digest of a document, as anyone can make it again from the words of its docstring."""

from __future__ import annotations

import hashlib

from server.canonical import sha256_of


def test_is_the_sha256_of_sorted_compact_utf8_json() -> None:
    assert sha256_of({"b": 1, "a": "ñ"}) == hashlib.sha256('{"a":"ñ","b":1}'.encode()).hexdigest()


def test_the_order_of_keys_does_not_matter_at_any_depth() -> None:
    assert sha256_of({"a": {"x": 1, "y": 2}, "b": []}) == sha256_of({"b": [], "a": {"y": 2, "x": 1}})


def test_another_value_is_another_digest() -> None:
    assert sha256_of({"a": 1}) != sha256_of({"a": "1"})
