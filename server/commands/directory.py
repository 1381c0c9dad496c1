"""``saksi organisations``, ``areas`` and ``people``: setting up who and where."""

from __future__ import annotations

import click

from server.commands.help_text import examples
from server.commands.installation import installation
from server.models.people import OrganisationKind, Role
from server.services import directory
from server.times import utc_now

KINDS = click.Choice([kind.value for kind in OrganisationKind])
ROLES = click.Choice([role.value for role in Role])


@click.group("organisations")
def organisations() -> None:
    """Agencies, contractors, subcontractors and oversight bodies."""


@organisations.command(
    "add",
    epilog=examples(
        'saksi organisations add province-works --name "Provincial Works Office" --kind agency',
    ),
)
@click.argument("code")
@click.option("--name", required=True, help="The full name.")
@click.option("--kind", type=KINDS, required=True)
def add_organisation(code: str, name: str, kind: str) -> None:
    """Record an organisation under a CODE that documents name it by."""
    with installation():
        added = directory.add_organisation(code, name, OrganisationKind(kind), now=utc_now())
        click.echo(f"Added {added.kind.value} {added.code}.")


@click.group("areas")
def areas() -> None:
    """Administrative areas, from the region down."""


@areas.command(
    "add",
    epilog=examples(
        'saksi areas add R6 --name "Western Visayas" --level region',
        "saksi areas add R6-ILO --name Iloilo --level province --parent R6",
    ),
)
@click.argument("code")
@click.option("--name", required=True)
@click.option("--level", required=True, help="What the area is: region, province, city, barangay …")
@click.option("--parent", help="The code of the area above it.")
def add_area(code: str, name: str, level: str, parent: str | None) -> None:
    """Record an area under a CODE."""
    with installation():
        added = directory.add_area(code, name, level, parent=parent, now=utc_now())
        click.echo(f"Added {added.level} {added.path}")


@click.group("people")
def people() -> None:
    """People who sign in, and their roles."""


@people.command(
    "add",
    epilog=examples(
        'saksi people add ana@works.example --name "Ana Cruz" --organisation province-works',
    ),
)
@click.argument("email")
@click.option("--name", required=True)
@click.option("--organisation", required=True, help="The code of the organisation they work for.")
@click.option("--language", default="en", show_default=True)
@click.password_option(help="Asked for where it is not given; a shell remembers what is typed.")
def add_person(email: str, name: str, organisation: str, language: str, password: str) -> None:
    """Record a person who signs in with EMAIL."""
    with installation():
        added = directory.add_person(email, name, organisation, password, language=language, now=utc_now())
        click.echo(f"Added {added.name} <{added.email}>.")


@people.command(
    "grant",
    epilog=examples(
        "saksi people grant ana@works.example administrator --agency province-works",
        "saksi people grant ben@works.example inspector --project FMR-2026-014",
    ),
)
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--project", help="The code of the project, for every role but the next two.")
@click.option("--agency", help="The code of the agency, for administrators and auditors.")
def grant(email: str, role: str, project: str | None, agency: str | None) -> None:
    """Give the person with EMAIL a ROLE."""
    with installation():
        directory.grant(email, Role(role), project=project, agency=agency, now=utc_now())
        click.echo(f"{email} is {role} of {project or agency}.")


@people.command(
    "take",
    epilog=examples(
        "saksi people take ben@works.example inspector --project FMR-2026-014",
    ),
)
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--project", help="The code of the project, for every role but the next two.")
@click.option("--agency", help="The code of the agency, for administrators and auditors.")
def take(email: str, role: str, project: str | None, agency: str | None) -> None:
    """Take a ROLE away from the person with EMAIL; what they did in it stays."""
    with installation():
        directory.take(email, Role(role), project=project, agency=agency, now=utc_now())
        click.echo(f"{email} is no longer {role} of {project or agency}.")
