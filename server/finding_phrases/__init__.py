"""What the checks can say, phrase by phrase: the English that is stored, and the same for other readers.

A pattern is the sentence as ``evidence.checks`` writes it, with what varies in braces (``{far:metres}``; the kinds are
those of ``server.finding_words``). The fact is what was found; the advice is what an inspector on site was told to do
about it. A new sentence in a check gets its line in its family's module; a test walks the
checks and asks for it.
"""

from __future__ import annotations

from server.finding_measures import Phrase
from server.finding_phrases import credentials, file, place, time
from server.finding_phrases.advice import BY_APP
from server.texts import N_

#: Sentences that several checks share.
SHARED = (
    Phrase(
        "Neither the photo file nor the phone says when this was taken; take it with the field app.",
        N_("Neither the photo file nor the phone says when this was taken."),
        BY_APP,
    ),
    Phrase(
        "This could not be checked; keep the photo, a person will look at it.",
        N_("This could not be checked, so a person looks at it."),
        N_("Keep the photo."),
    ),
    Phrase(
        "{one:speaker} says {this:measure}, but {other:speaker} says {that:measure}; "
        "check the phone's location and clock, and retake.",
        N_("The two contradict each other: %(one)s says %(this)s; %(other)s says %(that)s."),
        N_("Check the phone's location and clock, and retake."),
    ),
    *credentials.PHRASES,
)
#: By the name of the check.
SENTENCES: dict[str, tuple[Phrase, ...]] = {**file.SENTENCES, **place.SENTENCES, **time.SENTENCES}
