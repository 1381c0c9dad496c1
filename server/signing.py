"""The certificate by which public copies are signed: the operator's, or one that this installation made for itself.

Its own authority is made once beside the database, and every process has the same. What it certifies lasts so long
that a copy without a time stamp can be checked for as long as originals must be kept.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

import config
from evidence.credentials import Signer
from server import key_pairs
from server.key_pairs import Pair

FOLDER, AUTHORITY, SIGNER = "credentials", "authority.pem", "signer.pem"
#: Without a time stamp a signature holds as long as its certificate: a copy made on the last day before the
#: renewal can still be checked for eleven years, and originals are kept for at least ten.
AUTHORITY_LASTS, SIGNER_LASTS, RENEWED_BEFORE = timedelta(days=365 * 40), timedelta(days=4383), timedelta(days=4018)
#: C2PA 2.2, 14.5.1.1, and what validators before it asked for.
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
OUR_NAME = "Saksi"
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class Signing:
    """What signs, until when it holds, and what is to be given to whoever checks (PEM, from the signer to its root)."""

    signer: Signer
    until: datetime
    public_chain: str
    own: bool


class Keeper:
    """Holds the certificate of this process; what it has is looked at anew once that needs renewal."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._held: Signing | None = None

    def signing(self, *, now: datetime) -> Signing:
        """What to sign with.

        Raises:
            config.SettingsError: the operator's certificate or key cannot be used.
            OSError: the data root cannot be read or written.
        """
        with self._lock:
            if self._held is None or (self._held.own and self._held.until < now + RENEWED_BEFORE):
                self._held = of(self._settings, now=now)
            return self._held


def of(settings: config.Settings, *, now: datetime) -> Signing:
    """The operator's certificate where the settings name one, else the one of our own making.

    Raises: as `Keeper.signing`.
    """
    its = settings.credentials
    if its.certificate is None or its.key is None:
        return _own(settings.data_root, _subject(settings), its.time_stamps, now)
    return _given(its.certificate, its.key, its.time_stamps)


def _given(certificate: Path, key_file: Path, time_stamps: str | None) -> Signing:
    chain, key = certificate.read_text(), key_file.read_text()
    try:
        leaf, private = x509.load_pem_x509_certificates(chain.encode())[0], load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError) as error:
        raise config.SettingsError(
            "SAKSI_C2PA_CERTIFICATE and SAKSI_C2PA_KEY must be PEM without a password"
        ) from error
    if leaf.public_key() != private.public_key():
        raise config.SettingsError("SAKSI_C2PA_KEY is not the key of the first certificate in SAKSI_C2PA_CERTIFICATE")
    signer = Signer(chain, key, algorithm_of(private), time_stamps)
    return Signing(signer, leaf.not_valid_after_utc, chain, own=False)


def algorithm_of(key: PrivateKeyTypes) -> str:
    """C2PA's name of the algorithm that goes with a key.

    Raises:
        config.SettingsError: C2PA has none for it.
    """
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise config.SettingsError("SAKSI_C2PA_KEY must be an ECDSA key (P-256, P-384, P-521) or an Ed25519 key")


def _subject(settings: config.Settings) -> str:
    """Whose copies these are: the name that the server answers to, where it has one."""
    return next((host for host in settings.serving.hosts if not host.startswith(".")), OUR_NAME)[:64]


def _own(data_root: Path, subject: str, time_stamps: str | None, now: datetime) -> Signing:
    folder = data_root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _authority(folder, now)
    signer = key_pairs.read(folder / SIGNER)
    if signer is None or signer.certificate.not_valid_after_utc < now + RENEWED_BEFORE or not _is_by(signer, authority):
        # Where two processes are here at once, either certificate holds: both are the same authority's.
        signer = _issue(authority, subject, now)
        key_pairs.write(folder / SIGNER, signer.pem, mode=0o600)
    chain = signer.certificate_pem.decode()
    pen = Signer(chain, signer.key_pem.decode(), "es256", time_stamps)
    return Signing(pen, signer.certificate.not_valid_after_utc, chain + authority.certificate_pem.decode(), own=True)


def _authority(folder: Path, now: datetime) -> Pair:
    """The one authority of this installation, whoever of several processes made it.

    Raises:
        OSError: its file is damaged; another in its place would disown every copy that was signed.
    """
    path = folder / AUTHORITY
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        key_pairs.write(fresh, _new_authority(now).pem, mode=0o600)
        # A hard link fails where another process was first, and its authority stays.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    authority = key_pairs.read(path)
    if authority is None:
        raise OSError(f"{path} is damaged; bring it back from a backup, or take it away to have another made")
    return authority


def _new_authority(now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(OUR_NAME, "Saksi, authority for public copies")
    certificate = (
        key_pairs.unsigned(name, name, key, now, now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_pairs.usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(key, certificate)


def _issue(authority: Pair, subject: str, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + SIGNER_LASTS, authority.certificate.not_valid_after_utc)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    name = _name(subject, "Saksi, public copies")
    certificate = (
        key_pairs.unsigned(name, authority.certificate.subject, key, now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_pairs.usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(by, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(key, certificate)


def _name(organisation: str, name: str) -> x509.Name:
    """Validators show the organisation as the signer."""
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _is_by(pair: Pair, authority: Pair) -> bool:
    try:
        pair.certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def fingerprint(chain: str) -> str:
    """Lowercase hex sha256 of the first certificate of a chain."""
    leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    return leaf.fingerprint(hashes.SHA256()).hex()
