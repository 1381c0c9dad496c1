"""The site board of a project, to be printed on A3 and fixed to the fence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache

from flask import Response, make_response, url_for

from public_site.door import bp
from server import assets, board, wording
from server.access import PUBLISHED, declare
from server.board import Board, Fact, FontFiles, Step
from server.problems import Problem
from server.services import progress, public
from server.services.public_documents import MilestoneLine, ProjectPage
from server.site_picture import Picture
from server.texts import _, language
from server.times import utc_now

NOTO = "node_modules/@fontsource"
#: The parts of Noto Sans that the build takes along (field_app/pages/fonts.ts), the main one first.
FAMILIES = (
    "noto-sans/files/noto-sans-latin",
    "noto-sans/files/noto-sans-latin-ext",
    "noto-sans-thai/files/noto-sans-thai-thai",
)
#: Boards held ready; each is some 40 kB.
KEPT = 32


@bp.get("/projects/<string:code>/board.pdf")
@declare(PUBLISHED)
def site_board(code: str) -> Response:
    """The board in the reader's language."""
    now = utc_now()
    page = public.project(code, now=now)
    wanted = told(page, public.picture(code, ()), made_on=now)
    response = make_response(_printed(wanted, fonts()))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(code)}"'
    response.headers["Content-Language"] = language()
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def fonts() -> tuple[FontFiles, ...]:
    """The font files of the build; none where one of them was not built."""
    files = [
        tuple(assets.built_file(f"{NOTO}/{family}-{weight}-normal.woff") for weight in (400, 700))
        for family in FAMILIES
    ]
    return tuple(FontFiles(regular, bold) for regular, bold in files if regular and bold)


def told(page: ProjectPage, picture: Picture | None, *, made_on: datetime) -> Board:
    """What stands on the board, in the reader's language."""
    day = progress.today(made_on, page.time_zone)
    steps = tuple(_step(each) for each in page.milestones)
    return Board(
        language=language(),
        over=_("Public works"),
        title=page.title,
        code=page.code,
        agency=page.agency.name,
        facts=tuple(_facts(page)),
        map_title=_("The site"),
        picture=picture,
        north=_("north"),
        steps_title=_("Milestones"),
        steps=steps,
        no_steps=_("No milestone is known yet."),
        more=_("The other milestones are on the project's page."),
        address=url_for("public_site.project", code=page.code, _external=True),
        scan=_("See what was built"),
        can_title=_("What you can do"),
        can=(
            _("Scan the code with your phone's camera, or type the address. You need no account."),
            _("See the photos that were taken here, with the place and the day of each."),
            _("See how far the works are, and what was paid for them."),
            _("Compare what the photos show with what you see here."),
        ),
        foot=_("As of %(day)s. The project's page says what has changed since.", day=wording.day(day)),
        made_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def _facts(page: ProjectPage) -> Iterator[Fact]:
    if page.contractor is not None:
        yield Fact(_("Contractor"), page.contractor.name)
    if page.contract_value_minor is not None:
        yield Fact(_("Contract value"), wording.money(page.contract_value_minor, page.currency))
    else:
        yield Fact(_("Budget"), wording.money(page.budget_minor, page.currency))
    if page.source_of_funds:
        yield Fact(_("Source of funds"), page.source_of_funds)
    yield Fact(_("Begins and ends"), _days(page.starts_on, page.contract_ends_on or page.ends_on))
    if page.area:
        yield Fact(_("Place"), ", ".join(area.name for area in reversed(page.area[-2:])))


def _step(milestone: MilestoneLine) -> Step:
    return Step(milestone.title, _days(milestone.starts_on, milestone.ends_on))


def _days(first: date | None, last: date | None) -> str:
    return _("%(first)s to %(last)s", first=wording.day(first), last=wording.day(last))


@lru_cache(maxsize=KEPT)
def _printed(wanted: Board, letters: tuple[FontFiles, ...]) -> bytes:
    """The page; it takes about a second to draw, and the same board is asked for again by those who print it.

    Raises:
        Problem: ``not-ready``, where letters are needed that only the built fonts have.
    """
    try:
        return board.printed(wanted, letters)
    except board.UnprintableError:
        detail = _("The board needs letters that are not installed on this server. It can be printed in English.")
        raise Problem("not-ready", detail) from None


def _file_name(code: str) -> str:
    """A name that every system can keep: a code may hold signs that a file's name may not."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in code).strip("-") + "-board.pdf"
