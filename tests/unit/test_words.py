from __future__ import annotations

import pytest

from server.words import fold, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Farm-to-Market ROAD", ["farm", "to", "market", "road"]),
        ("Añasco, Ñuñoa and Çeşme", ["anasco", "nunoa", "and", "cesme"]),
        ("road road Road", ["road"]),
        ("23-DB_0045", ["23", "db", "0045"]),
        ("% _ '", []),
        ("ถนน", ["ถน", "นน"]),
        ("도로 공사", ["도로", "공사"]),
        ("고속도로", ["고속", "속도", "도로"]),
        ("水", ["水"]),
        ("제3공구", ["제", "3", "공구"]),
        ("सड़क निर्माण", ["सड़क", "निर्माण"]),
    ],
)
def test_a_text_is_told_by_its_different_words(text: str, found: list[str]) -> None:
    assert words(text) == [fold(word) for word in found]


def test_case_and_accents_make_no_difference() -> None:
    assert fold("ÉCOLE Straße İzmir") == fold("école STRASSE izmir")


def test_what_was_written_letter_by_letter_is_the_same_text() -> None:
    assert words("\u1103\u1169\u1105\u1169") == words("도로")


def test_a_long_word_is_kept_by_its_beginning() -> None:
    assert words("a" * 60) == ["a" * 40]
