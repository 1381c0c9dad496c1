"""``saksi migrate`` and ``saksi serve``: bringing the tables up to date, and running the server."""

from __future__ import annotations

import socket

import click
from granian.constants import Interfaces
from granian.server.mp import MPServer

import config
from server import migrate
from server.commands.help_text import examples
from server.commands.installation import installation
from server.db import db


@click.command(
    "migrate",
    epilog=examples(
        "saksi migrate",
    ),
)
def migrate_command() -> None:
    """Bring the database to the newest tables.

    Does nothing where they are the newest already, so it can be run before every start.
    """
    with installation(migrated=False):
        if migrate.is_current(db.engine):
            click.echo("The tables are the newest.")
            return
        migrate.upgrade(db.engine)
        click.echo("The tables were brought up to date.")


@click.command(
    "serve",
    epilog=examples(
        "saksi serve",
        "SAKSI_PORT=9000 SAKSI_THREADS=16 saksi serve",
    ),
)
def serve_command() -> None:
    """Run the server in the foreground; Ctrl-C stops it.

    Address, port and threads come from SAKSI_HOST, SAKSI_PORT and SAKSI_THREADS.
    """
    with installation() as settings:
        db.session.remove()
        db.engine.dispose()
    _check_port(settings)
    click.echo(f"Saksi listens on http://{settings.host}:{settings.port}/ (Ctrl-C stops it)")
    server(settings).serve()


def server(settings: config.Settings) -> MPServer:
    """The WSGI server: one worker process, whose threads each do one request at a time."""
    return MPServer(
        "wsgi:build",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        factory=True,
        working_dir=config.ROOT,
        websockets=False,
        log_access=False,
    )


def _check_port(settings: config.Settings) -> None:
    """Say plainly that a port is taken, where the server itself would only fail to start."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise click.ClickException(f"Cannot listen on {where} ({error.strerror}). Choose SAKSI_PORT.") from error
