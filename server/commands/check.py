"""``saksi check``: whether everything is as it must be before the server is started."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from server import checkup
from server.checkup import Line, Verdict
from server.commands.help_text import examples
from server.commands.installation import installation
from server.engines import engines

COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAULT: "red"}


@click.command(
    "check",
    epilog=examples(
        "saksi check",
        "saksi check --json",
    ),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
def check_command(as_json: bool) -> None:
    """Look at settings, policies, database, store, clock and disks, and say what to do about each.

    One file named check.bin is written to the store and read back. The exit code is 1 with a fault;
    warnings alone leave it 0.
    """
    with installation(migrated=False):
        lines = list(checkup.look(engines()))
    faults = sum(line.verdict is Verdict.FAULT for line in lines)
    if as_json:
        click.echo(json.dumps({"faults": faults, "lines": [asdict(line) for line in lines]}, indent=2))
    else:
        for line in lines:
            _show(line)
    raise SystemExit(1 if faults else 0)


def _show(line: Line) -> None:
    verdict = click.style(f"{line.verdict.value:8}", fg=COLOURS[line.verdict])
    click.echo(f"{verdict} {line.part:18} {line.found}")
    if line.advice:
        click.echo(f"{'':28}{line.advice}")
