"""The seal of an original is its sha256 and size, whatever way the bytes came in."""

from __future__ import annotations

import hashlib
import io

import pytest

from evidence.errors import DigestMismatchError, EmptyFileError
from evidence.seal import CHUNK_BYTES, Sealer, seal

PHOTO = b"\xff\xd8 any bytes \xff\xd9"
DIGEST = hashlib.sha256(PHOTO).hexdigest()


def test_seals_a_stream_from_its_first_byte_to_its_last() -> None:
    sealed = seal(io.BytesIO(PHOTO), claimed_sha256=None)

    assert (sealed.sha256, sealed.size) == (DIGEST, len(PHOTO))


def test_seals_a_stream_longer_than_one_chunk() -> None:
    photo = b"x" * (CHUNK_BYTES * 2 + 1)

    sealed = seal(io.BytesIO(photo), claimed_sha256=None)

    assert (sealed.sha256, sealed.size) == (hashlib.sha256(photo).hexdigest(), len(photo))


def test_the_way_the_bytes_are_cut_does_not_change_the_seal() -> None:
    sealer = Sealer()
    for byte in PHOTO:
        sealer.update(bytes([byte]))

    assert sealer.seal(claimed_sha256=None) == seal(io.BytesIO(PHOTO), claimed_sha256=None)


@pytest.mark.parametrize("claimed", [DIGEST, DIGEST.upper()])
def test_accepts_the_digest_the_device_took_in_either_case(claimed: str) -> None:
    assert seal(io.BytesIO(PHOTO), claimed_sha256=claimed).sha256 == DIGEST


def test_refuses_bytes_that_changed_since_capture() -> None:
    with pytest.raises(DigestMismatchError) as refusal:
        seal(io.BytesIO(PHOTO + b"!"), claimed_sha256=DIGEST)

    assert refusal.value.claimed == DIGEST
    assert refusal.value.actual == hashlib.sha256(PHOTO + b"!").hexdigest()


def test_refuses_a_digest_that_is_none() -> None:
    with pytest.raises(DigestMismatchError):
        seal(io.BytesIO(PHOTO), claimed_sha256="")


def test_refuses_a_file_without_bytes() -> None:
    with pytest.raises(EmptyFileError):
        seal(io.BytesIO(b""), claimed_sha256=hashlib.sha256(b"").hexdigest())
