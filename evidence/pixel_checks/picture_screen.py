"""``picture.screen``: whether a picture looks like a photo of a screen.

It only warns: textiles and fine grids can beat with a camera's own grid as well, and from afar no screen is seen.
"""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_context import PixelContext

NAME = "picture.screen"


def check(context: PixelContext) -> Finding:
    """Warn where a pattern of colours stands out further than the policy allows."""
    pattern, most = context.seen.screen, context.policy.screen_db
    expected = f"less than {most:g} dB"
    if pattern is None:
        message = "The picture is too small to tell whether it shows a screen."
        return Finding(NAME, Outcome.UNKNOWN, message, None, expected)
    measured = f"a pattern of colours of {pattern:.1f} dB"
    if pattern < most:
        message = "Nothing shows that this is a photo of a screen."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.FILE)
    message = "The picture has the pattern of a screen's pixels; take the photo of the work itself."
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)
