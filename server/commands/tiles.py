"""``saksi tiles``: making the public map anew from the records, and checking what is kept of it."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.db import reading
from server.services import public_map


@click.group("tiles", epilog=examples("saksi tiles check", "saksi tiles rebuild"))
def tiles() -> None:
    """Check the public map's numbers, or make the map anew."""


@tiles.command("check")
def check() -> None:
    """Count everything on the map and compare it with the numbers kept; exit code 1 where they differ."""
    with installation():
        wrong = public_map.faults(reading())
    if wrong:
        raise click.ClickException(f"{wrong} numbers are wrong. Run: saksi tiles rebuild")
    click.echo("Every number is right.")


@tiles.command("rebuild")
def rebuild() -> None:
    """Place every published project and photo anew and count them.

    For repair: saksi migrate makes the map where there is none yet. Nobody can publish or change
    a project meanwhile, and on SQLite nobody can write.
    """
    with installation():
        public_map.make_anew()
        click.echo("The map was made anew.")
