"""Every project document of the programme is imported without a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from demo import directory, programme
from demo.programme import Plan
from server import migrate
from server.access import Actor
from server.app import create_app
from server.commands.installation import acting
from server.db import db, reading
from server.models import Area, Grant, Person
from server.services import project_import
from server.services.importing.site_part import SiteFile
from server.services.project_import import ImportParts
from server.times import utc_now
from tests.conftest import EmptyInstallation


@pytest.fixture(scope="module")
def empty(empty_installation: EmptyInstallation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with empty_installation(tmp_path_factory.mktemp("empty")) as settings:
        app = create_app(settings)
        with app.app_context():
            migrate.upgrade(db.engine)
            directory.fill(programme.directory(), now=utc_now())
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def administrator(empty: Flask) -> Actor:
    return acting("administrator@demo.example")


def parts(plan: Plan) -> ImportParts:
    return ImportParts(dict(plan.document), SiteFile(plan.site_file, plan.site_name), plan.milestones_file)


@pytest.mark.parametrize("plan", programme.read(utc_now()), ids=lambda plan: plan.code)
def test_a_project_imports_without_a_fault_and_again_without_a_change(plan: Plan, administrator: Actor) -> None:
    preview = project_import.preview(administrator, plan.code, parts(plan))
    assert [fault.detail for fault in preview.faults] == []
    assert preview.creates

    project_import.apply(administrator, plan.code, parts(plan), now=utc_now())
    assert project_import.preview(administrator, plan.code, parts(plan)).changes == []


def test_filling_the_directory_again_adds_nobody(empty: Flask) -> None:
    def counts() -> list[int]:
        return [reading().scalar(sa.select(sa.func.count()).select_from(each)) or 0 for each in (Area, Person, Grant)]

    before = counts()
    directory.fill(programme.directory(), now=utc_now())

    assert counts() == before
    assert all(before)
