"""axe-core in a page of a test: what breaks a rule of accessibility, told with the first element that does."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

__all__ = ["AXE", "violations"]

AXE = Path(__file__).resolve().parents[2] / "field_app" / "node_modules" / "axe-core" / "axe.min.js"
_VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .map(each => `${each.id}: ${each.help} (${each.nodes.length}) ${each.nodes[0].html.slice(0, 160)}`)"""


def violations(page: Page) -> list[str]:
    """Each rule that the page breaks as it stands. The page has axe in it, from its context or put in here."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    page.wait_for_timeout(150)
    return list(page.evaluate(_VIOLATIONS))
