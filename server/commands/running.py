"""``saksi migrate`` and ``saksi serve``: bringing the tables up to date, and running the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from granian.constants import HTTPModes, Interfaces
from granian.server.mp import MPServer

import config
from server import migrate, tls
from server.commands.help_text import examples
from server.commands.installation import installation
from server.commands.ports import check_metrics_port, check_port
from server.db import db
from server.services import public_copies, public_map, search_upkeep
from server.telemetry import logs
from server.telemetry.exporter import figures_of
from server.times import utc_now


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
        else:
            migrate.upgrade(db.engine)
            click.echo("The tables were brought up to date.")
        if search_upkeep.make_if_missing():
            click.echo("The search was made from the published projects.")
        if public_map.make_if_missing():
            click.echo("The map was made from the published projects.")
        if public_copies.catch_up(now=utc_now()):
            click.echo(f"{public_copies.missing()} published photos get their public copies; until then none is shown.")


@click.command(
    "serve",
    epilog=examples(
        "saksi serve",
        "SAKSI_PORT=9000 SAKSI_THREADS=16 saksi serve",
        "saksi serve --tls-self-signed",
    ),
)
@click.option(
    "--tls-self-signed",
    is_flag=True,
    help="Serve HTTPS to phones on the same network, by a certificate made for this machine's own addresses.",
)
def serve_command(tls_self_signed: bool) -> None:
    """Run the server in the foreground; Ctrl-C or SIGTERM stops it.

    Address and port come from SAKSI_HOST and SAKSI_PORT, the number of its processes and of the threads
    in each from SAKSI_WORKERS and SAKSI_THREADS. A stop takes no new connection, finishes and answers what
    was accepted, and takes at most SAKSI_STOP_SECONDS.

    With --tls-self-signed it listens on all addresses of the machine unless SAKSI_HOST names one.
    """
    with installation() as settings:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        db.session.remove()
        db.engine.dispose()
    if tls_self_signed:
        settings = replace(settings, host=settings.serving.tls_host)
    check_port(settings.host, settings.port, "SAKSI_PORT")
    check_metrics_port(settings.telemetry)
    logs.configure(settings.telemetry.log_format)
    certificate = _certificate(settings) if tls_self_signed else None
    scheme = "http" if certificate is None else "https"
    click.echo(f"Saksi listens on {scheme}://{settings.host}:{settings.port}/ (Ctrl-C stops it)")
    with figures_of(settings.telemetry, app) as open_figures:
        server(settings, open_figures, certificate).serve()


def _certificate(settings: config.Settings) -> Path:
    """The certificate for this machine's addresses; says where a phone finds its authority, and how it is known."""
    addresses = tls.own_addresses()
    certificate = tls.self_signed(settings.data_root, addresses, now=utc_now())
    click.echo(tls.invitation(settings.data_root, addresses, settings.port))
    return certificate


class Server(MPServer):
    """The WSGI server, which opens the address of the figures once its processes are forked."""

    open_figures: Callable[[], None] = staticmethod(lambda: None)

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the processes; a thread that was there before could hold a lock that they inherit."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        self.open_figures()


def server(
    settings: config.Settings, open_figures: Callable[[], None] = lambda: None, certificate: Path | None = None
) -> Server:
    """The WSGI server: processes, whose threads each do one request at a time.

    ``certificate`` is a file with a key and its certificate, None for plain HTTP.
    """
    made = Server(
        "wsgi:build",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        # A proxy speaks HTTP/1 to us, and each request has a connection to itself (see server.slow_clients).
        http=HTTPModes.http1,
        workers=settings.serving.workers,
        blocking_threads=settings.threads,
        backlog=settings.serving.backlog,
        workers_kill_timeout=settings.serving.stop_seconds,
        respawn_failed_workers=True,
        ssl_cert=certificate,
        ssl_key=certificate,
        factory=True,
        working_dir=config.ROOT,
        websockets=False,
        log_access=False,
        log_dictconfig=logs.configuration(settings.telemetry.log_format),
    )
    made.open_figures = open_figures
    return made
