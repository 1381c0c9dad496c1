"""The certificates by which public copies are signed, or were."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class SigningCertificate(Base):
    """A certificate that signs public copies, or did: what was signed must stay checkable.

    ``fingerprint`` is the lowercase hex sha256 of the certificate; ``chain`` is PEM, from it to its root.
    """

    __tablename__ = "signing_certificate"

    fingerprint: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    chain: Mapped[str] = mapped_column(sa.Text)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
