"""The pictures known by their looks, over all projects: what near ones are found by (decision 0021)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Picture(Base):
    """One original by its looks: the sha256 of its pixels and its PDQ hash, both as bytes.

    The number is narrow on purpose: eleven keys name it.
    """

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("original.sha256"), unique=True)
    pixels: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    pdq: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class PictureKey(Base):
    """One of the eleven keys of a picture that has enough to see (`evidence.near_pictures.keys`); below 2 ** 28.

    ``one`` and ``two`` are the first half of its hash as two signed numbers, in the index with the key: whoever shares
    a key and differs in more bits of that half is no near one, and need not be fetched to know it.
    """

    __tablename__ = "picture_key"
    __table_args__ = (
        sa.PrimaryKeyConstraint("key", "picture", postgresql_include=["one", "two"]),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[int] = mapped_column(sa.Integer, autoincrement=False)
    picture: Mapped[int] = mapped_column(sa.Integer, autoincrement=False)
    one: Mapped[int] = mapped_column(sa.BigInteger)
    two: Mapped[int] = mapped_column(sa.BigInteger)
