"""What the checks of the place can say."""

from __future__ import annotations

from server.finding_measures import Phrase
from server.finding_phrases.advice import OPEN_SKY
from server.texts import N_

SENTENCES: dict[str, tuple[Phrase, ...]] = {
    "place.accuracy": (
        Phrase("The position is good to {radius:metres}.", N_("The position is good to %(radius)s.")),
        Phrase(
            "The position does not say how accurate it is; {radius:metres} is assumed.",
            N_("The position does not say how accurate it is; %(radius)s is assumed."),
        ),
        Phrase(
            "The position is only good to {radius:metres}; wait under open sky for a better one and retake.",
            N_("The position is only good to %(radius)s."),
            OPEN_SKY,
        ),
        Phrase(
            "The position is only good to {radius:metres} and cannot be used; wait under open sky for a better one and "
            "retake.",
            N_("The position is only good to %(radius)s and cannot be used."),
            OPEN_SKY,
        ),
        Phrase(N_("There is no position whose accuracy could be judged; the reason for it was given.")),
        Phrase(
            "There is no position whose accuracy could be judged; retake with location switched on.",
            N_("There is no position whose accuracy could be judged."),
            N_("Retake with location switched on."),
        ),
    ),
    "place.claims_agree": (
        Phrase(N_("The photo file and the phone agree on the place.")),
        Phrase(N_("Only one position can be used, so there is nothing to compare it with.")),
        Phrase(
            "The photo file and the phone are {apart:metres} apart; wait for a steady position and retake.",
            N_("The photo file and the phone are %(apart)s apart."),
            N_("Wait for a steady position and retake."),
        ),
    ),
    "place.inside_site": (
        Phrase(N_("The photo was taken inside the site.")),
        Phrase(
            "{out:metres} outside the site, within the tolerance of {tolerance:metres}.",
            N_("Taken %(out)s outside the site, within the tolerance of %(tolerance)s."),
        ),
        Phrase(
            "The position ({radius:radius}) is too rough to be sure of the site; wait for a better one and retake.",
            N_("The position (%(radius)s) is too rough to be sure of the site."),
            OPEN_SKY,
        ),
        Phrase(
            "{out:metres} outside the site; walk {way:direction} to the site and retake.",
            N_("Taken %(out)s outside the site."),
            N_("Walk %(way)s to the site and retake."),
        ),
        Phrase(
            "{out:metres} outside the site, {radius:radius}; walk {way:direction} onto the site and retake when it is "
            "better.",
            N_("Taken %(out)s outside the site, by a position good to %(radius)s."),
            N_("Walk %(way)s onto the site and retake when the position is better."),
        ),
        Phrase(
            "Only a pin set by hand says where this is, and it is on the site; retake with location switched on.",
            N_("Only a pin set by hand says where this is, and it is on the site."),
            N_("Retake with location switched on."),
        ),
        Phrase(
            "Only a pin set by hand says where this is, and it is not clearly on the site; retake with location "
            "switched on.",
            N_("Only a pin set by hand says where this is, and it is not clearly on the site."),
            N_("Retake with location switched on."),
        ),
        Phrase(N_("No outline of the site is on record to compare with.")),
        Phrase(
            "The position is too rough to use; wait under open sky for a better one and retake.",
            N_("The position is too rough to use."),
            OPEN_SKY,
        ),
        Phrase(
            "The photo came from the field app without a position and with the reason for it, so a person looks at it; "
            "where you can, retake it under open sky with location allowed.",
            N_("The photo came from the field app without a position and with the reason for it."),
            N_("Where you can, retake it under open sky with location allowed."),
        ),
        Phrase(
            "The photo came without a position; retake it with the field app and location switched on.",
            N_("The photo came without a position."),
            N_("Retake it with the field app and location switched on."),
        ),
    ),
    "place.not_redacted": (
        Phrase(N_("The position is whole in the photo file.")),
        Phrase(
            "{why:reason}. Take the photo with the field app, which keeps the position in the file.",
            N_("%(why)s."),
            N_("Take the photo with the field app, which keeps the position in the file."),
        ),
    ),
    "place.repeated": (
        Phrase(N_("There are no earlier positions to compare with.")),
        Phrase(N_("The positions vary as those of a moving phone do.")),
        Phrase(
            "{photos:number} photos state exactly the same point; switch off any mock location, move and retake.",
            N_("%(photos)s photos state exactly the same point."),
            N_("Switch off any mock location, move and retake."),
        ),
    ),
    "place.station": (
        Phrase(N_("This site has no stations.")),
        Phrase(N_("Without a usable position there is no station.")),
        Phrase(N_("The position is too far from the line to have a station.")),
        Phrase(
            "Taken at the required station {station:station}.",
            N_("Taken at the required station %(station)s."),
        ),
        Phrase("Taken at station {place:measure}.", N_("Taken at station %(place)s.")),
        Phrase(
            "Walk {ahead:metres} forward along the line to station {station:station} and retake.",
            N_("Taken %(ahead)s before station %(station)s, which is asked for."),
            N_("Walk %(ahead)s forward along the line and retake."),
        ),
        Phrase(
            "Walk {ahead:metres} back along the line to station {station:station} and retake.",
            N_("Taken %(ahead)s beyond station %(station)s, which is asked for."),
            N_("Walk %(ahead)s back along the line and retake."),
        ),
    ),
}
