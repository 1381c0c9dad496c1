"""Content Credentials of public copies: signing them, and the certificates by which anyone can check them.

Every certificate that ever signed stays on record, so that a copy outlives its signer's renewal.
"""

from __future__ import annotations

import sqlalchemy as sa

from evidence import credentials
from evidence.credentials import CredentialsError, Facts
from server import signing
from server.db import db, insert_if_new, reading, writing
from server.engines import engines
from server.models import SigningCertificate
from server.times import utc_now

__all__ = ["CredentialsError", "Facts", "sign_copy"]


def sign_copy(jpeg: bytes, facts: Facts) -> bytes:
    """The same picture with a manifest signed by this installation.

    May be called inside a transaction that writes, and outside of any.

    Raises:
        CredentialsError: it is no JPEG, or the operator's certificate cannot sign for C2PA.
    """
    its = engines().signer.signing(now=utc_now())
    signed = credentials.sign(jpeg, facts, its.signer)
    _put_on_record(its)
    return signed


def certificates() -> str:
    """Every certificate that signs public copies or did, each with its chain up to the root (PEM), the newest first."""
    query = sa.select(SigningCertificate).order_by(SigningCertificate.first_used_at.desc())
    known = {row.fingerprint: row.chain for row in reading().scalars(query)}
    own = engines().signer.signing(now=utc_now()).public_chain
    return "".join(({signing.fingerprint(own): own} | known).values())


def _put_on_record(its: signing.Signing) -> None:
    mark = signing.fingerprint(its.public_chain)
    if mark in engines().signers_on_record:
        return
    values = {"fingerprint": mark, "chain": its.public_chain, "first_used_at": utc_now()}
    if db.session().info.get("writing"):
        # Whether that will hold is not known yet; until it is, each copy sees to it again.
        insert_if_new(db.session(), SigningCertificate, **values)
        return
    with writing() as session:
        insert_if_new(session, SigningCertificate, **values)
    engines().signers_on_record.add(mark)
