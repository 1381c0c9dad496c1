"""The certificates of public copies, for anyone."""

from __future__ import annotations

from cryptography import x509
from flask.testing import FlaskClient

ADDRESS = "/api/v1/content-credentials/certificate"


def test_anyone_gets_the_chain_and_no_key(client: FlaskClient) -> None:
    answer = client.get(ADDRESS)

    leaf, root = x509.load_pem_x509_certificates(answer.data)
    leaf.verify_directly_issued_by(root)
    assert b"PRIVATE" not in answer.data
    assert answer.headers["Content-Type"] == "application/pem-certificate-chain"


def test_it_is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get(ADDRESS)

    assert client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
