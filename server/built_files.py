"""Files that a build left in a folder: how long each may be kept, and in which encoding it travels.

A file that carries its content's hash in its name never changes and is kept for a year. Everything else is asked
for anew every time, and answered ``304`` where nothing changed. Compressed copies lie beside the files, made by
the build; a client gets one only when it names the encoding.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
#: What a browser may be given: the name in ``Accept-Encoding`` and the ending of the copy, the smallest first.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
#: Endings that differ from one machine's registry to the next, or are in none.
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
}


def sent(folder: Path, name: str, caching: str) -> Response:
    """One file of the folder.

    Raises:
        NotFound: there is none of this name, or it lies outside.
    """
    found = safe_join(str(folder), name)
    # A compressed copy is a form of its file and has no address of its own.
    if found is None or found.endswith((".br", ".gz")) or not _is_file(Path(found)):
        raise NotFound("There is no such file.")
    path, encoding = _travelling(Path(found))
    # The files are small, and named by their content they have one name on every machine that serves them.
    return answered(path.read_bytes(), name, caching, encoding)


def answered(content: bytes, name: str, caching: str, encoding: str | None) -> Response:
    """The content under its name's type, and ``304`` for who has it already."""
    response = Response(content, mimetype=_type_of(name))
    response.add_etag()
    response.headers["Cache-Control"] = caching
    response.vary.add("Accept-Encoding")
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    return response.make_conditional(request)  # type: ignore[return-value]


def named_encodings() -> list[str]:
    """The encodings that the client names and we have, the smallest first; an asterisk names none."""
    named = {name for name, quality in request.accept_encodings if quality > 0}
    return [encoding for encoding, _ending in ENCODINGS if encoding in named]


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have (too long, or not in its encoding) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _travelling(path: Path) -> tuple[Path, str | None]:
    for encoding in named_encodings():
        copy = path.with_name(path.name + dict(ENCODINGS)[encoding])
        if copy.is_file():
            return copy, encoding
    return path, None


def _type_of(name: str) -> str:
    ending = Path(name).suffix
    return TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
