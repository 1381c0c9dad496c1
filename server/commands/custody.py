"""``saksi custody``: the log of who did what, written out and checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from server.commands.files import emptied, written_to
from server.commands.help_text import examples
from server.commands.installation import installation
from server.services.custody import broken_link, export


@click.group("custody")
def custody() -> None:
    """The custody log: every change of state, linked by hash."""


@custody.command(
    "export",
    epilog=examples(
        "saksi custody export custody-2026-03.jsonl",
    ),
)
@click.argument("target", metavar="[FILE]", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_command(target: Path | None) -> None:
    """Write the log as JSON lines, oldest first, to FILE or to the terminal."""
    with installation(), written_to(target) as file:
        out = sys.stdout if file is None else emptied(file)
        for event in export():
            out.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")


@custody.command(
    "verify",
    epilog=examples(
        "saksi custody verify",
        "saksi custody verify custody-2026-03.jsonl",
        "saksi custody verify --holds 5f0c…",
    ),
)
@click.argument(
    "source", metavar="[FILE]", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--holds", metavar="HASH", help="A hash you noted at an earlier check; the log must still contain it.")
def verify_command(source: Path | None, holds: str | None) -> None:
    """Check that every event follows from the one before: in FILE, without any database, or in the log itself.

    The exit code is 1 where a line was changed, taken out or put in between. Lines cut off at the
    end leave a whole, shorter log: note the last hash of each check, and give it to the next one.
    """
    if source is None:
        with installation():
            _judge(export(), holds)
    else:
        with source.open(encoding="utf-8", errors="replace") as lines:
            _judge(_events(lines), holds)


def _judge(events: Iterable[dict[str, Any]], holds: str | None) -> None:
    hashes: list[str] = []

    def noted() -> Iterator[dict[str, Any]]:
        for event in events:
            hashes.append(str(event.get("hash")))
            yield event

    broken = broken_link(noted())
    if broken is not None:
        raise click.ClickException(f"The log is broken at event {broken + 1}: it does not follow from the one before.")
    if holds is not None and holds not in hashes:
        raise click.ClickException(f"The log does not hold {holds}: its end was cut off, or it was written anew.")
    click.echo(f"The log is whole: {len(hashes)} events." + (f" Its last hash is {hashes[-1]}." if hashes else ""))


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not {"previous", "hash"} <= event.keys():
            raise click.ClickException(f"Line {number} is no event of a custody log.")
        yield event
