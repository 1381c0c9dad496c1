"""Published projects that differ in what they are found by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.access import Actor
from server.db import writing
from server.models import Area, Organisation, Project
from server.models.projects import ProjectStatus
from tests.pages.story import Road

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
Publish = Callable[..., None]


@pytest.fixture
def publish(app: Flask) -> Publish:
    """Records a published project of the agency; what is not said is as plain as can be."""

    def record(code: str, **told: Any) -> None:
        with writing() as session:
            agency = session.scalars(sa.select(Organisation).where(Organisation.code == "agency")).one()
            area = session.scalars(sa.select(Area).where(Area.code == told.pop("area", "R6"))).one()
            plain = {
                "title": "Works",
                "sector": "transport",
                "asset_kind": "road",
                "budget_minor": 1,
                "currency": "PHP",
                "status": ProjectStatus.IMPLEMENTATION,
                "time_zone": "Asia/Manila",
                "policy": "ph",
                "published_at": NOW,
                "changed_at": NOW,
            }
            session.add(Project(code=code, agency_id=agency.id, area_id=area.id, **(plain | told)))

    return record


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open and no photo yet."""
    return Road(actor)
