"""The road, for every test of decisions and money."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask

from server.access import Actor
from tests.services.money.road import Road


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open and nothing put forward."""
    # A persona signs in once; every sign-in is a write.
    return Road(cache(actor))
