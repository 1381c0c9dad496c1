"""``saksi log``: the tree of the custody log, its checkpoints, and what the law has erased from it."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.engines import engines
from server.services import log_erasure, log_reading, sequencer
from server.services.log_nodes import LogDamagedError
from server.times import iso, utc_now


@click.group("log")
def log() -> None:
    """The custody log as a tree: its places, its checkpoints, its key."""


@log.command(
    "sequence",
    epilog=examples(
        "saksi log sequence",
    ),
)
def sequence_command() -> None:
    """Give the events that wait their places and sign a checkpoint, once and now.

    saksi serve and saksi worker do so every few seconds where they do jobs; running it beside them does no harm.
    """
    with installation():
        placed = sequenced()
        newest = log_reading.newest_checkpoint()
        if newest is None:
            click.echo("The log has no events yet.")
        else:
            click.echo(f"{placed} events were given their places. {_told(newest.size, iso(newest.at))}")


@log.command(
    "checkpoint",
    epilog=examples(
        "saksi log checkpoint > checkpoint.txt",
        "saksi log checkpoint --size 1200",
        "saksi log checkpoint --key",
    ),
)
@click.option("--size", type=click.IntRange(min=0), metavar="N", help="The one of N events, and not the newest.")
@click.option("--key", "key", is_flag=True, help="The keys by which checkpoints are verified, the one in use last.")
def checkpoint_command(size: int | None, key: bool) -> None:
    """Print the newest signed checkpoint, to be kept elsewhere and given to saksi audit --checkpoint later."""
    with installation():
        if key:
            click.echo("\n".join(log_reading.all_keys()))
        else:
            found = log_reading.newest() if size is None else log_reading.checkpoint(size)
            click.echo(found.note, nl=False)


@log.command(
    "erase",
    epilog=examples(
        'saksi log erase 4be1… --reason "Request of 3 March under the Data Privacy Act"',
    ),
)
@click.argument("leaf", metavar="LEAF")
@click.option("--reason", required=True, help="Why the law wants it; it stays in the log.")
def erase_command(leaf: str, reason: str) -> None:
    """Erase who did it and the details of the event with this LEAF, for ever.

    That something was done, to which record and when, stays, and the tree holds as before. The erasure is an event
    itself. Look for the leaf in the record, or in saksi custody export.
    """
    with installation():
        log_erasure.erase(leaf, reason, now=utc_now())
        click.echo(f"Erased. The tree of {engines().log_key.origin} still holds: see saksi audit.")


def sequenced() -> int:
    """Give what waits its places; answers how many events there were.

    Raises:
        click.ClickException: the log is damaged.
    """
    try:
        return sequencer.sequence()
    except LogDamagedError as error:
        raise click.ClickException(f"Nothing was signed: {error}. Run saksi audit.") from error


def _told(size: int, at: str | None) -> str:
    return f"The newest checkpoint has {size} events and is of {at}."
