"""``saksi demo`` and ``saksi demo-reset``: the demonstration programme.

The product does not know the demonstration; it is found by its name when one of these commands is typed.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from config import ROOT
from server.commands.help_text import examples

FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / "var" / "demo",
    help="Where everything is kept; var/demo if it is not said.",
)


@click.command("demo", epilog=examples("saksi demo", "saksi demo --port 9000", "saksi demo --tls"))
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option(
    "--tls", is_flag=True, help="Serve HTTPS to phones on the same network, by a certificate of its own making."
)
@FOLDER
def demo_command(port: int, tls: bool, folder: Path) -> None:
    """Load the demonstration programme, once, and serve it until Ctrl-C.

    It has a folder and settings of its own and touches no other installation.
    """
    house = _room("house")
    try:
        _room("run").run(folder, port, secure=tls)
    except house.HouseError as error:
        raise click.ClickException(str(error)) from error


@click.command("demo-reset", epilog=examples("saksi demo-reset"))
@FOLDER
def demo_reset_command(folder: Path) -> None:
    """Throw the demonstration away. Refused while it runs."""
    house = _room("house")
    try:
        removed = house.reset(folder.resolve())
    except house.HouseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Removed {folder}." if removed else "There is no demonstration.")


def _room(name: str) -> Any:
    return import_module(f"demo.{name}")
