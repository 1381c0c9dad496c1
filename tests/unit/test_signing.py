"""The certificate that signs public copies: made once for all processes, renewed in time, or the operator's."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import config
from config import SettingsError
from evidence import credentials
from server import signing
from server.signing import Keeper
from tests.photos import jpeg
from tests.unit.evidence.test_credentials import FACTS, read

NOW = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)


def settings(root: Path, **more: str) -> config.Settings:
    return config.load({"SAKSI_DATA_ROOT": str(root), **more})


def certificates(its: signing.Signing) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(its.public_chain.encode())


def made_by_a_process(root: str) -> str:
    """Runs in a process of its own: the authority that this process goes by."""
    its = signing.of(settings(Path(root)), now=NOW)
    return certificates(its)[-1].public_bytes(Encoding.PEM).decode()


def test_it_is_made_once(tmp_path: Path) -> None:
    first, second = (signing.of(settings(tmp_path), now=NOW) for _ in range(2))

    assert first == second
    assert first.own


def test_processes_that_start_at_once_have_the_same_authority(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        authorities = set(pool.map(made_by_a_process, [str(tmp_path)] * 8))

    assert len(authorities) == 1
    assert sorted(each.name for each in (tmp_path / "credentials").iterdir()) == ["authority.pem", "signer.pem"]


def test_its_keys_are_its_owners_alone(tmp_path: Path) -> None:
    its = signing.of(settings(tmp_path), now=NOW)

    folder = tmp_path / "credentials"
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.iterdir())]
    assert modes == [0o700, 0o600, 0o600]
    assert "PRIVATE" not in its.public_chain
    assert "PRIVATE" not in repr(its)


def test_what_it_signs_can_be_checked_for_eleven_years_on_any_day(tmp_path: Path) -> None:
    keeper = Keeper(settings(tmp_path))

    for days in range(0, 365 * 8, 90):
        now = NOW + timedelta(days=days)
        assert keeper.signing(now=now).until >= now + timedelta(days=365 * 11)


def test_it_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    keeper = Keeper(settings(tmp_path))

    before, after = keeper.signing(now=NOW), keeper.signing(now=NOW + timedelta(days=800))

    assert before.signer.chain != after.signer.chain
    assert certificates(before)[-1] == certificates(after)[-1]


def test_a_damaged_authority_is_not_replaced_in_silence(tmp_path: Path) -> None:
    signing.of(settings(tmp_path), now=NOW)
    (tmp_path / "credentials" / "authority.pem").write_text("damaged")

    with pytest.raises(OSError, match=r"authority\.pem is damaged"):
        signing.of(settings(tmp_path), now=NOW)


def test_the_operators_own_certificate_signs_where_there_is_one(tmp_path: Path) -> None:
    made = signing.of(settings(tmp_path / "elsewhere"), now=datetime.now(UTC))
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.write_text(made.public_chain)
    key.write_text(made.signer.key)

    its = signing.of(
        settings(tmp_path, SAKSI_C2PA_CERTIFICATE=str(certificate), SAKSI_C2PA_KEY=str(key)), now=datetime.now(UTC)
    )

    assert not its.own
    assert read(credentials.sign(jpeg(), FACTS, its.signer), anchors=made.public_chain)[0] == "Trusted"
    assert not (tmp_path / "credentials").exists()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP384R1()), "es384"),
        (ec.generate_private_key(ec.SECP521R1()), "es512"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519"),
    ],
)
def test_the_algorithm_follows_from_the_key(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, name: str
) -> None:
    assert signing.algorithm_of(key) == name


def test_a_key_that_c2pa_does_not_know_is_refused() -> None:
    with pytest.raises(SettingsError, match="SAKSI_C2PA_KEY"):
        signing.algorithm_of(ec.generate_private_key(ec.SECP256K1()))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    made = signing.of(settings(tmp_path / "elsewhere"), now=NOW)
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.write_text(made.public_chain)
    other = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(SettingsError, match="is not the key of"):
        signing.of(settings(tmp_path, SAKSI_C2PA_CERTIFICATE=str(certificate), SAKSI_C2PA_KEY=str(key)), now=NOW)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"SAKSI_C2PA_KEY": "PEM"}, "come together"),
        ({"SAKSI_C2PA_TRUSTED": "/nowhere.pem"}, "SAKSI_C2PA_TRUSTED names /nowhere.pem"),
        ({"SAKSI_C2PA_TRUSTED_PURPOSES": "mail"}, "must be OIDs"),
        ({"SAKSI_C2PA_TIME_STAMPS": "tsa.example"}, "RFC 3161"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, names: dict[str, str], told: str) -> None:
    pem = tmp_path / "some.pem"
    pem.write_text("")

    with pytest.raises(SettingsError, match=told):
        settings(tmp_path, **{name: value.replace("PEM", str(pem)) for name, value in names.items()})
