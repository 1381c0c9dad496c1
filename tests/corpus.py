"""The real photos that nobody of this project made, as our own reader reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import pytest

from evidence import metadata
from evidence.claims import FileClaim
from evidence.errors import EmptyFileError, UnsupportedTypeError
from tests.conftest import CORPUS

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="The corpus of real photos is not beside the repository.")


@dataclass(frozen=True)
class Found:
    """One file of the corpus: its path in it, its group, its bytes and its claim."""

    path: str
    group: str
    data: bytes
    claim: FileClaim


@cache
def read_all() -> tuple[Found, ...]:
    """Every file that our reader reads."""
    return tuple(_read())


def _read() -> Iterator[Found]:
    for told in json.loads((CORPUS / "truth.json").read_text())["photos"]:
        data = (CORPUS / told["path"]).read_bytes()
        try:
            claim = metadata.read(BytesIO(data), size=len(data))
        except (EmptyFileError, UnsupportedTypeError):
            continue
        yield Found(told["path"].removeprefix("photos/"), told["group"], data, claim)
