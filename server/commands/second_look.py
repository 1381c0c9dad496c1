"""``saksi second-look``: the commitments and draws of second looks, by hand."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.services.second_look import drawing, periods, published
from server.times import iso, utc_now


@click.group("second-look", epilog=examples("saksi second-look status"))
def second_look() -> None:
    """The random second look: what is committed to, and what is due.

    A serving process does all of it by itself, every hour; these are for looking, and for not waiting.
    """


@second_look.command("status", epilog=examples("saksi second-look status"))
def status() -> None:
    """List the periods, the newest first, and what waits."""
    with installation():
        page = published.page(now=utc_now())
        for period in (*page.coming, *page.past):
            click.echo(f"{period.name}  {period.state.value:9}  from {iso(period.starts_at)} to {iso(period.ends_at)}")
            click.echo(f"         commitment {period.commitment}")
            if period.seed is not None:
                click.echo(f"         seed       {period.seed}")
            if period.drawn_at is not None:
                click.echo(f"         {period.drawn} of {period.candidates} drawn, {period.answered} answered")
        if not page.coming and not page.past:
            click.echo("Nothing is committed to yet. Run: saksi second-look commit")
        waiting = drawing.unassigned()
        if waiting:
            click.echo(f"{waiting} of what was drawn wait for a reviewer of an organisation that had no part in it.")


@second_look.command("commit", epilog=examples("saksi second-look commit"))
def commit() -> None:
    """Make the seed of the period that comes next and publish its commitment."""
    with installation():
        name = periods.commit_next(now=utc_now())
        click.echo(f"The seed of {name} is committed to." if name else "The next period is committed to already.")


@second_look.command("reveal", epilog=examples("saksi second-look reveal"))
def reveal() -> None:
    """Draw every period that is due: freeze its candidates, reveal its seed, draw, and ask the reviewers.

    No period is drawn before it has ended. What a stopped draw began is gone on with.
    """
    with installation():
        now = utc_now()
        due = periods.due(now=now)
        for each in due:
            periods.run(each.name, now=now)
            click.echo(f"{each.name} is drawn.")
        if not due:
            click.echo("No draw is due.")


@second_look.command("assign", epilog=examples("saksi second-look assign"))
def assign() -> None:
    """Give what nobody could look at, or waits for a shut account, to others who may."""
    with installation():
        click.echo(f"{drawing.give_anew(now=utc_now())} given to a reviewer.")
