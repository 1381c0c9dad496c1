"""``file.untouched``, of what needs a decoder: the Content Credentials, and the thumbnail against the picture.

What the upload found in the file's tags stands beside it: only a worse finding takes its place.
"""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_checks import _credentials
from evidence.pixel_context import PixelContext

NAME = "file.untouched"


def check(context: PixelContext) -> Finding:
    """Fail where the file was changed after it was signed; warn where its signer or its thumbnail tells of changes."""
    by_signer, by_thumbnail = _credentials.finding(context.seen), _by_thumbnail(context)
    if by_signer is None:
        return by_thumbnail
    told = by_signer.outcome in (Outcome.WARN, Outcome.FAIL) or by_thumbnail.outcome is not Outcome.WARN
    return by_signer if told else by_thumbnail


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
