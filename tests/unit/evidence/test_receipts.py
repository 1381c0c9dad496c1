"""Receipts: the same photo has the same one, and nobody else can make it."""

from __future__ import annotations

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from evidence.receipts import Receipt, ReceiptError, SigningKey, public_jwk, seed_of, verify

KEY, OLD = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
KEYS = [public_jwk(key.x, key.kid) for key in (OLD, KEY)]
RECEIPT = Receipt("0190f3c2-7a3e-7b1c-8d2e-4f5a6b7c8d9e", "ab" * 32, 1_400_000, "2026-03-31T00:15:04.000001Z")


def test_a_receipt_says_what_was_certified() -> None:
    assert verify(KEY.sign(RECEIPT), KEYS) == RECEIPT


def test_the_same_photo_has_the_same_receipt() -> None:
    assert KEY.sign(RECEIPT) == SigningKey(b"k" * 32).sign(RECEIPT)


def test_its_header_names_its_key_and_its_kind() -> None:
    header = jws.extract_compact(KEY.sign(RECEIPT).encode()).headers()

    assert header == {"alg": "EdDSA", "typ": "saksi-receipt+jws", "kid": KEY.kid}


def test_a_receipt_by_an_older_key_holds_while_that_key_is_listed() -> None:
    assert verify(OLD.sign(RECEIPT), KEYS) == RECEIPT
    with pytest.raises(ReceiptError):
        verify(OLD.sign(RECEIPT), KEYS[1:])


@pytest.mark.parametrize("place", range(3))
def test_one_letter_changed_and_it_does_not_hold(place: int) -> None:
    parts = KEY.sign(RECEIPT).split(".")
    parts[place] = parts[place][:20] + ("A" if parts[place][20] != "A" else "B") + parts[place][21:]

    with pytest.raises(ReceiptError):
        verify(".".join(parts), KEYS)


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    secret = OctKey.import_key({"kty": "oct", "k": KEY.x})
    header = {"alg": "HS256", "typ": "saksi-receipt+jws", "kid": KEY.kid}

    with pytest.raises(ReceiptError):
        verify(jws.serialize_compact(header, b"{}", secret, algorithms=["HS256"]), KEYS)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "..", "é.é.é"])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ReceiptError):
        verify(text, KEYS)


def test_a_key_has_thirty_two_bytes() -> None:
    assert seed_of("A" * 43) == bytes(32)
    with pytest.raises(ValueError, match="32 bytes, not 3"):
        seed_of("AAAA")
