"""Why a file is refused before any check is asked.

Each error states a fact about the bytes or the store; none holds advice, a status
code or a sentence for a page. Turning them into answers is the services' work.
"""

from __future__ import annotations


class EvidenceError(Exception):
    """Root of everything this room raises on purpose."""


class EmptyFileError(EvidenceError):
    """The upload held no bytes."""

    def __init__(self) -> None:
        super().__init__("the file holds no bytes")


class UnsupportedTypeError(EvidenceError):
    """The bytes are not a photograph of a kind we read; ``seems`` names what they look like."""

    def __init__(self, seems: str) -> None:
        super().__init__(f"not a photograph: the bytes look like {seems}")
        self.seems = seems


class DigestMismatchError(EvidenceError):
    """The bytes changed between capture and receipt: ``actual`` is not the ``claimed`` sha256."""

    def __init__(self, *, claimed: str, actual: str) -> None:
        super().__init__(f"sha256 is {actual}, the device recorded {claimed}")
        self.claimed = claimed
        self.actual = actual


class InvalidKeyError(EvidenceError):
    """A storage key or name that no store of ours ever gave out."""

    def __init__(self, key: str) -> None:
        super().__init__(f"not a storage key: {key[:80]!r}")
        self.key = key


class OriginalMissingError(EvidenceError):
    """The store holds nothing under a key that is well formed."""

    def __init__(self, key: str) -> None:
        super().__init__(f"nothing is kept under {key}")
        self.key = key


class OriginalDamagedError(EvidenceError):
    """The store holds other bytes under the key than the key promises."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the bytes kept under {key} are not the ones that were sealed")
        self.key = key


class StoreAwayError(EvidenceError):
    """The store does not do its work now: away, full, read-only, or refusing our credentials.

    Nothing that was asked of it may be taken as done; later is worth a try.
    """

    def __init__(self, why: str, *, full: bool = False) -> None:
        super().__init__(f"the store does not work now: {why}")
        self.full = full


class BucketUnfitError(EvidenceError):
    """A bucket is there, but not as originals or copies need it; the text says what is wrong."""
