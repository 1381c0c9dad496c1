"""What an upload is judged by is kept between uploads, and never outlives a change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from evidence.context import Stage
from server.db import db, new_id, reading, writing
from server.models import Contract, Milestone, Project, Requirement, Site
from server.models.milestones import MilestoneState
from server.services import works

Change = Callable[[Session, Project], None]


def read() -> works.Works:
    reading().rollback()
    found = works.by_code(reading(), "ROAD-1")
    assert found is not None
    return found


def change_title(_session: Session, project: Project) -> None:
    project.title = "Another title"


def change_contract(session: Session, project: Project) -> None:
    contract = session.scalars(sa.select(Contract).where(Contract.project_id == project.id)).one()
    assert contract.ends_on is not None
    contract.ends_on += timedelta(days=1)


def approve_milestone(session: Session, project: Project) -> None:
    session.scalars(milestones(project)).first().state = MilestoneState.APPROVED  # type: ignore[union-attr]


def remove_milestone(session: Session, project: Project) -> None:
    session.execute(sa.text("DELETE FROM certificate"))
    session.delete(session.scalars(milestones(project)).all()[-1])


def add_requirement(session: Session, project: Project) -> None:
    first = session.scalars(milestones(project)).first()
    assert first is not None
    first.requirements.append(Requirement(code="new", stage=Stage.BEFORE, title="Before", photos=1))


def change_requirement(session: Session, project: Project) -> None:
    first = session.scalars(milestones(project)).first()
    assert first is not None
    first.requirements[0].photos += 1


def remove_requirement(session: Session, project: Project) -> None:
    first = session.scalars(milestones(project)).first()
    assert first is not None
    first.requirements.clear()


def new_site(session: Session, project: Project) -> None:
    old = session.scalars(sa.select(Site).where(Site.project_id == project.id)).one()
    facts = {c.key: getattr(old, c.key) for c in sa.inspect(Site).columns if c.key not in {"id", "retired_at"}}
    old.retired_at = old.changed_at
    session.flush()
    session.add(Site(id=new_id(), **facts))


def milestones(project: Project) -> sa.Select[Milestone]:
    return sa.select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.position)


@pytest.mark.parametrize(
    "change",
    [
        change_title,
        change_contract,
        approve_milestone,
        remove_milestone,
        add_requirement,
        change_requirement,
        remove_requirement,
        new_site,
    ],
)
def test_every_change_is_seen_by_the_next_upload(app: Flask, change: Change) -> None:
    before = read()
    assert read() is before

    with writing() as session:
        change(session, session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one())

    assert read() is not before
    assert read().project.revision > before.project.revision


def test_a_change_of_another_project_leaves_it_kept(app: Flask) -> None:
    before = read()
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "OTHER-1")).one().title = "Another title"

    assert read() is before


def test_what_is_kept_belongs_to_no_session(app: Flask) -> None:
    kept = read()
    db.session.remove()

    assert kept.project.contract is not None
    assert [milestone.requirements[0].code for milestone in kept.milestones] == ["during"] * 3
    assert kept.shape is not None


def test_changes_past_the_mapper_are_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="through the mapper"), writing() as session:
        session.execute(sa.update(Milestone).values(title="All alike"))


@pytest.mark.parametrize("missing", ["NO-SUCH"])
def test_a_project_that_is_not_there_is_none(app: Flask, missing: str) -> None:
    assert works.by_code(reading(), missing) is None
    assert works.by_id(reading(), new_id()) is None
    assert works.by_milestone(reading(), new_id()) is None
