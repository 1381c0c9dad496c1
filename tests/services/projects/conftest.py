"""Importing as the agency's administrator at a fixed time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.access import Actor
from server.app import create_app
from server.commands.installation import acting
from server.db import db
from server.models import Project
from server.services import project_import
from server.services.project_import import ImportParts, Preview
from tests.conftest import Planted
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
        return project_import.apply(administrator, told["code"], _sent(told, files), now=now).project

    return run


@pytest.fixture
def previews(administrator: Actor) -> Previews:
    """Preview a document as project NEW-1, or as another code."""

    def run(told: Any, *, code: str = "NEW-1", **files: Any) -> Preview:
        return project_import.preview(administrator, code, _sent(told, files))

    return run


@pytest.fixture(scope="module")
def looks(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """Preview as project NEW-1 on one database for the whole module: a preview writes nothing."""
    with planted.copied_to(tmp_path_factory.mktemp("looks") / "installation") as settings:
        app = create_app(settings)

        def run(told: Any, **files: Any) -> Preview:
            with app.app_context():
                administrator = acting("administrator@example.org")
                return project_import.preview(administrator, "NEW-1", _sent(told, files))

        yield run
        with app.app_context():
            db.engine.dispose()


def _sent(told: Any, files: dict[str, Any]) -> ImportParts:
    return parts(told, **files)
