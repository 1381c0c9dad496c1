"""``saksi worker``: doing the jobs, in a process that serves nobody."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import click
from flask import current_app

from server import in_use, jobs
from server.commands.help_text import examples
from server.commands.installation import installation
from server.commands.ports import check_metrics_port
from server.telemetry import logs, process
from server.telemetry.exporter import figures_of
from server.upkeep import Upkeep

#: What a stop waits for the last events to have their places in the custody log; another process does what is left.
LAST_PLACES_S = 5.0


@click.command(
    "worker",
    epilog=examples(
        "saksi worker",
        "saksi worker --concurrency 4",
    ),
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each processor",
    help="How many jobs to do at the same time.",
)
def worker_command(concurrency: int) -> None:
    """Do jobs in the foreground until told to stop.

    Ctrl-C or SIGTERM lets it finish what it runs and take nothing new; a second one ends it at once. Any
    number of workers can run, on any number of machines that reach the database and the store.
    """
    with installation(job_threads=concurrency) as settings:
        check_metrics_port(settings.telemetry)
        try:
            in_use.work_on(settings.database_url)
        except in_use.InUseError as error:
            raise click.ClickException(str(error)) from error
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        stop = _told_to_stop()
        logs.configure(settings.telemetry.log_format)
        click.echo(f"Saksi does {concurrency} jobs at a time (Ctrl-C stops it)")
        with figures_of(settings.telemetry, app) as open_figures:
            process.begin(app)
            open_figures()
            upkeep = Upkeep(app)
            jobs.work(app, concurrency, stop)
            upkeep.stop(LAST_PLACES_S)
    click.echo("Every job that was begun is done.")


def _told_to_stop() -> threading.Event:
    """Set by the first Ctrl-C or SIGTERM; the second ends the process as it always does."""
    stop = threading.Event()

    def tell(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, tell)
    signal.signal(signal.SIGTERM, tell)
    return stop
