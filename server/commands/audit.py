"""``saksi audit``: whether the originals are still those that were sealed, and nobody rewrote what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evidence.checkpoints import CheckpointError
from evidence.errors import StoreAwayError
from server.commands.files import emptied, written_to
from server.commands.help_text import examples
from server.commands.installation import installation
from server.engines import engines
from server.services import audit, log_audit, log_reading
from server.services.audit import Findings
from server.services.log_audit import Held
from server.times import iso, utc_now

#: What the next audit compares with, beside the database and not in it.
MEMORY = "log.checkpoint"


@click.command(
    "audit",
    epilog=examples(
        "saksi audit",
        "saksi audit --since 2026-11-01",
        "saksi audit --sample 1000 --report audit.json",
        "saksi audit --checkpoint kept-in-march.txt",
    ),
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only originals kept from this day on (UTC).")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Only N originals, taken by chance.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what was found as JSON.")
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that you kept; the log must continue it. May be given several times.",
)
@click.option("--anew", is_flag=True, help="Begin anew where an earlier audit was broken off.")
def audit_command(
    since: datetime | None, sample: int | None, report: Path | None, kept: tuple[Path, ...], anew: bool
) -> None:
    """Hash every original again, compare it with its record, and check the custody log.

    Of the log every leaf is made again from its event and the tree from the leaves; both are compared with every
    checkpoint that was signed, with those that you kept, and with the verdict and findings of every photo. The newest
    checkpoint of an audit that found nothing is kept in the data root for the next one.

    An audit that is broken off goes on where it was when it is started again with the same --since. The
    result becomes an event of the custody log. The exit code is 1 where something is missing or differs.
    """
    with installation() as settings, written_to(report) as out:
        day = since.replace(tzinfo=UTC) if since else None
        place = settings.data_root / "audit.json"
        found = _begun(place, day, sample, anew=anew)
        memory = settings.data_root / MEMORY
        held = _held(kept, memory)
        try:
            _go_through(found, day, place)
        except StoreAwayError as error:
            raise click.ClickException(f"{error}. Start the audit again later; it goes on where it was.") from error
        audit.walk_log(found, held)
        audit.recount(found)
        audit.record(found, now=utc_now())
        place.unlink(missing_ok=True)
        if found.whole:
            _remember(memory)
        if out is not None:
            emptied(out).write(json.dumps(asdict(found) | {"whole": found.whole}, indent=2) + "\n")
    _tell(found)


def _held(kept: tuple[Path, ...], memory: Path) -> list[Held]:
    """The checkpoints of files, and the one that the audit before this one ended with."""
    files = [*kept, *([memory] if memory.exists() else [])]
    return [_read(file) for file in files]


def _read(file: Path) -> Held:
    try:
        return log_audit.held(str(file), file.read_text(encoding="utf-8"))
    except (CheckpointError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} is no checkpoint that this log signed: {error}.") from error


def _remember(memory: Path) -> None:
    """Keep the newest checkpoint outside the database."""
    newest = log_reading.newest_checkpoint()
    if newest is not None:
        fresh = memory.with_suffix(".new")
        fresh.write_text(newest.note, encoding="utf-8")
        fresh.replace(memory)


def _begun(place: Path, since: datetime | None, sample: int | None, *, anew: bool) -> Findings:
    """An audit that was broken off and asked the same, or a fresh one."""
    fresh = Findings(begun_at=iso(utc_now()) or "", since=iso(since), sample=sample)
    if anew or sample or not place.exists():
        return fresh
    earlier = Findings(**json.loads(place.read_text()))
    return earlier if earlier.since == fresh.since else fresh


def _go_through(found: Findings, since: datetime | None, place: Path) -> None:
    store = engines().store
    if found.sample:
        pages, total = audit.a_sample(store, found, since, found.sample), min(found.sample, audit.left(found, since))
    else:
        pages, total = _kept(audit.all_originals(store, found, since), found, place), audit.left(found, since)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("originals", total=found.originals + total, completed=found.originals)
        for count in pages:
            progress.advance(task, count)


def _kept(pages: Iterator[int], found: Findings, place: Path) -> Iterator[int]:
    """The pages, each written down as done before the next one begins."""
    for count in pages:
        fresh = place.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(found)))
        fresh.replace(place)
        yield count


def _tell(found: Findings) -> None:
    seen = f"{found.custody_events} custody events under {found.checkpoints} checkpoints"
    click.echo(f"{found.originals} originals ({found.size / 1e6:.1f} MB), {seen}.")
    for fault in found.faults:
        click.echo(f"{fault['what']:12} {fault['sha256']}")
    for told in found.log_faults:
        click.echo(told)
    for whose in found.facts_differing:
        click.echo(f"The facts counted of {whose} are not what the records come to.")
    if not found.whole:
        counts = f"{found.missing} missing, {found.differing} differ, {found.copies_missing} without their copies"
        counts += f", {len(found.log_faults)} faults of the log and of what it tells"
        counts += f", {len(found.facts_differing)} counts of facts differ"
        raise click.ClickException(f"Not everything is as the records say: {counts}.")
    click.echo("Everything is as the records say.")
