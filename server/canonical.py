"""The one digest of a document: the same values give the same sha256, however they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

#: Made once: json.dumps makes one at every call, and an upload takes ten digests.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def sha256_of(document: Mapping[str, Any]) -> str:
    """Lowercase hex sha256 of a document of plain JSON values as UTF-8: keys sorted, no blanks, letters as they are.

    Digests made here are on record for ever (custody log, submissions), so the form must not change.
    """
    return hashlib.sha256(bytes_of(document)).hexdigest()


def bytes_of(value: Any) -> bytes:
    """A plain JSON value in the one form that digests are taken of."""
    return _encode(value).encode()
