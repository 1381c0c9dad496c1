"""Signing a public copy by the installation's certificate, and that its certificates stay known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import reading, writing
from server.engines import engines
from server.models import SigningCertificate
from server.services import credentials
from server.signing import Keeper
from server.times import utc_now
from tests.photos import jpeg
from tests.unit.evidence.test_credentials import FACTS, read


@pytest.fixture(autouse=True)
def _in_the_application(app: Flask) -> None:
    """Use cases run inside the application."""


def on_record() -> list[str]:
    return list(reading().scalars(sa.select(SigningCertificate.fingerprint)))


def test_a_signed_copy_holds_by_the_certificates_that_are_given_to_everyone() -> None:
    signed = credentials.sign_copy(jpeg(), FACTS)

    assert read(signed, anchors=credentials.certificates())[0] == "Trusted"


def test_the_certificate_that_signed_goes_on_record_once() -> None:
    for _ in range(2):
        credentials.sign_copy(jpeg(), FACTS)

    assert len(on_record()) == 1


def test_a_copy_can_be_signed_inside_a_transaction_and_what_that_undoes_is_done_again() -> None:
    def sign_and_break() -> None:
        with writing():
            credentials.sign_copy(jpeg(), FACTS)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sign_and_break()

    assert on_record() == []
    with writing():
        credentials.sign_copy(jpeg(), FACTS)
    assert len(on_record()) == 1


def test_copies_of_a_certificate_that_was_renewed_still_hold() -> None:
    before = credentials.sign_copy(jpeg(), FACTS)
    folder = engines().settings.data_root / "credentials"
    for file in folder.iterdir():
        file.unlink()
    renewed = Keeper(engines().settings)
    object.__setattr__(engines(), "signer", renewed)

    after = credentials.sign_copy(jpeg(), FACTS)

    known = credentials.certificates()
    assert [read(each, anchors=known)[0] for each in (before, after)] == ["Trusted", "Trusted"]
    assert known.startswith(renewed.signing(now=utc_now()).public_chain)


def test_many_may_sign_at_once(app: Flask) -> None:
    def sign(_number: int) -> bytes:
        with app.app_context():
            return credentials.sign_copy(jpeg(), FACTS)

    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(sign, range(24)))

    known = credentials.certificates()
    assert {read(each, anchors=known)[0] for each in signed} == {"Trusted"}
    assert len(on_record()) == 1
