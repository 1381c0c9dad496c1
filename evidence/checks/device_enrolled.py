"""``device.enrolled``: whether the uploader's own enrolled device signed for this very photo, and lately.

The signature itself was weighed before (``evidence.envelope``), because the records had to be asked. A photo
without a signature is no worse a photo; one with a signature that does not hold is.
"""

from __future__ import annotations

from evidence.context import Context
from evidence.envelope import Standing
from evidence.findings import ClaimName, Finding, Outcome

NAME = "device.enrolled"
EXPECTED = "signed by the sender's enrolled phone with a fresh number of ours"

_WARNINGS = frozenset({Standing.UNSIGNED, Standing.NONCE_EXPIRED})
_SENTENCES = {
    Standing.GENUINE: "The sender's own phone signed for this photo.",
    Standing.UNSIGNED: "No phone signed for this photo; take it with the field app.",
    Standing.NONCE_EXPIRED: "The phone signed with a number that ran out; open the field app where there is a network "
    "before the next visit.",
    Standing.TOO_LARGE: "The phone's signed statement is larger than any that the field app makes; retake the photo "
    "with the field app.",
    Standing.UNREADABLE: "The phone's signed statement cannot be read; retake the photo with the field app.",
    Standing.OTHER_ALGORITHM: "The phone's statement is not signed in the way that counts here; retake the photo with "
    "the field app.",
    Standing.UNKNOWN_DEVICE: "The phone that signed is not enrolled; sign in again with the field app and retake.",
    Standing.FOREIGN_DEVICE: "The phone that signed is enrolled for another person; send photos from your own.",
    Standing.REVOKED_DEVICE: "The phone that signed was taken off the list of devices; sign in again with the field "
    "app and retake.",
    Standing.WRONG_SIGNATURE: "The signature is not by the phone that is named, or what it signed was changed; retake "
    "the photo with the field app.",
    Standing.OTHER_PHOTO: "The phone signed for another photo; send this one with its own signature, or retake.",
    Standing.ALTERED: "What was said beside the phone's signed statement differs from it, so it was altered on the "
    "way; send the photo again from the phone that took it.",
    Standing.NONCE_UNKNOWN: "The phone signed with a number that was never given out; open the field app where there "
    "is a network, and retake.",
    Standing.NONCE_FOREIGN: "The phone signed with a number that was given to another phone; retake the photo with "
    "the field app.",
    Standing.NONCE_USED: "The phone signed with a number that another photo used; retake the photo with the field app.",
}


def check(context: Context) -> Finding:
    """Pass for a genuine envelope, warn without one or with an old nonce, fail for any other."""
    standing = context.envelope
    claim = None if standing is Standing.UNSIGNED else ClaimName.DEVICE
    return Finding(NAME, _outcome(standing), _SENTENCES[standing], standing.value, EXPECTED, claim)


def _outcome(standing: Standing) -> Outcome:
    if standing is Standing.GENUINE:
        return Outcome.PASS
    return Outcome.WARN if standing in _WARNINGS else Outcome.FAIL
