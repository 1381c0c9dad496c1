"""What the tests that break things ask for: an installation with real processes, phones, and photos to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

import config
from tests.faults.fleet import Fleet
from tests.faults.phones import Phones

Sending = Callable[..., Phones]


def pytest_configure(config: pytest.Config) -> None:
    """The long ones can be left out by hand: ``-m "not faults"``."""
    config.addinivalue_line("markers", "faults: real processes are killed or cut off while 2,000 photos come in")


@pytest.fixture
def fleet(app: Flask, settings: config.Settings) -> Iterator[Fleet]:
    """The processes of this test's installation; none runs yet, and none is left behind."""
    with Fleet(settings) as fleet:
        yield fleet


@pytest.fixture
def phones(fleet: Fleet, bearer: Callable[[str], dict[str, str]]) -> Iterator[Phones]:
    """The phones of one inspector, which know where the fleet's server is."""
    with Phones(fleet.address, bearer("inspector")) as phones:
        yield phones
