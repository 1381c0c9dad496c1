"""People who look at pages, and the road project on which things happen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from server.access import Actor
from server.auth import COOKIE_KEY
from tests.pages.browse import Visitor
from tests.pages.story import Road


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open and no photo yet."""
    return Road(actor)


@pytest.fixture
def anyone(app: Flask) -> Visitor:
    """Someone who is not signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def visitor(app: Flask, actor: Callable[[str], Actor]) -> Callable[[str], Visitor]:
    """A persona who is signed in, by name."""

    def signed_in(name: str) -> Visitor:
        client = app.test_client()
        session_id = actor(name).session_id
        with client.session_transaction() as cookie:
            cookie[COOKIE_KEY] = str(session_id)
        return Visitor(client)

    return signed_in
