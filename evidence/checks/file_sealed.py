"""``file.sealed``: whether these are the bytes that the phone recorded when the photo was taken."""

from __future__ import annotations

from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome

NAME = "file.sealed"


def check(context: Context) -> Finding:
    """Compare the sha256 of the received bytes with the declared one (pass, warn if none, fail)."""
    declared = context.claims.device.sha256
    if declared is None:
        message = "The phone did not record the photo's fingerprint; send photos with the field app."
        return Finding(NAME, Outcome.WARN, message, "none declared", "the fingerprint of the received file")
    measured, expected = f"sha256 {context.sha256}", f"sha256 {declared.lower()}"
    if measured == expected:
        message = "The file arrived exactly as the phone recorded it."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.DEVICE)
    message = "The file changed between capture and receipt; send the original again or retake."
    return Finding(NAME, Outcome.FAIL, message, measured, expected, ClaimName.DEVICE)
