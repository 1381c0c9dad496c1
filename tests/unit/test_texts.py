from __future__ import annotations

import pytest

from server.texts import counted


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 photo by Ana"), (2, "2 photos by Ana"), (1200, "1,200 photos by Ana")]
)
def test_a_number_stands_with_its_noun_and_the_other_values(number: int, said: str) -> None:
    assert counted("%(num)s photo by %(name)s", "%(num)s photos by %(name)s", number, name="Ana") == said
