"""``file.decodes``: whether the file is a whole picture of a size that can be opened.

The structure was walked by the reader; no pixel is decoded here.
"""

from __future__ import annotations

from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome

NAME = "file.decodes"

_EXPECTED = "a whole picture of a known type"
_ADVICE = {
    "truncated": "The photo is cut off; send it again from the phone.",
    "bomb": "The picture is larger than can be opened safely; retake it with the phone's ordinary camera.",
}
_OTHERWISE = "The file is damaged or is not the picture it claims to be; send the original again or retake."


def check(context: Context) -> Finding:
    """Pass a whole picture, fail a defective one; bytes after its end are measured, not judged."""
    file = context.claims.file
    if file.defect is None:
        trailer = f", {file.trailing_bytes:,} bytes after its end" if file.trailing_bytes else ""
        measured = f"whole {file.media_type}{trailer}"
        return Finding(NAME, Outcome.PASS, "The picture is whole.", measured, _EXPECTED, ClaimName.FILE)
    measured = f"{file.defect}: {file.defect_detail}" if file.defect_detail else file.defect
    message = _ADVICE.get(file.defect, _OTHERWISE)
    return Finding(NAME, Outcome.FAIL, message, measured, _EXPECTED, ClaimName.FILE)
