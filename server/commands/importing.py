"""``saksi import``: a project from files, with a preview to read before anything is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from server.commands.help_text import examples
from server.commands.installation import acting, installation
from server.services import project_import
from server.services.importing.site_part import SiteFile
from server.services.project_import import ImportParts, Preview
from server.times import utc_now

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command(
    "import",
    epilog=examples(
        "saksi import road.json --as admin@agency.example --dry-run",
        "saksi import road.json --site survey.kmz --milestones plan.csv --as admin@agency.example",
    ),
)
@click.argument("document", metavar="PROJECT.json", type=FILE)
@click.option("--site", "site_file", type=FILE, help="The site as GeoJSON, KML, KMZ or zipped Shapefile.")
@click.option("--milestones", "milestones_file", type=FILE, help="The milestones as CSV, one row per requirement.")
@click.option("--as", "email", required=True, metavar="EMAIL", help="The administrator in whose name it is done.")
@click.option("--yes", is_flag=True, help="Apply without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
def import_command(
    *, document: Path, site_file: Path | None, milestones_file: Path | None, email: str, yes: bool, dry_run: bool
) -> None:
    """Import a project: show every change and every fault, then write all of it or nothing."""
    parts = _parts(document, site_file, milestones_file)
    code = _code(parts.document)
    with installation():
        actor = acting(email)
        preview = project_import.preview(actor, code, parts)
        _show(code, preview)
        if preview.faults:
            raise click.ClickException(f"{len(preview.faults)} fault(s); nothing was imported.")
        if dry_run or not (preview.creates or preview.changes):
            return
        if not yes:
            click.confirm("Apply?", abort=True)
        project_import.apply(actor, code, parts, now=utc_now())
        click.echo(f"{code} was imported.")


def _parts(document: Path, site_file: Path | None, milestones_file: Path | None) -> ImportParts:
    try:
        parsed = json.loads(document.read_bytes())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{document.name} is not JSON: {error}.") from error
    site = SiteFile(site_file.read_bytes(), site_file.name) if site_file else None
    return ImportParts(parsed, site, milestones_file.read_bytes() if milestones_file else None)


def _code(document: Any) -> str:
    code = document.get("code") if isinstance(document, dict) else None
    if not isinstance(code, str):
        raise click.ClickException("The document does not state the project's code.")
    return code


def _show(code: str, preview: Preview) -> None:
    console = Console(soft_wrap=False)
    for note in preview.notes:
        console.print(f"Note: {escape(note)}")
    if preview.faults:
        console.print(_table("Faults", ("where", "what is wrong"), [(f.pointer, f.detail) for f in preview.faults]))
    elif not preview.changes:
        console.print(f"{escape(code)} is the same already; nothing changes.")
    else:
        title = f"{'Creates' if preview.creates else 'Changes'} {code}"
        rows = [(change.pointer, _value(change.before), _value(change.after)) for change in preview.changes]
        console.print(_table(title, ("field", "before", "after"), rows))


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(title=escape(title), title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _value(value: Any) -> str:
    """A value for a person: nothing as a dash, a record as its name and parts in short."""
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(each)}" for name, each in value.items() if each not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(_value(each) for each in value)
    return str(value)
