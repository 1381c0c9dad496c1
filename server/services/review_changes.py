"""What changed between the page that a supervisor looked at and the moment of their decision.

The digest fixes which photos are decided on; it does not say how they stood. So a page also carries ``shown``: how many
decisions there were, and one letter for the state of each photo in the order of their ids. A decision made from
a page whose letters are no longer true is refused, and told photo by photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import wording
from server.models import Evidence, Submission, SubmissionDecision
from server.models.evidence import EvidenceState
from server.models.submissions import SubmissionState
from server.problems import FieldError, Problem, pointer
from server.texts import N_, _, counted

LETTERS = {
    EvidenceState.RECEIVED: "r",
    EvidenceState.VERIFIED: "v",
    EvidenceState.NEEDS_REVIEW: "n",
    EvidenceState.REJECTED: "x",
    EvidenceState.ACCEPTED: "a",
    EvidenceState.REFUSED: "f",
}
_STATES = {letter: state for state, letter in LETTERS.items()}
#: Of so many photos it is told how each changed; of the others, how many they are.
MOST_TOLD = 20
_DECIDED = {
    "approve": N_("%(name)s approved it: “%(reason)s”"),
    "return": N_("%(name)s returned it: “%(reason)s”"),
    "reject": N_("%(name)s rejected it: “%(reason)s”"),
}
_SETTLED = {
    SubmissionState.APPROVED: N_("This submission was approved."),
    SubmissionState.RETURNED: N_("This submission was returned."),
    SubmissionState.REJECTED: N_("This submission was rejected."),
}


def shown(submission: Submission, photos: Iterable[Evidence]) -> str:
    """How a submission and its photos stand, to be sent along with a decision on them: ``1.vvna``."""
    letters = "".join(LETTERS[photo.state] for photo in sorted(photos, key=lambda photo: photo.id))
    return f"{len(submission.decisions)}.{letters}"


def refuse_changed(submission: Submission, photos: Sequence[Evidence], seen: str | None) -> None:
    """Refuse a decision made from a page on which something stood otherwise; None was made from no page.

    Raises:
        Problem: ``digest-conflict``, with a sentence for each photo and each decision.
    """
    if seen is None or seen == shown(submission, photos):
        return
    errors = [*_decisions(submission, _known(seen)), *_photos(photos, seen)]
    detail = _("Something changed since your page was made. Look again, and decide on what stands there now.")
    raise Problem("digest-conflict", detail, errors=errors)


def refuse_settled(session: Session, submission: Submission, seen: str | None = None) -> None:
    """Refuse a decision on what is decided already, and say by whom, and what was put forward since.

    Raises:
        Problem: ``already-decided``.
    """
    if submission.state is SubmissionState.PENDING:
        return
    errors = [*_decisions(submission, _known(seen)), *_put_forward_since(session, submission)]
    raise Problem("already-decided", _(_SETTLED[submission.state]), errors=errors)


def _known(seen: str | None) -> int:
    """How many decisions the page knew of."""
    number = (seen or "").partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) == 1 else 0


def _decisions(submission: Submission, known: int) -> list[FieldError]:
    return [
        FieldError(pointer("decisions", made.position), decision_told(made)) for made in submission.decisions[known:]
    ]


def decision_told(made: SubmissionDecision) -> str:
    """One decision as a sentence."""
    return _(_DECIDED[made.decision.value], name=made.decider.name, reason=made.reason)


def _photos(photos: Sequence[Evidence], seen: str) -> list[FieldError]:
    letters = seen.partition(".")[2]
    if len(letters) != len(photos):
        return []
    pairs = zip(sorted(photos, key=lambda photo: photo.id), letters, strict=True)
    changed = [(photo, letter) for photo, letter in pairs if LETTERS[photo.state] != letter]
    told = [FieldError(pointer("evidence", str(photo.id)), _photo(photo, was)) for photo, was in changed[:MOST_TOLD]]
    rest = len(changed) - len(told)
    if rest:
        more = counted("%(num)s more photo changed.", "%(num)s more photos changed.", rest)
        told.append(FieldError(pointer("evidence"), more))
    return told


def _photo(photo: Evidence, letter: str) -> str:
    was = _STATES.get(letter)
    return _(
        "The photo “%(photo)s” was shown as “%(before)s” and is “%(now)s” now.",
        photo=photo.caption or wording.stage(photo.stage),
        before=wording.state(was) if was else letter,
        now=wording.state(photo.state),
    )


def _put_forward_since(session: Session, submission: Submission) -> list[FieldError]:
    """How the live submission of the milestone differs from this one, where there is another."""
    live = sa.select(Submission).where(
        Submission.milestone_id == submission.milestone_id,
        Submission.id != submission.id,
        Submission.state == SubmissionState.PENDING,
    )
    other = session.scalar(live)
    if other is None:
        return []
    before, now = _ids(submission), _ids(other)
    told = _(
        "%(name)s put it forward again: %(added)s, %(gone)s.",
        name=other.submitter.name,
        added=counted("%(num)s photo added", "%(num)s photos added", len(now - before)),
        gone=counted("%(num)s taken out", "%(num)s taken out", len(before - now)),
    )
    return [FieldError(pointer("submission"), told)]


def _ids(submission: Submission) -> set[UUID]:
    return {item.evidence_id for item in submission.items}
