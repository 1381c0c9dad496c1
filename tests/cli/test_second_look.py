"""``saksi second-look``: what is committed to, what is due, and drawing what is."""

from __future__ import annotations

from datetime import datetime

import pytest

from server.services.second_look import drawing, periods
from tests.cli.conftest import Saksi
from tests.pages.story import Road
from tests.services.second_look.story import SEED, commit, draw_all, looks, month_is_over, period


@pytest.fixture
def road(app: object, actor: object) -> Road:
    """The road project."""
    return Road(actor)  # type: ignore[arg-type]


def test_before_the_first_commitment_it_says_what_to_do(saksi: Saksi) -> None:
    assert saksi("second-look", "status").output == "Nothing is committed to yet. Run: saksi second-look commit\n"


def test_commits_once_to_the_period_that_comes_next(saksi: Saksi) -> None:
    first, second = saksi("second-look", "commit").output, saksi("second-look", "commit").output
    name = periods.months_later(datetime.now().astimezone(), 1).strftime("%Y-%m")

    assert first == f"The seed of {name} is committed to.\n"
    assert second == "The next period is committed to already.\n"
    assert period(name).commitment in saksi("second-look", "status").output


def test_the_status_tells_no_seed_before_it_is_revealed(saksi: Saksi) -> None:
    commit(SEED)

    assert SEED.hex() not in saksi("second-look", "status").output


def test_nothing_is_drawn_before_it_is_due(saksi: Saksi) -> None:
    commit()

    assert saksi("second-look", "reveal").output == "No draw is due.\n"


def test_draws_what_is_due(saksi: Saksi, road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    road.send()
    name = commit(SEED)
    monkeypatch.setattr("server.commands.second_look.utc_now", month_is_over)

    assert saksi("second-look", "reveal").output == f"{name} is drawn.\n"
    assert len(looks()) == 1
    told = saksi("second-look", "status").output
    assert SEED.hex() in told
    assert "1 of 1 drawn, 0 answered" in told


def test_gives_what_nobody_could_look_at_to_somebody(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "give_anew", lambda *, now: 3)

    assert saksi("second-look", "assign").output == "3 given to a reviewer.\n"
