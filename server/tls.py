"""HTTPS without anybody's help: a certificate for this machine's own addresses, made on the spot and kept.

For trying a phone on the same network: camera, position and service worker need a secure page. A phone trusts the
certificate once this installation's own authority is installed on it. That authority can speak for private
addresses alone, so that whoever stole its key could not pass for any other site.
"""

from __future__ import annotations

import io
import ipaddress
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import segno
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server import key_pairs
from server.key_pairs import Pair

FOLDER = "tls"
AUTHORITY, SERVER, PUBLIC_AUTHORITY = "authority.pem", "server.pem", "saksi-ca.crt"
AUTHORITY_LASTS, SERVER_LASTS = timedelta(days=3650), timedelta(days=390)
#: How long before its end a certificate is made anew.
RENEWED_BEFORE = timedelta(days=30)
#: RFC 1918, RFC 3927, RFC 4193 and the machine itself.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
LOCALHOST = "localhost"
#: Where inspectors' phones go.
APP = "/field/"
NOT_REACHABLE = (
    "No phone can come here yet: this machine has no private address (10.…, 172.16.… to 172.31.…, 192.168.…), and the "
    "certificate speaks for no other. Join a Wi-Fi or a phone's hotspot, and start again."
)
Address = IPv4Address | IPv6Address


def self_signed(data_root: Path, addresses: list[Address], *, now: datetime) -> Path:
    """The file with the server's key and certificate for localhost and these addresses; made anew where it must be.

    Addresses that are not private are left out. A phone that trusts the authority trusts the renewed one too.
    """
    folder = data_root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _kept(folder / AUTHORITY, now) or _new_authority(folder, now)
    key_pairs.write(folder / PUBLIC_AUTHORITY, authority.certificate_pem, mode=0o644)
    names = _names(addresses)
    server = _kept(folder / SERVER, now)
    if server is None or _said(server) != names or not _is_by(server, authority):
        fresh = _issue(authority, names, now)
        key_pairs.write(folder / SERVER, fresh.pem + authority.certificate_pem, mode=0o600)
    return folder / SERVER


def authority_file(data_root: Path) -> Path:
    """Where the authority's certificate is, for phones to install; there only if one was made."""
    return data_root / FOLDER / PUBLIC_AUTHORITY


def fingerprint(data_root: Path) -> str:
    """The SHA-256 of the authority's certificate as phones show it, for a person to compare.

    Raises:
        OSError: none was made.
    """
    authority = x509.load_pem_x509_certificate(authority_file(data_root).read_bytes())
    return authority.fingerprint(hashes.SHA256()).hex(":").upper()


def own_addresses() -> list[Address]:
    """The addresses of this machine that others on its network can reach, the likeliest first. Nothing is sent."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Choosing a way to an address (one of RFC 5737, for documentation) chooses the own one; no packet leaves.
        probe.connect(("192.0.2.1", 9))
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    addresses = dict.fromkeys(ipaddress.ip_address(each) for each in found)
    return [each for each in addresses if not each.is_loopback and _is_private(each)]


def invitation(data_root: Path, addresses: list[Address], port: int) -> str:
    """Where a phone finds the app, as a QR code too, and how it knows the authority; for a terminal.

    Raises:
        OSError: no authority was made.
    """
    origin = f"https://{addresses[0] if addresses else LOCALHOST}:{port}"
    way = f"On a phone on the same network: {origin}{APP}\n{_qr(origin + APP)}" if addresses else NOT_REACHABLE
    return (
        f"{way}\nA browser warns of the certificate until you install {origin}/.well-known/{PUBLIC_AUTHORITY}\n"
        f"Compare what it says of that. SHA-256 fingerprint: {fingerprint(data_root)}"
    )


def _qr(text: str) -> str:
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()


def _is_private(address: Address) -> bool:
    return any(address in ipaddress.ip_network(each) for each in PRIVATE)


def _names(addresses: list[Address]) -> frozenset[str]:
    private = {str(each) for each in (*LOOPBACK, *addresses) if _is_private(each)}
    return frozenset(private | {LOCALHOST})


def _said(pair: Pair) -> frozenset[str]:
    """The names that a certificate speaks for."""
    said = pair.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return frozenset([str(each.value) for each in said])


def _is_by(pair: Pair, authority: Pair) -> bool:
    try:
        pair.certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _kept(path: Path, now: datetime) -> Pair | None:
    """What is kept there, unless it is damaged or runs out soon.

    Raises:
        OSError: it is there and cannot be read; a phone would trust no other in its place.
    """
    pair = key_pairs.read(path)
    return None if pair is None or pair.certificate.not_valid_after_utc < now + RENEWED_BEFORE else pair


def _new_authority(folder: Path, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # The host's name tells an authority from that of another machine in a phone's list.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Saksi on {socket.gethostname()}"[:64])])
    private = [x509.IPAddress(ipaddress.ip_network(each)) for each in PRIVATE]
    certificate = (
        key_pairs.unsigned(name, name, key, now, now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_pairs.usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(LOCALHOST), *private], None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority = Pair(key, certificate)
    key_pairs.write(folder / AUTHORITY, authority.pem, mode=0o600)
    return authority


def _issue(authority: Pair, names: frozenset[str], now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Saksi")])
    addresses = [x509.IPAddress(ipaddress.ip_address(each)) for each in sorted(names - {LOCALHOST})]
    issuer = authority.certificate.subject
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        key_pairs.unsigned(subject, issuer, key, now, now + SERVER_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_pairs.usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(LOCALHOST), *addresses]), critical=False)
        .add_extension(by, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(key, certificate)
