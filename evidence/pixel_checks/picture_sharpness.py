"""``picture.sharpness``: whether the picture is sharp enough to see the work by; advice to retake, nothing more."""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_context import PixelContext

NAME = "picture.sharpness"


def check(context: PixelContext) -> Finding:
    """Warn where more detail is lost than the policy allows."""
    blur, most = context.seen.blur, context.policy.blurred
    expected = f"at most {most:.0%} of the detail lost"
    if blur is None:
        return Finding(NAME, Outcome.UNKNOWN, "The picture is too small to tell whether it is sharp.", None, expected)
    measured = f"{blur:.0%} of the detail lost"
    if blur < most:
        return Finding(NAME, Outcome.PASS, "The picture is sharp.", measured, expected, ClaimName.FILE)
    message = "The picture is blurred; clean the lens, hold the phone still, tap to focus, and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)
