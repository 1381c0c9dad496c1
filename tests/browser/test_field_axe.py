"""axe-core on every screen of the phone app, in each language and light: no violation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from field_app_pages import BUILT
from tests.browser.axe import AXE, violations
from tests.browser.field import LANGUAGES, browser, on_site, screens, sign_in, take_a_photo
from tests.browser.test_road import address

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.skipif(
        not (BUILT / "sw.js").is_file() or not AXE.is_file(), reason="the phone app is not built (bin/build-field)"
    ),
    pytest.mark.sqlite_only("the app in the browser knows no database"),
]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    # The page's own policy lets no script in but the app's; the test's is one more.
    with on_site(browser, address, bypass_csp=True) as context:
        context.add_init_script(path=AXE)
        yield context.new_page()


def test_the_sign_in_breaks_no_rule_in_any_language(page: Page) -> None:
    page.goto("/field/")
    for language in LANGUAGES:
        page.get_by_role("radio", name=language).check(force=True)
        assert violations(page) == [], language


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_breaks_a_rule_in_any_language(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page)
    take_a_photo(page)
    found: dict[str, list[str]] = {}
    for language, works in LANGUAGES.items():
        page.goto("/field/#/settings")
        page.get_by_role("radio", name=language).check(force=True)
        page.goto("/field/#/works")
        page.get_by_role("heading", name=works).wait_for()
        for path in screens(page):
            page.goto(path)
            if broken := violations(page):
                found[f"{path} in {language}"] = broken
    assert found == {}


def test_no_question_breaks_a_rule(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    for name in ("Sign out", "Withdraw"):
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("dialog").wait_for()
        assert violations(page) == [], name
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
