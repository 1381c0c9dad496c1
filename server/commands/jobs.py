"""``saksi jobs``: work that waits, and work that waits for a person."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.services import job_desk
from server.times import iso, utc_now


@click.group(
    "jobs",
    invoke_without_command=True,
    epilog=examples(
        "saksi jobs",
        "saksi jobs retry 01a204e5-e226-797d-925e-ed64d2ceecef",
    ),
)
@click.pass_context
def jobs(context: click.Context) -> None:
    """List jobs that are not done, the dead ones first."""
    if context.invoked_subcommand is not None:
        return
    with installation():
        unfinished = job_desk.unfinished()
        for job in unfinished:
            error = f"  {job.last_error}" if job.last_error else ""
            click.echo(f"{job.state.value:8} {job.id}  {job.kind} {job.subject}  due {iso(job.due_at)}{error}")
        if not unfinished:
            click.echo("Every job is done.")


@jobs.command("retry")
@click.argument("job_id", metavar="ID")
def retry(job_id: str) -> None:
    """Give the dead job with this ID all its attempts again."""
    with installation():
        job = job_desk.retry(job_id, now=utc_now())
        click.echo(f"{job.kind} {job.subject} is queued again.")
