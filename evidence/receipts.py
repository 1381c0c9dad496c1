"""The receipt: the server's signed statement that it holds a photo, and since when.

A compact JWS (RFC 7515) with Ed25519 (RFC 8037). The same photo has the same receipt as long as the key is
the same, byte for byte. Where keys are kept, and which were used before, is not this room's concern.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import OKPKey

ALGORITHM = "EdDSA"
TYPE = "saksi-receipt+jws"
SEED_BYTES = 32


class ReceiptError(ValueError):
    """A receipt that none of the given keys signed, or that is none; the text says which."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is certified: the photo under ``evidence`` with these bytes was held at ``received_at`` (RFC 3339, UTC).

    And what is promised: that ``leaf`` (hex) is in the tree of the log with the name ``log`` a minute later. Receipts
    of photos from before there was a tree promise nothing, and say so by having neither.
    """

    evidence: str
    sha256: str
    size: int
    received_at: str
    leaf: str | None = None
    log: str | None = None


class _EdDsaAlone(jws.JWSRegistry):
    """Takes EdDSA and nothing else.

    The name is that of RFC 8037, which verifiers in the field know; RFC 9864's ``Ed25519`` few of them do yet. The
    library warns of the old name because it covers two curves; our keys are of one.
    """

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm.

        Raises:
            UnsupportedAlgorithmError: it is another.
        """
        if name != ALGORITHM:
            raise UnsupportedAlgorithmError(f"a receipt is not signed by {name}")
        return self.algorithms[name]


_REGISTRY = _EdDsaAlone()


class SigningKey:
    """The key that signs receipts; ``kid`` is the thumbprint of its public half (RFC 7638)."""

    def __init__(self, seed: bytes) -> None:
        """``seed`` is the 32 bytes of an Ed25519 private key (RFC 8032)."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        x = _base64(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self._key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x, "d": _base64(seed)})
        self.kid = self._key.thumbprint()
        self.x = x

    def sign(self, receipt: Receipt) -> str:
        """The receipt as a compact JWS."""
        told = {name: value for name, value in asdict(receipt).items() if value is not None}
        return self.sign_as(TYPE, json.dumps({"v": 1, **told}, separators=(",", ":")).encode())

    def sign_as(self, kind: str, payload: bytes) -> str:
        """Another statement of this installation as a compact JWS; ``kind`` keeps it from passing for a receipt."""
        header = {"alg": ALGORITHM, "typ": kind, "kid": self.kid}
        return jws.serialize_compact(header, payload, self._key, registry=_REGISTRY)


def seed_of(text: str) -> bytes:
    """The 32 bytes that a text of 43 base64url characters stands for.

    Raises:
        ValueError: it stands for something else.
    """
    seed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a receipt key has {SEED_BYTES} bytes, not {len(seed)}")
    return seed


def public_jwk(x: str, kid: str) -> dict[str, str]:
    """One key of a JWKS (RFC 7517, RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": ALGORITHM, "use": "sig"}


def verify(text: str, keys: Iterable[Mapping[str, str]]) -> Receipt:
    """What a receipt certifies, once its signature was checked by the keys of a JWKS.

    Raises:
        ReceiptError: no key of these signed it, or it is no receipt.
    """
    known = {key["kid"]: key["x"] for key in keys}
    try:
        header = jws.extract_compact(text.encode()).headers()
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": known[header["kid"]]})
        payload = json.loads(jws.deserialize_compact(text, key, registry=_REGISTRY).payload)
        if header.get("typ") != TYPE or payload.pop("v") != 1:
            raise ReceiptError("this is no receipt")
        return Receipt(**payload)
    except (JoseError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReceiptError("none of these keys signed this receipt") from error


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
