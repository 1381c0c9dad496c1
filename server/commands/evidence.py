"""``saksi evidence``: work on photos that are on record."""

from __future__ import annotations

import time
from uuid import UUID

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.services import looking_again
from server.times import utc_now

_LOOKS_EVERY_S = 2.0


@click.group("evidence")
def evidence() -> None:
    """Photos that are on record."""


@evidence.command("look", epilog=examples("saksi evidence look", "saksi evidence look --batch 200 --most 10000"))
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="How many at a time.")
@click.option("--most", type=click.IntRange(1), help="Stop after so many; the next run goes on.")
@click.option("--after", type=click.UUID, metavar="ID", help="Go on behind this photo.")
def look(batch: int, most: int | None, after: UUID | None) -> None:
    """Have photos looked at whose pixels were not looked at as this release does.

    The worker does it beside new photos; findings may lower a verdict, and never raise one. A batch is queued when
    the one before is nearly done. Stopped at any time, it goes on where it stopped when it is run again.
    """
    with installation():
        total = 0
        while True:
            found = looking_again.queue(after, min(batch, (most or total + batch) - total), now=utc_now())
            total, after = total + found.queued, found.last
            click.echo(f"{total:,} queued" + (f", up to {after}." if after else "; there are no more."))
            if after is None or (most is not None and total >= most):
                return
            _wait_until_fewer(batch)


def _wait_until_fewer(most: int) -> None:
    """Leave the queue to new photos until fewer than half a batch waits."""
    while looking_again.jobs_queued() > most // 2:
        time.sleep(_LOOKS_EVERY_S)
