"""axe-core on every page that the server makes, in each language, in light and dark: no violation.

The pages are those of the address map, so that a new one is looked at without being named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from server.access import Actor, access_of, roles
from server.db import reading, writing
from server.languages import LANGUAGES
from server.models import Contract, Project
from server.models.people import Role
from server.models.second_look import Answer
from server.services import custody, custody_reading, risk_counts, sequencer
from server.services.second_look import answering
from server.times import utc_now
from tests.browser.axe import AXE, violations
from tests.browser.test_road import address, browser, sign_in
from tests.pages.story import Road
from tests.services.second_look.story import draw_all, drawn, look_at

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (bin/build-field)"),
    pytest.mark.sqlite_only("the pages are the same over both databases"),
]
ROOMS = ("review_ui", "public_site")
#: What the address map does not name: a list that finds nothing, and what is not there.
ODD = ("/?state=nonsense", "/?sector=education&year=2026", "/projects/NONE", "/display/NONE")
#: Of these and of the addresses as they are, those that answer with an error, which is a page too.
ERRORS = {"/?state=nonsense", "/projects/NONE", "/display/NONE", "/review/risk/behind", "/sitemap-invalid.xml"}
#: Who opens the pages of signed-in people: the first of these who may.
READERS = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.PAYMASTER, Role.AUDITOR, Role.CONTRACTOR)


@pytest.fixture
def paths(app: Flask, road: Road, monkeypatch: pytest.MonkeyPatch) -> dict[str | None, list[str]]:
    """Every page's address by who opens it; None is the public."""
    road.send_rejected(caption="Far away")
    public_photo, failing = road.approved()
    question = road.send_questionable(milestone="M2")
    waiting, answered = second_looks(road.actor("auditor"), public_photo, failing, monkeypatch)
    renamed("ROAD-1")
    sequencer.sequence()
    risk_counts.count_due()
    inspector = road.actor("inspector").person_id
    supplier = sa.select(Contract.supplier_id).join(Project).where(Project.code == "ROAD-1")
    ids: dict[str, object] = {
        "person_id": inspector,
        "organisation_id": reading().scalars(supplier).one(),
        "look_id": waiting,
        "month": f"{utc_now():%Y-%m}",
        "source": "contract",
        "milestone": "M1",
        "sequence": custody_reading.events_of("project", "ROAD-1")[0].event.sequence,
        "certificate_id": road.certificate().id,
        "milestone_id": road.milestone("M2").id,
        "name": "invalid",
        "code": "ROAD-1",
    }
    found: dict[str | None, list[str]] = defaultdict(list)
    for rule in pages_of(app):
        mine = ids | {"evidence_id": question if rule.endpoint.startswith("review_ui") else public_photo}
        if "second_look" in rule.endpoint:
            mine["evidence_id"] = public_photo
        if "area" in rule.endpoint:
            mine["code"] = "R6"
        if "policies" in rule.rule:
            mine["name"] = "default-1"
        found[reader_of(app, rule)].append(filled(app, rule, mine))
    found[None] += ODD
    behind = f"/review/risk/behind?kind=uploader&subject={inspector}&fact=photos"
    found["supervisor"] += [f"/review/second-look/{answered}", behind]
    return found


def renamed(code: str) -> None:
    """A change of the project's set-up on record."""
    change = {"pointer": "#/title", "before": "The old road", "after": "The road"}
    with writing() as session:
        custody.append(session, None, "project.changed", "project", code, now=utc_now(), changes=[change])


def second_looks(auditor: Actor, first: UUID, second: UUID, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, UUID]:
    """Two second looks that were drawn for the auditor: one waits, the other found that its photo does not hold."""
    draw_all(monkeypatch)
    drawn()
    waiting, failed = look_at(first).id, look_at(second).id
    answering.answer(auditor, failed, Answer.DOES_NOT_HOLD, "Another road is in the picture.", now=utc_now())
    return waiting, failed


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    # The page's own policy lets no script in but its own; the test's is one more.
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def pages_of(app: Flask) -> list[Rule]:
    """Every address of the two rooms that answers a GET."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in ROOMS]
    return [rule for rule in rules if "GET" in (rule.methods or set())]


def reader_of(app: Flask, rule: Rule) -> str | None:
    """The persona who looks at this page."""
    access = access_of(app, rule.endpoint)
    if access.public:
        return None
    if "second_look" in rule.endpoint:
        return Role.AUDITOR.value
    may = access.roles or roles(*READERS).roles
    return next(reader.value for reader in READERS if reader in may)


def filled(app: Flask, rule: Rule, ids: dict[str, object]) -> str:
    """The address with records in it; one that names something unknown here has to be taught it."""
    with app.test_request_context():
        built = rule.build({name: ids[name] for name in rule.arguments})
    assert built is not None, rule
    return built[1]


def test_no_page_breaks_a_rule_in_any_language(page: Page, paths: dict[str | None, list[str]]) -> None:
    # Half-way through a change of picture nothing has its colours yet.
    page.emulate_media(reduced_motion="reduce")
    assert broken(page, paths, tuple(LANGUAGES)) == {}


def test_no_page_breaks_a_rule_in_the_dark(page: Page, paths: dict[str | None, list[str]]) -> None:
    """Colours are the same in every language."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert broken(page, paths, ("en",)) == {}


def broken(page: Page, paths: dict[str | None, list[str]], languages: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with each page, as those see it who may open it."""
    found: dict[str, list[str]] = {}
    for persona, addresses in paths.items():
        if persona is not None:
            page.context.clear_cookies()
            sign_in(page, persona)
        for path in addresses:
            found |= faults_of(page, path, languages)
    return found


def faults_of(page: Page, path: str, languages: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with a page, by language; what is no page, a download say, is passed over."""
    answer = page.request.get(path)
    found = {} if answer.ok is not (path in ERRORS) else {path: [f"answers {answer.status}"]}
    if "text/html" not in answer.headers.get("content-type", ""):
        return found
    for tag in languages:
        page.goto(f"{path}{'&' if '?' in path else '?'}language={tag}")
        if wrong := violations(page):
            found[f"{path} {tag}"] = wrong
    return found
