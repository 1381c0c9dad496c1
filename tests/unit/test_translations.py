"""The catalogues: every sentence of the code in every language, with the same values in it."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from babel.messages.catalog import Catalog

from server.translations import bring_up_to_date

VALUE = re.compile(r"%\((\w+)\)[sd]")
THAI = re.compile("[\u0e00-\u0e7f]")


@lru_cache(maxsize=1)
def wanted() -> Catalog:
    return bring_up_to_date.sentences()


def forms(said: str | tuple[str, ...] | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


@pytest.mark.parametrize("language", bring_up_to_date.LANGUAGES)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    kept = {str(message.id) for message in bring_up_to_date.catalogue(language) if message.id}
    asked = {str(message.id) for message in wanted() if message.id}

    assert asked - kept == set(), "run `make words`, and translate them"
    assert kept - asked == set(), "run `make words`"


@pytest.mark.parametrize("language", bring_up_to_date.LANGUAGES)
def test_no_translation_is_empty_or_guessed(language: str) -> None:
    told = [message for message in bring_up_to_date.catalogue(language) if message.id]

    assert [message.id for message in told if not all(forms(message.string))] == []
    assert [message.id for message in told if message.fuzzy] == []


@pytest.mark.parametrize("language", bring_up_to_date.LANGUAGES)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    for message in bring_up_to_date.catalogue(language):
        if message.id:
            values = {frozenset(VALUE.findall(form)) for form in forms(message.id)}
            for form in forms(message.string):
                known = frozenset().union(*values)
                assert frozenset(VALUE.findall(form)) in values, f"{form!r} leaves out or adds to {set(known)}"


def test_a_sentence_is_never_glued_to_its_neighbours_by_blanks() -> None:
    for message in wanted():
        for form in forms(message.id):
            assert form == form.strip(), f"{form!r}: what stands around a sentence is not the translator's"


def test_each_catalogue_is_in_its_own_language() -> None:
    thai = [form for message in bring_up_to_date.catalogue("th") if message.id for form in forms(message.string)]
    other = [form for message in bring_up_to_date.catalogue("fil") if message.id for form in forms(message.string)]

    assert sum(bool(THAI.search(form)) for form in thai) > 0.9 * len(thai)
    assert [form for form in other if THAI.search(form)] == []
