"""``saksi backup`` and ``saksi restore``: the embedded default saved while it works, and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from sqlalchemy.engine import make_url

import config
from evidence.storage.local import LocalStore
from server import backup, in_use
from server.commands.help_text import examples
from server.commands.installation import installation
from server.engines import engines
from server.times import utc_now

ELSEWHERE = (
    "This command is for SQLite and photos in a folder. Here the database is saved with pg_dump and photos in S3 "
    "are kept by the bucket's versions and lock; docs/operations.md has the commands."
)


@click.command(
    "backup",
    epilog=examples(
        "saksi backup /mnt/backup/saksi",
        "saksi backup --keep 30 /mnt/backup/saksi",
    ),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), default=7, show_default=True, help="Snapshots to keep.")
def backup_command(folder: Path, keep: int) -> None:
    """Save the database and the photos to FOLDER while the server goes on working.

    FOLDER holds dated snapshots of the database and each photo once, so a second backup copies only what is
    new. Put it on another disk. The signing secret is not saved: after a restore people sign in anew.
    """
    with installation() as settings, _told(), _bar() as progress:
        store = engines().store
        if not isinstance(store, LocalStore):
            raise click.ClickException(ELSEWHERE)
        made = backup.back_up(_database(settings), store, folder, now=utc_now(), progress=progress)
    backup.thin_out(folder, keep, now=utc_now())
    click.echo(f"Saved to {made}")


@click.command(
    "restore",
    epilog=examples(
        "saksi restore /mnt/backup/saksi",
        "saksi restore /mnt/backup/saksi --snapshot 2026-11-22T010000.000000Z",
    ),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--snapshot", metavar="NAME", help="Which snapshot; the newest where it is left out.")
@click.option("--force", is_flag=True, help="Put the database that is there aside. Stop the server first.")
def restore_command(folder: Path, snapshot: str | None, force: bool) -> None:
    """Bring a backup from FOLDER back into an empty installation, and check every photo on the way.

    Where it is broken off, start it again: it goes on where it was. It refuses while a server or a worker runs on the
    database that is there.
    """
    try:
        settings = config.load()
    except config.SettingsError as error:
        raise click.ClickException(str(error)) from error
    database = _database(settings)
    with _told(), in_use.alone(database), _bar() as progress:
        aside_at = utc_now() if force else None
        manifest = backup.restore(
            folder, snapshot, database, settings.originals_root, progress=progress, aside_at=aside_at
        )
    click.echo(f"Brought back as it was at {manifest.made_at}: {manifest.originals} originals.")
    click.echo("Next: saksi migrate, saksi check, saksi serve. People sign in anew.")


def _database(settings: config.Settings) -> Path:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException(ELSEWHERE)
    return Path(url.database)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (backup.BackupError, in_use.InUseError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _bar() -> Iterator[backup.Progress]:
    """A bar on standard error where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("photos"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("photos")
        yield lambda done, total: bar.update(task, completed=done, total=total)
