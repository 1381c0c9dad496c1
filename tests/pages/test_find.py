"""The find page."""

from __future__ import annotations

from tests.pages.browse import Visitor


def test_x(anyone: Visitor) -> None:
    anyone.go("/?near=11.0,122.5")
    assert anyone.status == 200, anyone.text
    anyone.go("/")
    assert anyone.status == 200, anyone.text
