"""The certificate of our own making: for private addresses alone, kept while it fits, made anew when not."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from server import tls

NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
HOME, HALL, PUBLIC = map(ipaddress.ip_address, ("192.168.1.20", "10.3.0.7", "8.8.8.8"))


def verified(folder: Path, name: str, *, at: datetime = NOW) -> bool:
    """Whether whoever trusts the authority believes this server under a name."""
    authority = x509.load_pem_x509_certificate(tls.authority_file(folder).read_bytes())
    leaf, *chain = x509.load_pem_x509_certificates((folder / "tls" / "server.pem").read_bytes())
    subject: x509.GeneralName
    try:
        subject = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    verifier = PolicyBuilder().store(Store([authority])).time(at).build_server_verifier(subject)  # type: ignore[arg-type]
    try:
        verifier.verify(leaf, chain)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "192.168.1.20"])
def test_it_speaks_for_this_machine(tmp_path: Path, name: str) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)

    assert verified(tmp_path, name)


@pytest.mark.parametrize("name", ["192.168.1.21", "example.org", "8.8.8.8"])
def test_it_speaks_for_no_other(tmp_path: Path, name: str) -> None:
    tls.self_signed(tmp_path, [HOME, PUBLIC], now=NOW)

    assert not verified(tmp_path, name)


def test_it_is_for_servers_alone(tmp_path: Path) -> None:
    server = tls.self_signed(tmp_path, [HOME], now=NOW)

    leaf, _authority = x509.load_pem_x509_certificates(server.read_bytes())
    uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_its_authority_is_told_by_the_sha256_of_the_file_that_a_phone_installs(tmp_path: Path) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)

    certificate = ssl.PEM_cert_to_DER_cert(tls.authority_file(tmp_path).read_text())
    digest = hashlib.sha256(certificate).hexdigest().upper()
    assert tls.fingerprint(tmp_path) == ":".join(digest[at : at + 2] for at in range(0, 64, 2))


def test_its_keys_are_its_owners_alone(tmp_path: Path) -> None:
    server = tls.self_signed(tmp_path, [HOME], now=NOW)

    modes = [stat.S_IMODE(each.stat().st_mode) for each in (server, server.with_name("authority.pem"), server.parent)]
    assert modes == [0o600, 0o600, 0o700]
    assert b"PRIVATE" not in tls.authority_file(tmp_path).read_bytes()


def test_it_is_kept_while_it_fits(tmp_path: Path) -> None:
    first = tls.self_signed(tmp_path, [HOME, HALL], now=NOW).read_bytes()

    assert tls.self_signed(tmp_path, [HALL, HOME], now=NOW + timedelta(days=300)).read_bytes() == first


@pytest.mark.parametrize(("address", "days"), [(HALL, 0), (HOME, 370), (HOME, 400)])
def test_it_is_made_anew_when_addresses_change_or_it_runs_out_by_the_same_authority(
    tmp_path: Path, address: ipaddress.IPv4Address, days: int
) -> None:
    first = tls.self_signed(tmp_path, [HOME], now=NOW).read_bytes()
    authority = tls.authority_file(tmp_path).read_bytes()
    later = NOW + timedelta(days=days)

    assert tls.self_signed(tmp_path, [address], now=later).read_bytes() != first

    assert tls.authority_file(tmp_path).read_bytes() == authority
    assert verified(tmp_path, str(address), at=later)


@pytest.mark.parametrize("file", ["authority.pem", "server.pem"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, file: str) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)
    (tmp_path / "tls" / file).write_text("nothing")

    tls.self_signed(tmp_path, [HOME], now=NOW)

    assert verified(tmp_path, "192.168.1.20")


def test_the_certificate_to_install_is_always_that_of_the_authority_in_use(tmp_path: Path) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)
    told = tls.fingerprint(tmp_path)
    tls.authority_file(tmp_path).unlink()

    tls.self_signed(tmp_path, [HOME], now=NOW)

    assert tls.fingerprint(tmp_path) == told


def test_an_authority_that_cannot_be_read_is_not_replaced(tmp_path: Path) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)
    authority = tmp_path / "tls" / "authority.pem"
    authority.unlink()
    authority.mkdir()

    with pytest.raises(OSError, match=r"authority\.pem"):
        tls.self_signed(tmp_path, [HOME], now=NOW)


def test_only_addresses_that_phones_nearby_can_reach_are_our_own() -> None:
    for address in tls.own_addresses():
        assert address.is_private
        assert not address.is_loopback


def test_an_invitation_is_the_apps_address_its_picture_and_how_the_authority_is_known(tmp_path: Path) -> None:
    tls.self_signed(tmp_path, [HOME], now=NOW)

    address, *lines = tls.invitation(tmp_path, [HOME], 8000).splitlines()

    assert address == "On a phone on the same network: https://192.168.1.20:8000/field/"
    assert len(lines) > 10
    assert set("".join(lines)) & set("█▀▄")
    assert "https://192.168.1.20:8000/.well-known/saksi-ca.crt" in lines[-2]
    assert tls.fingerprint(tmp_path) in lines[-1]


def test_without_an_address_that_phones_can_reach_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    tls.self_signed(tmp_path, [], now=NOW)

    told = tls.invitation(tmp_path, [], 8000)

    assert told.startswith("No phone can come here yet")
    assert "Join a Wi-Fi" in told
    assert "https://localhost:8000/.well-known/saksi-ca.crt" in told
