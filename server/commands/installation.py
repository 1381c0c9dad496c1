"""What commands share: the installation they work on, who acts, and how a refusal is printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload

import config
from server import migrate
from server.access import Actor, HeldRole
from server.app import create_app
from server.db import db, reading
from server.models import Person
from server.policy import PolicyError
from server.problems import NOT_STORABLE, Problem

#: There is no sign-in behind a command; whoever types it has the machine itself.
NO_SESSION = UUID(int=0)


@contextmanager
def installation(*, migrated: bool = True, job_threads: int | None = None) -> Iterator[config.Settings]:
    """The installation of the environment's settings, inside an application context.

    Its connections suffice for ``job_threads`` jobs at a time, where the settings' number is not meant.

    Raises:
        click.ClickException: a setting or policy cannot be used, the tables are not the newest, or
            what the command asked for was refused. The exit code is 1.
    """
    try:
        settings = config.load()
        if job_threads is not None:
            settings = replace(settings, job_threads=job_threads)
        with _opened(create_app(settings)):
            if migrated and not migrate.is_current(db.engine):
                raise click.ClickException("The database's tables are not the newest. Run: saksi migrate")
            yield settings
    except Problem as problem:
        raise click.ClickException(told(problem)) from problem
    except (config.SettingsError, PolicyError) as error:
        raise click.ClickException(str(error)) from error
    except DataError as error:
        raise click.ClickException(NOT_STORABLE) from error
    except UnicodeEncodeError as error:
        raise click.ClickException("What was typed holds bytes that are no text (UTF-8). Nothing was done.") from error
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database does not do that: {error.args[0] if error.args else error}"
        ) from error


@contextmanager
def _opened(app: Flask) -> Iterator[None]:
    """The application's context; its connections are closed behind it, which a server would otherwise hear of late."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def told(problem: Problem) -> str:
    """A refusal as lines of text, one per fault."""
    return "\n".join([problem.detail, *(f"  {fault.pointer}  {fault.detail}" for fault in problem.errors)])


def acting(email: str) -> Actor:
    """The person in whose name a command acts, with the roles they hold.

    Raises:
        click.ClickException: there is no such account, or it is disabled.
    """
    query = sa.select(Person).where(Person.email == email.strip().lower())
    person = reading().scalar(query.options(joinedload(Person.organisation), selectinload(Person.grants)))
    if person is None or person.disabled_at is not None:
        raise click.ClickException(f"There is no account with the address {email}, or it is disabled.")
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=person.organisation_id,
        organisation_name=person.organisation.name,
        organisation_kind=person.organisation.kind,
        session_id=NO_SESSION,
        held=tuple(HeldRole(grant.role, grant.project_id, grant.agency_id) for grant in person.grants),
    )
