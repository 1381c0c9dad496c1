"""Sentences in the language of whoever reads them.

English is the source: ``_("… %(name)s …", name=…)`` marks a sentence for the catalogues in ``server/translations`` and
gives it in the reader's language. Outside a request, and for programs, that is English. Never keep a sentence made
here: what goes into the database is read by others, in other languages.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import current_app, has_app_context
from flask_babel import get_locale

__all__ = ["N_", "_", "catalogue", "counted", "language"]

CATALOGUES = Path(__file__).resolve().parent / "translations"
SOURCE = "en"


def _(message: str, **values: object) -> str:
    """The sentence in the reader's language, with the values in it."""
    told = catalogue(language()).gettext(message)
    return told % values if values else told


def N_(message: str) -> str:  # noqa: N802 (the name by which gettext's tools know it)
    """Mark a sentence for the catalogues where it stands, to be translated where it is shown."""
    return message


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A number with its noun: ``counted("%(num)s photo", "%(num)s photos", 1200)`` is ``1,200 photos``."""
    return catalogue(language()).ngettext(one, many, number) % {"num": f"{number:,}", **values}


def language() -> str:
    """The tag of this request's language; outside a request, English."""
    if not has_app_context() or "babel" not in current_app.extensions:
        return SOURCE
    locale = get_locale()
    return SOURCE if locale is None else str(locale)


@lru_cache(maxsize=8)
def catalogue(tag: str) -> NullTranslations:
    """The sentences of one language, read as their translators wrote them; English has none, being the source."""
    path = CATALOGUES / tag / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag))
    compiled.seek(0)
    return Translations(compiled)
