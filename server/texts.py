"""Sentences in the language of whoever reads them.

English is the source: ``_("… %(name)s …", name=…)`` marks a sentence for the catalogues in ``server/translations`` and
gives it in the reader's language. Outside a request, and for programs, that is English. Never keep a sentence made
here: what goes into the database is read by others, in other languages.
"""

from __future__ import annotations

from flask_babel import get_domain, get_locale, gettext, ngettext, pgettext

__all__ = ["N_", "_", "counted", "gettext", "language", "ngettext", "pgettext"]


def _(message: str, **values: object) -> str:
    """The sentence in the reader's language, with the values in it."""
    return str(gettext(message, **values))


def N_(message: str) -> str:  # noqa: N802 (the name by which gettext's tools know it)
    """Mark a sentence for the catalogues where it stands, to be translated where it is shown."""
    return message


def language() -> str:
    """The tag of this request's language; outside a request, English."""
    locale = get_locale()
    return "en" if locale is None else str(locale)


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A number with its noun: ``counted("%(num)s photo", "%(num)s photos", 1200)`` is ``1,200 photos``."""
    # Flask-Babel's own ngettext would put the bare number in, without its thousands parted.
    chosen = str(get_domain().get_translations().ngettext(one, many, number))
    return chosen % {"num": f"{number:,}", **values}
