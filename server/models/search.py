"""What finds published projects among very many: their terms, how many share each, and where news is.

All of it is derived from the projects and can be made anew (``search_index``); nothing else rests on it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, bytewise

#: The term that every published project has.
EVERY = "*"


class ProjectTerm(Base):
    """One term of one published project: a word, an area, a state, a sector, a contractor, a year or a cell of the map.

    A term's first sign tells its kind: none for a word, ``@`` and an area's code for the area or one below, ``=`` for a
    state, ``%`` for a sector, ``$`` and a contractor's code, ``~`` and a year of the works, ``#`` for a cell that the
    site meets, ``+`` for the smallest cells kept of a site too large for smaller ones.
    """

    __tablename__ = "project_term"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    term: Mapped[str] = mapped_column(bytewise(80), primary_key=True)
    code: Mapped[str] = mapped_column(bytewise(64), primary_key=True)


class Findable(Base):
    """All terms of one published project, between blanks, so that they can be compared and taken away again."""

    __tablename__ = "findable"

    code: Mapped[str] = mapped_column(bytewise(64), primary_key=True)
    terms: Mapped[str] = mapped_column(sa.Text)


class TermCount(Base):
    """How many published projects have a term; for an area, how many lie in it and below."""

    __tablename__ = "term_count"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    term: Mapped[str] = mapped_column(bytewise(80), primary_key=True)
    projects: Mapped[int]


class ProjectNews(Base):
    """When a published project's newest photo was published, under each of its areas and under ``EVERY``."""

    __tablename__ = "project_news"
    __table_args__ = (
        sa.Index("ix_project_news_latest", "term", "published_at", "code"),
        {"sqlite_with_rowid": False},
    )

    code: Mapped[str] = mapped_column(bytewise(64), primary_key=True)
    term: Mapped[str] = mapped_column(bytewise(80), primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
