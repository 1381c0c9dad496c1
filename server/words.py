"""The words of a text as they are kept and sought: folded, so that case and accents make no difference.

Scripts that put no spaces between words are cut into pairs of letters, so that any part of a text is
found. Which texts are kept, and where, is left to the callers.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

#: Longer words are kept by their beginning.
LONGEST = 40
#: Thai to Myanmar, Khmer, kana, Han and Hangul: words stand together there, or carry their particles with them.
_JOINED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_PLAIN = re.compile("[a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """``text`` without case and accents (Unicode NFKD, then NFKC for what is no accent, such as Hangul)."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare.casefold())


def words(text: str) -> list[str]:
    """The different words of ``text``, folded, in their order; runs of joined scripts as pairs of letters."""
    folded = fold(text)
    if folded.isascii():
        found = _PLAIN.findall(folded)
    else:
        found = [word for (kind, run) in _runs(folded) for word in (_pairs(run) if kind == "joined" else [run])]
    return list(dict.fromkeys(word[:LONGEST] for word in found))


def is_joined(word: str) -> bool:
    """Whether a word is of a script that is kept in pairs of letters."""
    return _JOINED.match(word) is not None


def _runs(folded: str) -> list[tuple[str, str]]:
    """Letters, marks and digits that stand together, by the kind of their script."""
    kinds = ((kind, "".join(letters)) for kind, letters in groupby(folded, key=_kind))
    return [(kind, run) for kind, run in kinds if kind]


def _kind(letter: str) -> str:
    if unicodedata.category(letter)[0] not in "LMN":
        return ""
    return "joined" if is_joined(letter) else "spaced"


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
