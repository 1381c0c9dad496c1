"""axe-core on every page that the server makes, in each language, in light and dark: no violation.

The pages are those of the address map, so that a new one is looked at without being named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.routing import Rule

from server.access import access_of, roles
from server.languages import LANGUAGES
from server.models.people import Role
from tests.browser.axe import AXE, violations
from tests.browser.test_road import address, browser, sign_in
from tests.pages.story import Road

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (bin/build-field)"),
    pytest.mark.sqlite_only("the pages are the same over both databases"),
]
ROOMS = ("review_ui", "public_site")
#: What the address map does not name: a list that finds nothing, and what is not there.
ODD = ("/?state=nonsense", "/?sector=education&year=2026", "/projects/NONE", "/display/NONE")
#: Who opens the pages of signed-in people: the first of these who may.
READERS = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.PAYMASTER, Role.AUDITOR, Role.CONTRACTOR)


@pytest.fixture
def paths(app: Flask, road: Road) -> dict[str | None, list[str]]:
    """Every page's address by who opens it; None is the public."""
    road.send_rejected(caption="Far away")
    public_photo = road.approved()[0]
    question = road.send_questionable(milestone="M2")
    ids: dict[str, object] = {
        "person_id": road.actor("inspector").person_id,
        "source": "contract",
        "milestone": "M1",
        "sequence": 1,
        "certificate_id": road.certificate().id,
        "milestone_id": road.milestone("M2").id,
        "name": "invalid",
        "code": "ROAD-1",
    }
    found: dict[str | None, list[str]] = defaultdict(list)
    for rule in pages_of(app):
        mine = ids | {"evidence_id": question if rule.endpoint.startswith("review_ui") else public_photo}
        if "area" in rule.endpoint:
            mine["code"] = "R6"
        if "policies" in rule.rule:
            mine["name"] = "default-1"
        found[reader_of(app, rule)].append(filled(app, rule, mine))
    found[None] += ODD
    return found


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
            found |= look_at(page, path, languages)
    return found


def look_at(page: Page, path: str, languages: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with a page, by language; what is no page, a download say, is passed over."""
    if "text/html" not in page.request.get(path).headers.get("content-type", ""):
        return {}
    found = {}
    for tag in languages:
        page.goto(f"{path}{'&' if '?' in path else '?'}language={tag}")
        if wrong := violations(page):
            found[f"{path} {tag}"] = wrong
    return found
