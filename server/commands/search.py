"""``saksi search``: what finds published projects, made anew."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.services import search_upkeep


@click.group("search")
def search() -> None:
    """What the public's search finds projects by."""


@search.command("rebuild", epilog=examples("saksi search rebuild"))
def rebuild() -> None:
    """Make the search's words, counts and news anew.

    They are kept with every change; this is for rows that were written into the database by other means.
    """
    with installation():
        search_upkeep.make_anew()
        click.echo("The search was made anew from the published projects.")
