"""Two imports at once: one project, one current site, and an unbroken custody log."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from server.access import Actor
from server.db import db, reading
from server.models import Project, Site
from server.problems import Problem
from server.services import custody, project_import
from tests.custody_log import of_record
from tests.services.projects.build import document, parts, with_section
from tests.services.projects.conftest import Imports

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def at_once(app: Flask, actor: Actor, documents: list[dict[str, Any]]) -> list[str]:
    """Import all documents at the same moment, each on its own connection; answers how each ended."""
    ends: list[str] = []
    start = threading.Barrier(len(documents))

    def work(told: dict[str, Any]) -> None:
        with app.app_context():
            start.wait()
            try:
                imported = project_import.apply(actor, told["code"], parts(told), now=NOW)
                ends.append("created" if imported.created else "done")
            except Problem as problem:
                ends.append(problem.name)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(told,)) for told in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What this test read before is a snapshot; from here on it reads what holds now.
    reading().rollback()
    return ends


def test_the_same_project_created_four_times_at_once_is_one(app: Flask, administrator: Actor) -> None:
    ends = at_once(app, administrator, [document() for _ in range(4)])

    assert set(ends) <= {"created", "done", "conflict"}
    assert ends.count("created") == 1
    assert reading().scalar(sa.select(sa.func.count()).where(Project.code == "NEW-1")) == 1
    assert [e.action for e in of_record("project", "NEW-1")].count("project.created") == 1
    assert custody.broken_link(custody.export()) is None


def test_a_site_changed_four_times_at_once_has_one_current_version(
    app: Flask, administrator: Actor, imports: Imports
) -> None:
    project = imports(document())

    ends = at_once(app, administrator, [with_section("site", width_m=width) for width in (20, 21, 22, 23)])

    assert set(ends) <= {"done", "conflict"}
    versions = reading().scalars(sa.select(Site).where(Site.project_id == project.id)).all()
    assert len(versions) == 1 + ends.count("done")
    assert [site.retired_at for site in versions].count(None) == 1
    assert custody.broken_link(custody.export()) is None
