"""Content Credentials in uploads: each state of a real signed photo, nothing fetched, and what follows from them."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

import config
from evidence import credentials as copies
from evidence import pixel_checks
from evidence.context import Stage
from evidence.darkroom import Darkroom
from evidence.findings import Outcome
from evidence.pixel_checks import _credentials
from evidence.pixel_context import PixelContext
from evidence.policy import EvidencePolicy
from evidence.provenance import Credentials, CredentialState, Trust
from evidence.seeing import credentials
from evidence.seen import Seen
from server import signing
from tests.photos import jpeg
from tests.unit.evidence.test_corpus import CORPUS
from tests.unit.evidence.test_credentials import FACTS

SIGNED = CORPUS / "photos" / "signed" / "example-assets--cloudscape-ACA-Cr.jpeg"
MADE_BY_AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAKEN = "http://cv.iptc.org/newscodes/digitalsourcetype/computationalCapture"


@pytest.fixture(scope="module")
def real() -> bytes:
    """A photo with a manifest that nobody on this project made."""
    if not SIGNED.exists():
        pytest.skip("the corpus is not here")
    return SIGNED.read_bytes()


def authorities(file: bytes) -> str:
    """The certificates of authorities that stand in a signed file, for signatures and for time stamps (PEM)."""
    found, at = [], file.find(b"\x30\x82")
    while at >= 0:
        length = int.from_bytes(file[at + 2 : at + 4], "big") + 4
        try:
            certificate = x509.load_der_x509_certificate(file[at : at + length])
            if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
                found.append(certificate.public_bytes(Encoding.PEM).decode())
        except (ValueError, x509.ExtensionNotFound):
            pass
        at = file.find(b"\x30\x82", at + 1)
    return "".join(found)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> signing.Signing:
    """A signer of our own, as a camera's maker would have."""
    settings = config.load({"SAKSI_DATA_ROOT": str(tmp_path_factory.mktemp("maker"))})
    return signing.of(settings, now=datetime.now(UTC))


def signed(ours: signing.Signing, *actions: dict[str, object]) -> bytes:
    """A photo with a manifest that lists these actions."""
    listed = {"label": "c2pa.actions.v2", "created": True, "data": {"actions": list(actions)}}
    document = {"claim_generator_info": [{"name": "Camera", "version": "7"}], "assertions": [listed]}
    pen = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(ours.signer.algorithm, ours.signer.chain.encode(), ours.signer.key.encode(), None)
    )
    out = io.BytesIO()
    with c2pa.Context.from_dict(copies.OFFLINE) as context, c2pa.Builder(document, context=context) as builder:
        builder.sign(pen, "image/jpeg", io.BytesIO(jpeg()), out)
    return out.getvalue()


def created(source: str = TAKEN) -> dict[str, object]:
    return {"action": "c2pa.created", "digitalSourceType": source}


def test_without_a_trust_list_a_real_signer_is_unknown(real: bytes) -> None:
    found = credentials.read(real, "image/jpeg")

    assert found.state is CredentialState.UNKNOWN_SIGNER
    assert (found.signer, found.generator, found.signed_at) == ("Adobe Inc.", "Adobe Content Authenticity", None)


def test_with_its_authority_on_the_list_it_is_trusted_and_so_is_its_time(real: bytes) -> None:
    found = credentials.read(real, "image/jpeg", Trust(authorities(real)))

    assert found.state is CredentialState.TRUSTED
    assert found.signed_at == "2025-10-23T19:27:53+00:00"
    assert found.faults == ()


@pytest.mark.parametrize("at", [-5000, -200_000, 30])
def test_a_changed_byte_of_the_picture_is_found(real: bytes, at: int) -> None:
    changed = bytearray(real)
    changed[at] ^= 1

    assert credentials.read(bytes(changed), "image/jpeg").state in (
        CredentialState.TAMPERED,
        CredentialState.UNREADABLE,
    )


def test_a_changed_picture_is_tampered_whoever_signed_it(real: bytes) -> None:
    changed = bytearray(real)
    changed[-5000] ^= 1

    found = credentials.read(bytes(changed), "image/jpeg", Trust(authorities(real)))

    assert found.state is CredentialState.TAMPERED
    assert "assertion.dataHash.mismatch" in found.faults


def test_a_changed_word_of_the_manifest_is_tampering(real: bytes) -> None:
    found = credentials.read(real.replace(b"Adobe Content Authenticity", b"Adobe Content authenticity"), "image/jpeg")

    assert found.state is CredentialState.TAMPERED


def test_a_manifest_in_ruins_is_unreadable(real: bytes) -> None:
    assert credentials.read(real.replace(b"jumb", b"jumm", 1), "image/jpeg").state is CredentialState.UNREADABLE


def test_most_photos_have_none() -> None:
    assert credentials.read(jpeg(), "image/jpeg") == Credentials(CredentialState.ABSENT)


@pytest.mark.parametrize("file", [b"", b"\xff\xd8\xff", b"no picture at all"])
def test_a_file_that_cannot_be_walked_and_shows_no_manifest_has_none(file: bytes) -> None:
    assert credentials.read(file, "image/jpeg").state is CredentialState.ABSENT


@pytest.mark.usefixtures("real")
def test_no_photo_of_the_corpus_is_called_tampered() -> None:
    for path in sorted((CORPUS / "photos").rglob("*.jp*g")):
        found = credentials.read(path.read_bytes(), "image/jpeg").state
        expected = CredentialState.UNKNOWN_SIGNER if path.parent.name == "signed" else CredentialState.ABSENT
        assert found is expected, path.name


def test_edits_and_origins_are_listed_and_what_a_camera_does_is_not(ours: signing.Signing) -> None:
    trust = Trust(ours.public_chain)

    taken = credentials.read(signed(ours, created()), "image/jpeg", trust)
    edited = credentials.read(signed(ours, created(MADE_BY_AI), {"action": "c2pa.cropped"}), "image/jpeg", trust)

    assert (taken.state, taken.edits, taken.sources) == (CredentialState.TRUSTED, (), ())
    assert (edited.edits, edited.sources) == (("c2pa.cropped",), ("trainedAlgorithmicMedia",))
    assert taken.generator == "Camera 7"


def test_what_a_stranger_wrote_is_cut_short(ours: signing.Signing) -> None:
    many = [{"action": f"org.example.step{number}{'x' * 500}"} for number in range(40)]

    found = credentials.read(signed(ours, created(), *many), "image/jpeg")

    assert len(found.edits) == 20
    assert max(map(len, found.edits)) == 100


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and all that is sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                connection.settimeout(1)
                heard.append(connection.recv(1000))
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa", heard
        ended.set()
        thread.join()


def pointing_to(address: str) -> bytes:
    """A photo whose XMP says that its manifest lies elsewhere."""
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(out, "JPEG", xmp=xmp.encode())
    return out.getvalue()


def test_a_manifest_that_lies_elsewhere_is_not_fetched(listener: tuple[str, list[bytes]]) -> None:
    address, heard = listener

    found = credentials.read(pointing_to(address), "image/jpeg")

    assert found.state is CredentialState.ABSENT
    assert heard == []


def test_by_itself_the_library_would_have_fetched_it(listener: tuple[str, list[bytes]]) -> None:
    address, heard = listener

    with pytest.raises(c2pa.C2paError):
        c2pa.Reader("image/jpeg", io.BytesIO(pointing_to(address)))

    assert len(heard) == 1


def test_the_darkroom_knows_whom_to_believe(ours: signing.Signing, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.pem"
    anchors.write_text(ours.public_chain)
    room = Darkroom(trusted=anchors)
    try:
        seen = room.develop(io.BytesIO(signed(ours, created())), "image/jpeg").seen
    finally:
        room.close()

    assert seen.credentials is not None
    assert seen.credentials.state is CredentialState.TRUSTED
    assert Seen.told(seen.document()) == seen


def test_a_copy_of_ours_that_comes_back_is_known_as_one(ours: signing.Signing) -> None:
    found = credentials.read(copies.sign(jpeg(), FACTS, ours.signer), "image/jpeg", Trust(ours.public_chain))

    assert found.state is CredentialState.TRUSTED
    assert found.generator == "Saksi"
    assert "c2pa.filtered" in found.edits


@pytest.mark.parametrize(
    ("its", "outcome"),
    [
        (Credentials(CredentialState.TAMPERED), Outcome.FAIL),
        (Credentials(CredentialState.UNREADABLE), Outcome.WARN),
        (Credentials(CredentialState.TRUSTED, sources=("trainedAlgorithmicMedia",)), Outcome.WARN),
        (Credentials(CredentialState.UNKNOWN_SIGNER, sources=("screenCapture",)), Outcome.WARN),
        (Credentials(CredentialState.UNKNOWN_SIGNER, edits=("c2pa.cropped",)), Outcome.WARN),
        (Credentials(CredentialState.TRUSTED), Outcome.PASS),
    ],
)
def test_what_follows_from_them(its: Credentials, outcome: Outcome) -> None:
    found = _credentials.finding(Seen(credentials=its))

    assert found is not None
    assert (found.check, found.outcome) == ("file.untouched", outcome)


@pytest.mark.parametrize(
    "seen",
    [
        Seen(),
        *(Seen(credentials=Credentials(state)) for state in (CredentialState.ABSENT, CredentialState.UNKNOWN_SIGNER)),
    ],
)
def test_nothing_follows_from_none_and_from_a_stranger_who_admits_nothing(seen: Seen) -> None:
    assert _credentials.finding(seen) is None


def test_the_check_of_the_worker_fails_a_tampered_file() -> None:
    """Wherever else the check looks, this must weigh."""
    context = PixelContext(
        evidence="018f0000-0000-7000-8000-000000000001",
        seen=Seen(credentials=Credentials(CredentialState.TAMPERED)),
        stage=Stage.DURING,
        project="ROAD-1",
        milestone=None,
        requirement=None,
        captured_at=None,
        received_at=datetime(2026, 5, 6, tzinfo=UTC),
        zone=ZoneInfo("Asia/Manila"),
        policy=EvidencePolicy(),
    )

    outcomes = {finding.check: finding.outcome for finding in pixel_checks.run_all(context)}

    assert outcomes["file.untouched"] is Outcome.FAIL
