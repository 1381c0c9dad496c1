"""``picture.exposure``: whether the picture is bright enough to see the work by; advice to retake, nothing more."""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_context import PixelContext

NAME = "picture.exposure"


def check(context: PixelContext) -> Finding:
    """Warn where even the brighter parts are darker than the policy's share of white."""
    light, least = context.seen.light, context.policy.dark
    expected = f"brighter parts at {least:.0%} of white or more"
    if light is None:
        return Finding(NAME, Outcome.UNKNOWN, "How bright the picture is was not measured.", None, expected)
    measured = f"brighter parts at {light:.0%} of white"
    if light >= least:
        message = "The picture is bright enough."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.FILE)
    message = "The picture is too dark to see the work by; use the flash or come back in daylight, and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)
