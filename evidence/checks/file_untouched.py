"""``file.untouched``: whether the file names a program that changes pictures.

Only what stands in its tags; the thumbnail and the Content Credentials need a decoder, and the worker asks them under
the same name. Who edits with care leaves no mark, so that passing says only that none was found.
"""

from __future__ import annotations

from evidence.claims import FileClaim
from evidence.context import Context
from evidence.editors import editor_in
from evidence.findings import ClaimName, Finding, Outcome

NAME = "file.untouched"

_EXPECTED = "no program that changes pictures"


def check(context: Context) -> Finding:
    """Warn where Software, the creator or the history of the file names such a program."""
    written_by = _editor(context.claims.file)
    if written_by is None:
        message = "The file names no program that changes pictures."
        return Finding(NAME, Outcome.PASS, message, "none named", _EXPECTED, ClaimName.FILE)
    message = f"The file was last written by {written_by}, a program that changes pictures; send the camera's own file."
    return Finding(NAME, Outcome.WARN, message, f"written by {written_by}", _EXPECTED, ClaimName.FILE)


def _editor(file: FileClaim) -> str | None:
    """The list's own name of the first such program; what a stranger wrote into a file is not repeated."""
    found = (editor_in(text) for text in (file.software, *file.programs) if text)
    return next((editor.name for editor in found if editor), None)
