"""What the checks can say, phrase by phrase: the English that is stored, and the same for other readers.

A pattern is the sentence as ``evidence.checks`` writes it, with what varies in braces (``{far:metres}``; the kinds are
those of ``server.finding_words``). The fact is what was found; the advice is what an inspector on site was told to do
about it. A new sentence in a check gets its line here; a test walks the checks and asks for it.
"""

from __future__ import annotations

from server.finding_measures import Phrase
from server.texts import N_

_NEW_PHOTO = N_("Retake the photo with the field app.")
_BY_APP = N_("Take photos with the field app.")
_OPEN_SKY = N_("Wait under open sky for a better position and retake.")
_CLOCK = N_("Let the network set the phone's time and retake.")

#: Sentences that several checks share.
SHARED = (
    Phrase(
        "Neither the photo file nor the phone says when this was taken; take it with the field app.",
        N_("Neither the photo file nor the phone says when this was taken."),
        _BY_APP,
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
)
SENTENCES: dict[str, tuple[Phrase, ...]] = {
    "device.enrolled": (
        Phrase(N_("The sender's own phone signed for this photo.")),
        Phrase(
            "No phone signed for this photo; take it with the field app.",
            N_("No phone signed for this photo."),
            _BY_APP,
        ),
        Phrase(
            "The phone signed with a number that ran out; open the field app where there is a network before the next "
            "visit.",
            N_("The phone signed with a number of ours that ran out."),
            N_("Open the field app where there is a network before the next visit."),
        ),
        Phrase(
            "The phone's signed statement is larger than any that the field app makes; retake the photo with the field "
            "app.",
            N_("The phone's signed statement is larger than any that the field app makes."),
            _NEW_PHOTO,
        ),
        Phrase(
            "The phone's signed statement cannot be read; retake the photo with the field app.",
            N_("The phone's signed statement cannot be read."),
            _NEW_PHOTO,
        ),
        Phrase(
            "The phone's statement is not signed in the way that counts here; retake the photo with the field app.",
            N_("The phone's statement is not signed in the way that counts here."),
            _NEW_PHOTO,
        ),
        Phrase(
            "The phone that signed is not enrolled; sign in again with the field app and retake.",
            N_("The phone that signed is not enrolled."),
            N_("Sign in again with the field app and retake."),
        ),
        Phrase(
            "The phone that signed is enrolled for another person; send photos from your own.",
            N_("The phone that signed is enrolled for another person."),
            N_("Send photos from your own phone."),
        ),
        Phrase(
            "The phone that signed was taken off the list of devices; sign in again with the field app and retake.",
            N_("The phone that signed was taken off the list of devices."),
            N_("Sign in again with the field app and retake."),
        ),
        Phrase(
            "The signature is not by the phone that is named, or what it signed was changed; retake the photo with the "
            "field app.",
            N_("The signature is not by the phone that is named, or what it signed was changed."),
            _NEW_PHOTO,
        ),
        Phrase(
            "The phone signed for another photo; send this one with its own signature, or retake.",
            N_("The phone signed for another photo, not for this one."),
            N_("Send this photo with its own signature, or retake."),
        ),
        Phrase(
            "What was said beside the phone's signed statement differs from it, so it was altered on the way; send the "
            "photo again from the phone that took it.",
            N_("What was said beside the phone's signed statement differs from it, so it was altered on the way."),
            N_("Send the photo again from the phone that took it."),
        ),
        Phrase(
            "The phone signed with a number that was never given out; open the field app where there is a network, and "
            "retake.",
            N_("The phone signed with a number that was never given out."),
            N_("Open the field app where there is a network, and retake."),
        ),
        Phrase(
            "The phone signed with a number that was given to another phone; retake the photo with the field app.",
            N_("The phone signed with a number that was given to another phone."),
            _NEW_PHOTO,
        ),
        Phrase(
            "The phone signed with a number that another photo used; retake the photo with the field app.",
            N_("The phone signed with a number that another photo used."),
            _NEW_PHOTO,
        ),
    ),
    "file.decodes": (
        Phrase(N_("The picture is whole.")),
        # Said later, when the copies could not be made (server.services.copies).
        Phrase(
            "The picture in the file is damaged and cannot be shown; take the photo again.",
            N_("The picture in the file is damaged and cannot be shown."),
            N_("Take the photo again."),
        ),
        Phrase(
            "The photo is cut off; send it again from the phone.",
            N_("The photo is cut off."),
            N_("Send it again from the phone."),
        ),
        Phrase(
            "The picture is larger than can be opened safely; retake it with the phone's ordinary camera.",
            N_("The picture is larger than can be opened safely."),
            N_("Retake it with the phone's ordinary camera."),
        ),
        Phrase(
            "The file is damaged or is not the picture it claims to be; send the original again or retake.",
            N_("The file is damaged or is not the picture it claims to be."),
            N_("Send the original again or retake."),
        ),
    ),
    "file.resolution": (
        Phrase(N_("The picture is large enough.")),
        Phrase(N_("The file does not say how large the picture is.")),
        Phrase(
            "The picture has only {size:number} megapixels; set the camera to at least {least:number} and retake.",
            N_("The picture has only %(size)s megapixels; at least %(least)s are asked for."),
            N_("Set the camera to more pixels and retake."),
        ),
    ),
    "file.sealed": (
        Phrase(N_("The file arrived exactly as the phone recorded it.")),
        Phrase(
            "The phone did not record the photo's fingerprint; send photos with the field app.",
            N_("The phone did not record the photo's fingerprint, so nothing shows whether the file changed."),
            _BY_APP,
        ),
        Phrase(
            "The file changed between capture and receipt; send the original again or retake.",
            N_("The file changed between capture and receipt."),
            N_("Send the original again or retake."),
        ),
    ),
    "origin.first_use": (
        Phrase(N_("This photo was not sent before.")),
        Phrase(
            "This photo was already sent on {then:day}; there is no need to send it again.",
            N_("This photo was already sent on %(then)s."),
            N_("There is no need to send it again."),
        ),
        Phrase(
            "This photo was already used for another project on {then:day}; take a new one.",
            N_("This photo was already used for another project on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This photo was already used for another milestone on {then:day}; take a new one.",
            N_("This photo was already used for another milestone on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This photo was already used for another stage on {then:day}; take a new one.",
            N_("This photo was already used for another stage on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This photo was already used for another day on {then:day}; take a new one.",
            N_("This photo was already used for another day; it was first sent on %(then)s."),
            N_("Take a new photo."),
        ),
    ),
    "place.accuracy": (
        Phrase("The position is good to {radius:metres}.", N_("The position is good to %(radius)s.")),
        Phrase(
            "The position does not say how accurate it is; {radius:metres} is assumed.",
            N_("The position does not say how accurate it is; %(radius)s is assumed."),
        ),
        Phrase(
            "The position is only good to {radius:metres}; wait under open sky for a better one and retake.",
            N_("The position is only good to %(radius)s."),
            _OPEN_SKY,
        ),
        Phrase(
            "The position is only good to {radius:metres} and cannot be used; wait under open sky for a better one and "
            "retake.",
            N_("The position is only good to %(radius)s and cannot be used."),
            _OPEN_SKY,
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
            _OPEN_SKY,
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
            _OPEN_SKY,
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
            _CLOCK,
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
            _CLOCK,
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
            _BY_APP,
        ),
        Phrase(
            "The photo file names no time zone, and the site's is not on record; use the field app.",
            N_("The photo file names no time zone, and the site's is not on record."),
            _BY_APP,
        ),
    ),
}
