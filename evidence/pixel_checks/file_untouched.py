"""``file.untouched``, of what the worker sees: whether the file's Content Credentials hold, and what they admit."""

from __future__ import annotations

from evidence.findings import Finding, Outcome
from evidence.pixel_checks import _credentials
from evidence.pixel_context import PixelContext

NAME = "file.untouched"


def check(context: PixelContext) -> Finding:
    """Fail where the file was changed after it was signed, warn where its signer admits changes."""
    nothing = "The file has no Content Credentials that say anything of changes."
    return _credentials.finding(context.seen) or Finding(NAME, Outcome.UNKNOWN, nothing, None, _credentials.EXPECTED)
