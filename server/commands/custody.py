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
from server.commands.log import sequenced
from server.services.custody_checking import broken_link, export
from server.services.log_audit import Tree


@click.group("custody")
def custody() -> None:
    """The custody log: every change of state, each the leaf of one signed tree."""


@custody.command(
    "export",
    epilog=examples(
        "saksi custody export custody-2026-03.jsonl",
    ),
)
@click.argument("target", metavar="[FILE]", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_command(target: Path | None) -> None:
    """Write the log as JSON lines in the order of the tree to FILE or to the terminal.

    Every event has its place and its leaf with what the leaf is made of. Names and reasons are in it: it is not public.
    """
    with installation(), written_to(target) as file:
        sequenced()
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
@click.option("--holds", metavar="ROOT", help="A root you noted at an earlier check; the log must still continue it.")
def verify_command(source: Path | None, holds: str | None) -> None:
    """Check that every event is as it was written: in FILE, without any database, or in the log itself.

    The exit code is 1 where a line was changed, taken out or put in between. Lines cut off at the end leave a whole,
    shorter log: note the root of each check, and give it to the next one. saksi audit compares with signatures.
    """
    if source is None:
        with installation():
            sequenced()
            _judge(export(), holds)
    else:
        with source.open(encoding="utf-8", errors="replace") as lines:
            _judge(_events(lines), holds)


def _judge(events: Iterable[dict[str, Any]], holds: str | None) -> None:
    tree, seen, held = Tree(), 0, holds is None

    def followed() -> Iterator[dict[str, Any]]:
        nonlocal seen, held
        for event in events:
            yield event
            # Whoever asks for the next one has found this one whole.
            seen += 1
            if event.get("leaf"):
                tree.add(bytes.fromhex(event["leaf"]))
                # Hashes of links are what was noted before there was a tree.
                held = held or holds in {tree.root().hex(), event["leaf"], event.get("hash")}

    broken = broken_link(followed())
    if broken is not None:
        raise click.ClickException(f"The log is broken at event {broken + 1}: it is not as it was written.")
    if not held:
        raise click.ClickException(f"The log does not hold {holds}: its end was cut off, or it was written anew.")
    click.echo(f"The log is whole: {seen} events." + (f" Its root is {tree.root().hex()}." if tree.size else ""))


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not {"action", "leaf", "place"} <= event.keys():
            raise click.ClickException(f"Line {number} is no event of a custody log.")
        yield event
