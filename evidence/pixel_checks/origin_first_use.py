"""``origin.first_use`` by pixels and by the looks of them: whether this picture was used before, anywhere.

Re-encoding, resizing or new metadata change a file and hardly its picture. Photos of one view over time are expected
to be alike, and are accused only where they are as near as copies of one picture are (decision 0021 has the figures).
Only a photo that was received earlier speaks against this one.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from evidence.checks._words import day
from evidence.findings import ClaimName, Finding, Outcome
from evidence.pixel_context import NearPicture, PixelContext, Standpoint
from geo.position import geodesic_m

NAME = "origin.first_use"
#: Up to so many bits two hashes are of the same picture; beyond, up to the reach of 31, of a very similar one.
SAME_BITS = 20
#: Two cameras stood at the same place and looked the same way within these.
SAME_PLACE_M, SAME_WAY_DEG = 25.0, 30.0
_EXPECTED = "a picture not sent before"


class View(IntEnum):
    """Whether two photos were taken of one view, as far as is known."""

    OTHER = 0
    PERHAPS = 1
    SAME = 2


def check(context: PixelContext) -> Finding:
    """The gravest of what all earlier pictures that are alike say; a pass where none speaks against this one."""
    found = [finding for near in context.near if (finding := _against(context, near)) is not None]
    failed = (finding for finding in found if finding.outcome is Outcome.FAIL)
    return next(failed, found[0] if found else _passed(context))


def view(context: PixelContext, near: NearPicture) -> View:
    """Whether the two are of one view: by what was asked for, else by where the cameras stood and looked.

    Milestones name their views apart, and from one spot in one direction they are one all the same.
    """
    if near.project != context.project or near.turned:
        return View.OTHER
    asked, asked_then = context.standpoint.view, near.standpoint.view
    if asked and asked == asked_then:
        return View.SAME
    if context.requirement is not None and context.requirement == near.requirement:
        return View.SAME
    return _by_place(context.standpoint, near.standpoint)


def _by_place(one: Standpoint, other: Standpoint) -> View:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return View.OTHER
    if geodesic_m(one.latitude, one.longitude, other.latitude, other.longitude) > SAME_PLACE_M:
        return View.OTHER
    if one.heading_deg is None or other.heading_deg is None:
        return View.PERHAPS
    turned = abs((one.heading_deg - other.heading_deg + 180) % 360 - 180)
    return View.SAME if turned <= SAME_WAY_DEG else View.OTHER


def _against(context: PixelContext, near: NearPicture) -> Finding | None:
    """What one earlier picture says against this one; None for nothing."""
    purpose, same_view = _other_purpose(context, near), view(context, near)
    if near.same_pixels:
        return _reused(context, near, purpose) if purpose else _sent(context, near)
    if same_view is View.SAME and purpose is not None:
        return _similar(context, near) if near.bits <= SAME_BITS else None
    if near.bits > SAME_BITS:
        return _similar(context, near) if same_view is not View.SAME else None
    if purpose is None:
        return _sent(context, near)
    return _similar(context, near) if same_view is View.PERHAPS else _reused(context, near, purpose)


def _other_purpose(context: PixelContext, near: NearPicture) -> str | None:
    """What the earlier photo was for, if that is not what this one is for."""
    if near.project != context.project:
        return "another project"
    if near.milestone and context.milestone and near.milestone != context.milestone:
        return "another milestone"
    if near.stage is not context.stage:
        return "another stage"
    return "another day" if _other_day(context, near) else None


def _other_day(context: PixelContext, near: NearPicture) -> bool:
    """Days of capture are compared; where one of the two has none, days of receipt."""
    if near.captured_at is None or context.captured_at is None:
        return _day(context, near) != context.received_at.astimezone(context.zone).date()
    return near.captured_at.astimezone(context.zone).date() != context.captured_at.astimezone(context.zone).date()


def _day(context: PixelContext, near: NearPicture) -> date:
    return near.received_at.astimezone(context.zone).date()


def _reused(context: PixelContext, near: NearPicture, purpose: str) -> Finding:
    return _finding(
        Outcome.FAIL, f"This picture was already used for {purpose}{_when(context, near)}; take a new one.", near
    )


def _sent(context: PixelContext, near: NearPicture) -> Finding:
    words = f"This picture was already sent{_when(context, near)}; there is no need to send it again."
    return _finding(Outcome.WARN, words, near)


def _similar(context: PixelContext, near: NearPicture) -> Finding:
    where = " for another project" if near.project != context.project else _when(context, near)
    words = f"This picture looks almost like one sent{where}; a person will compare the two."
    return _finding(Outcome.WARN, words, near)


def _when(context: PixelContext, near: NearPicture) -> str:
    """The day of the earlier photo; whoever sends a photo need not know when one of another project was sent."""
    return f" on {day(_day(context, near))}" if near.project == context.project else ""


def _finding(outcome: Outcome, words: str, near: NearPicture) -> Finding:
    return Finding(NAME, outcome, words, _measured(near), _EXPECTED, ClaimName.FILE)


def _measured(near: NearPicture) -> str:
    if near.same_pixels:
        return f"same pixels as evidence {near.evidence}"
    turned = ", mirrored or turned," if near.turned else ""
    return f"{near.bits} of 256 bits{turned} from evidence {near.evidence}"


def _passed(context: PixelContext) -> Finding:
    measured = "like earlier photos of the same view" if context.near else "new"
    return Finding(NAME, Outcome.PASS, "This picture was not sent before.", measured, _EXPECTED, ClaimName.FILE)
