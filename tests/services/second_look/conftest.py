"""The road project, for what is drawn on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from server.access import Actor
from tests.pages.story import Road


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open and no photo yet."""
    return Road(actor)
