"""What the checks of the time can say."""

from __future__ import annotations

from server.finding_measures import Phrase
from server.finding_phrases.advice import BY_APP, CLOCK
from server.texts import N_

SENTENCES: dict[str, tuple[Phrase, ...]] = {
    "time.claims_agree": (
        Phrase(N_("All statements of the time agree.")),
        Phrase(N_("There is only one statement of the time, so there is nothing to compare it with.")),
        Phrase(
            "{early:speaker} and {late:speaker} are {gap:span} apart; if this is an older picture, take a new one with "
            "the field app; else set that camera's clock and retake.",
            N_(
                "Two statements of the time are %(gap)s apart. The earlier comes from %(early)s, the later from "
                "%(late)s."
            ),
            N_("If this is an older picture, take a new one; else set that camera's clock and retake."),
        ),
        Phrase(
            "{early:speaker} and {late:speaker} are {gap:span} apart; let the network set the phone's time and zone, "
            "wait for a new position, and retake.",
            N_(
                "Two statements of the time are %(gap)s apart. The earlier comes from %(early)s, the later from "
                "%(late)s."
            ),
            N_("Let the network set the phone's time and zone, wait for a new position, and retake."),
        ),
    ),
    "time.fresh": (
        Phrase("The photo is fresh.", N_("The photo was sent soon after it was taken.")),
        Phrase(
            "The age of a photo from the future cannot be told; let the network set the phone's time and retake.",
            N_("The age of a photo from the future cannot be told."),
            CLOCK,
        ),
        Phrase(
            "The photo was {age:span} old when it arrived; send photos soon after taking them.",
            N_("The photo was %(age)s old when it arrived."),
            N_("Send photos soon after taking them."),
        ),
        Phrase(
            "The photo was {age:span} old when it arrived, older than the {most:span} allowed; retake it.",
            N_("The photo was %(age)s old when it arrived, older than the %(most)s allowed."),
            N_("Retake it."),
        ),
    ),
    "time.in_schedule": (
        Phrase(N_("No schedule is on record to compare with.")),
        Phrase(
            "Taken on {taken:day}, before the contract began on {start:day}; take a new photo of the work as it is "
            "now.",
            N_("Taken on %(taken)s, before the contract began on %(start)s."),
            N_("Take a new photo of the work as it is now."),
        ),
        Phrase(
            "Taken on {taken:day}, after the contract and its defects period ended on {last:day}; ask your supervisor.",
            N_("Taken on %(taken)s, after the contract and its defects period ended on %(last)s."),
            N_("Ask your supervisor."),
        ),
        Phrase(
            "Taken on {taken:day}, but no milestone with planned dates is named; choose the milestone it belongs to.",
            N_("Taken on %(taken)s, but no milestone with planned dates is named."),
            N_("Choose the milestone it belongs to."),
        ),
        Phrase(
            "Taken on {taken:day}, within the milestone's planned dates.",
            N_("Taken on %(taken)s, within the milestone's planned dates."),
        ),
        Phrase(
            "Taken on {taken:day}, before the milestone's planned dates; check that it is the right milestone.",
            N_("Taken on %(taken)s, before the milestone's planned dates."),
            N_("Check that it is the right milestone."),
        ),
        Phrase(
            "Taken on {taken:day}, after the milestone's planned dates; check that it is the right milestone.",
            N_("Taken on %(taken)s, after the milestone's planned dates."),
            N_("Check that it is the right milestone."),
        ),
    ),
    "time.not_future": (
        Phrase(N_("The time of capture is not in the future.")),
        Phrase(
            "{who:speaker} is {lead:span} ahead of the server's clock; let the network set the time and retake.",
            N_("%(who)s is %(lead)s ahead of the server's clock."),
            CLOCK,
        ),
    ),
    "time.working_hours": (
        Phrase(N_("No working hours are on record to compare with.")),
        Phrase(N_("Taken in working hours.")),
        Phrase(
            "Taken on {moment:measure}, outside working hours; say in the caption why.",
            N_("Taken on %(moment)s, outside working hours."),
            N_("Say in the caption why."),
        ),
    ),
    "time.zone": (
        Phrase(N_("The time zone is known.")),
        Phrase("The phone's time is absolute.", N_("The phone's time does not depend on a zone.")),
        Phrase(
            "The photo file names no time zone, so the site's was assumed; use the field app.",
            N_("The photo file names no time zone, so the site's was assumed."),
            BY_APP,
        ),
        Phrase(
            "The photo file names no time zone, and the site's is not on record; use the field app.",
            N_("The photo file names no time zone, and the site's is not on record."),
            BY_APP,
        ),
    ),
}
