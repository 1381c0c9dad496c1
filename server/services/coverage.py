"""How far the photos at hand meet what a milestone asks for; shared by approval and by pages.

Only counting is done here: whether a photo is sharp enough or at its station was judged by the
checks when it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.models import Evidence, Milestone, Requirement
from server.models.evidence import HOLDS, EvidenceState


@dataclass(frozen=True, slots=True)
class RequirementCoverage:
    """One requirement: photos needed, photos that hold, and photos that wait for a person."""

    requirement: Requirement
    needed: int
    holding: int
    waiting: int

    @property
    def met(self) -> bool:
        """Whether enough photos hold."""
        return self.holding >= self.needed


def coverage(
    milestone: Milestone, photos: Sequence[Evidence], *, submitted_at: datetime | None = None
) -> list[RequirementCoverage]:
    """Count ``photos`` towards each requirement of ``milestone``.

    The same bytes sent twice are one photo. ``submitted_at`` is the instant against which
    ``oldest_age_h`` is judged; None (nothing put forward yet) leaves age out.
    """
    return [_covered(milestone, requirement, photos, submitted_at) for requirement in milestone.requirements]


def requirement_of(milestone: Milestone, photo: Evidence) -> Requirement | None:
    """The requirement a photo counts towards: the one it names, else the only one of its stage."""
    if photo.requirement_id is not None:
        return next((each for each in milestone.requirements if each.id == photo.requirement_id), None)
    fitting = [each for each in milestone.requirements if each.stage == photo.stage]
    return fitting[0] if len(fitting) == 1 else None


def _covered(
    milestone: Milestone, requirement: Requirement, photos: Sequence[Evidence], submitted_at: datetime | None
) -> RequirementCoverage:
    counted = [
        photo
        for photo in photos
        if requirement_of(milestone, photo) is requirement and _young_enough(requirement, photo, submitted_at)
    ]
    holding = {photo.sha256 for photo in counted if photo.state in HOLDS}
    waiting = {photo.sha256 for photo in counted if photo.state is EvidenceState.NEEDS_REVIEW}
    return RequirementCoverage(requirement, requirement.photos, len(holding), len(waiting - holding))


def _young_enough(requirement: Requirement, photo: Evidence, submitted_at: datetime | None) -> bool:
    """Whether a photo was taken within the requirement's age.

    A photo without a capture time holds only by a person's written reason; its age is then
    counted from its arrival.
    """
    if requirement.oldest_age_h is None or submitted_at is None:
        return True
    taken_at = photo.captured_at or photo.received_at
    return submitted_at - taken_at <= timedelta(hours=requirement.oldest_age_h)
