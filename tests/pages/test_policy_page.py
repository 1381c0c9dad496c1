"""Policies: every value with its meaning and its source, and how many projects use them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.engines import engines
from server.policy_rules import RULES
from server.policy_words import MEANINGS, SECTIONS
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]


def test_every_value_that_a_policy_can_state_is_explained() -> None:
    assert {f"{rule.section}.{rule.key}" for rule in RULES} == set(MEANINGS)
    assert {rule.section for rule in RULES} == set(SECTIONS)


@pytest.mark.parametrize("name", ["default-1", "ph-1", "kr-1", "th-1"])
def test_a_policy_shows_each_value_with_its_source(road: Road, visitor: People, name: str) -> None:
    page = visitor("supervisor").go(f"/review/policies/{name}")
    policy = engines().policies.get(name)

    assert page.status == 200
    for key, source in policy.sources.items():
        assert key in page.text
        assert " ".join(source.split()) in page.text.replace("&#39;", "'")


def test_values_are_said_with_their_units(road: Road, visitor: People) -> None:
    page = visitor("supervisor").go("/review/policies/ph-1").text

    for said in ("28 days", "10 %", "0.1 %", "15 years", "3 working days", "3.2 megapixels", "5 minutes", "24 hours"):
        assert said in page, said


def test_the_list_counts_the_projects_of_the_reader(road: Road, visitor: People) -> None:
    assert "Projects of yours that use it: 1" in visitor("supervisor").go("/review/policies").text
    assert "Projects of yours that use it: 1" not in visitor("nobody").go("/review/policies").text


def test_a_policy_that_there_is_not_is_not_found(road: Road, visitor: People) -> None:
    assert visitor("supervisor").go("/review/policies/xx-1").status == 404
