"""``file.untouched``, of what needs a decoder: the thumbnail against the picture, and the content credentials.

What the upload found in the file's tags stands beside it: only a worse finding takes its place.
"""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_context import PixelContext

NAME = "file.untouched"

_TAMPERED = "tampered"


def check(context: PixelContext) -> Finding:
    """Fail where content credentials do not hold, warn where the thumbnail shows another picture."""
    if getattr(context.seen, "c2pa", None) == _TAMPERED:
        message = "The file was changed after its content credentials were signed; send the camera's own file."
        return Finding(
            NAME, Outcome.FAIL, message, "content credentials broken", "credentials that hold", ClaimName.FILE
        )
    return _by_thumbnail(context)


def _by_thumbnail(context: PixelContext) -> Finding:
    unlike, most = context.seen.thumbnail_unlike, context.policy.thumbnail_unlike
    expected = f"a thumbnail at most {most:.0%} unlike the picture"
    if unlike is None:
        return Finding(NAME, Outcome.UNKNOWN, "The file has no thumbnail to compare the picture with.", None, expected)
    measured = f"thumbnail {unlike:.0%} unlike the picture"
    if unlike <= most:
        message = "The thumbnail in the file shows the same picture."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.FILE)
    message = (
        "The thumbnail in the file shows something else than the picture, as after an edit; send the camera's own file."
    )
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)
