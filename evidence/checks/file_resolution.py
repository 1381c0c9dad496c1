"""``file.resolution``: whether there are enough pixels to see the work by."""

from __future__ import annotations

from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome

NAME = "file.resolution"


def check(context: Context) -> Finding:
    """Pass at or above the least megapixels of the requirement, else of the policy; warn below."""
    megapixels, least = context.claims.file.megapixels, _least_megapixels(context)
    expected = f"at least {least:g} megapixels"
    if megapixels is None:
        return Finding(NAME, Outcome.UNKNOWN, "The file does not say how large the picture is.", None, expected)
    measured = f"{megapixels:.2f} megapixels"
    if megapixels >= least:
        message = "The picture is large enough."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.FILE)
    message = f"The picture has only {measured}; set the camera to at least {least:g} and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)


def _least_megapixels(context: Context) -> float:
    """What the requirement asks, else what the policy asks, in millions of pixels."""
    asked = context.requirement.minimum_megapixels if context.requirement else None
    return context.policy.minimum_megapixels if asked is None else asked
