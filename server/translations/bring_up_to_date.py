"""``make words``: every sentence of the code in every catalogue, and none that the code no longer has.

What is new stands there untranslated, and ``tests/unit/test_translations.py`` fails until somebody has translated it.
A sentence that was changed is a new one: a translation that no longer fits would be worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
LANGUAGES = ("fil", "th")
#: Where sentences for people stand, and how they are marked (``server.texts``).
ROOMS = ("server", "review_ui", "public_site", "field_api")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}}
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "N_": None, "counted": (1, 2)}


def sentences() -> Catalog:
    """Every sentence that is marked in the code."""
    catalog = Catalog()
    for room in ROOMS:
        found = extract_from_dir(str(ROOT / room), METHODS, OPTIONS, keywords=dict(KEYWORDS))
        for _file, _line, message, _comments, context in found:
            catalog.add(message, None, context=context)
    return catalog


def catalogue(language: str) -> Catalog:
    """The sentences of a language as they are kept."""
    path = file_of(language)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def file_of(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def main() -> None:
    """Bring each catalogue up to date, and say how many sentences wait."""
    wanted = sentences()
    for language in LANGUAGES:
        kept = catalogue(language)
        kept.update(wanted, no_fuzzy_matching=True)
        kept.obsolete.clear()
        path = file_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, kept, width=120, no_location=True, sort_output=True, omit_header=True)
        waiting = sum(not all(_forms(message.string)) for message in kept if message.id)
        print(f"{language}: {len(wanted)} sentences, {waiting} to be translated")  # noqa: T201


def _forms(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (said or "",) if isinstance(said, str | None) else tuple(said)


if __name__ == "__main__":
    main()
