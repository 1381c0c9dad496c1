"""Who did what with a photo since it was taken, as sentences, oldest first.

From the custody log of the photo itself, and from the submissions that it was put forward in. Reading only; who may
see it is the caller's to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.db import reading
from server.models import Evidence, Submission, SubmissionItem
from server.models.submissions import SubmissionDecision
from server.services.custody_reading import Event, events_of
from server.texts import N_, _

OPENED = "evidence.original_opened"
#: What is told of each kind of event; the placeholder is the name of who did it.
SENTENCES = {
    "evidence.received": N_("%(name)s sent the photo."),
    "evidence.accepted": N_("%(name)s accepted the photo."),
    "evidence.refused": N_("%(name)s refused the photo."),
    "evidence.appealed": N_("%(name)s appealed, so that another person looks at it."),
    "evidence.lowered": N_("%(name)s lowered the verdict on the photo."),
    "evidence.examined": N_("%(name)s looked at the photo's pixels."),
    "evidence.published": N_("%(name)s made the photo public."),
    "evidence.withdrawn": N_("%(name)s withdrew the photo from the public."),
    "copy.published": N_("%(name)s made the copies that the public sees."),
    "redaction.hidden": N_("%(name)s hid an area from the public."),
    "redaction.shown": N_("%(name)s let the public see an area that the machine would hide."),
    "redaction.undone": N_("%(name)s undid a choice of what is hidden."),
    OPENED: N_("%(name)s opened the original."),
    "second_look.asked": N_("%(name)s drew the photo for a second look by somebody of another organisation."),
    "second_look.answered": N_("%(name)s answered the second look."),
    "second_look.taken_back": N_("%(name)s took back the answer to the second look."),
    "second_look.heard": N_("%(name)s wrote what follows from the second look."),
    "put_forward": N_("%(name)s put the photo forward with its milestone."),
    "approve": N_("%(name)s approved the milestone with this photo."),
    "return": N_("%(name)s returned the milestone."),
    "reject": N_("%(name)s rejected what was put forward with this photo."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody did; ``name`` is None for the system itself."""

    what: str
    name: str | None
    at: datetime
    reason: str | None = None

    @property
    def told(self) -> str:
        """The sentence in the reader's language; what has none yet is told by its code."""
        sentence = SENTENCES.get(self.what)
        name = self.name or _("The system")
        return _("%(name)s: %(action)s", name=name, action=self.what) if sentence is None else _(sentence, name=name)


def of(photo: Evidence) -> list[Line]:
    """All that happened, oldest first."""
    own = [_line(event) for event in events_of("evidence", str(photo.id))]
    return sorted([*own, *_put_forward(photo)], key=lambda line: line.at)


def openings(lines: Iterable[Line]) -> list[Line]:
    """Those lines in which somebody opened the original, the newest first."""
    return [line for line in lines if line.what == OPENED][::-1]


def _line(event: Event) -> Line:
    by_person = event.event.actor_id is not None
    return Line(
        event.event.action,
        event.actor if by_person else None,
        event.event.at,
        event.event.details.get("reason"),
    )


def _put_forward(photo: Evidence) -> list[Line]:
    query = (
        sa.select(Submission)
        .join(SubmissionItem, SubmissionItem.submission_id == Submission.id)
        .where(SubmissionItem.evidence_id == photo.id)
        .options(
            joinedload(Submission.submitter), selectinload(Submission.decisions).joinedload(SubmissionDecision.decider)
        )
    )
    lines = []
    for each in reading().scalars(query):
        lines.append(Line("put_forward", each.submitter.name, each.submitted_at, each.note or None))
        lines += [Line(row.decision.value, row.decider.name, row.decided_at, row.reason) for row in each.decisions]
    return lines
