"""Importing as the agency's administrator at a fixed time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from server.access import Actor
from server.models import Project
from server.services import project_import
from server.services.project_import import ImportParts, Preview
from tests.services.projects.build import parts

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
Imports = Callable[..., Project]
Previews = Callable[..., Preview]


@pytest.fixture
def administrator(actor: Callable[[str], Actor]) -> Actor:
    return actor("administrator")


@pytest.fixture
def imports(administrator: Actor) -> Imports:
    """Import a document under its own code; keywords are those of ``build.parts``."""

    def run(told: Any, *, now: datetime = NOW, **files: Any) -> Project:
        return project_import.apply(administrator, told["code"], _sent(told, files), now=now)

    return run


@pytest.fixture
def previews(administrator: Actor) -> Previews:
    """Preview a document under its own code."""

    def run(told: Any, **files: Any) -> Preview:
        return project_import.preview(administrator, told.get("code", "NEW-1"), _sent(told, files), now=NOW)

    return run


def _sent(told: Any, files: dict[str, Any]) -> ImportParts:
    return parts(told, **files)
