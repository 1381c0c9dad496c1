"""What the checks of the file, of where it comes from and of who signed for it can say."""

from __future__ import annotations

from server.finding_measures import Phrase
from server.finding_phrases.advice import BY_APP, NEW_PHOTO
from server.texts import N_

SENTENCES: dict[str, tuple[Phrase, ...]] = {
    "device.enrolled": (
        Phrase(N_("The sender's own phone signed for this photo.")),
        Phrase(
            "No phone signed for this photo; take it with the field app.",
            N_("No phone signed for this photo."),
            BY_APP,
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
            NEW_PHOTO,
        ),
        Phrase(
            "The phone's signed statement cannot be read; retake the photo with the field app.",
            N_("The phone's signed statement cannot be read."),
            NEW_PHOTO,
        ),
        Phrase(
            "The phone's statement is not signed in the way that counts here; retake the photo with the field app.",
            N_("The phone's statement is not signed in the way that counts here."),
            NEW_PHOTO,
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
            NEW_PHOTO,
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
            NEW_PHOTO,
        ),
        Phrase(
            "The phone signed with a number that another photo used; retake the photo with the field app.",
            N_("The phone signed with a number that another photo used."),
            NEW_PHOTO,
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
            BY_APP,
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
        Phrase(
            "This picture was already used for another project; take a new one.",
            N_("This picture was already used for another project."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This picture was already used for another milestone on {then:day}; take a new one.",
            N_("This picture was already used for another milestone on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This picture was already used for another stage on {then:day}; take a new one.",
            N_("This picture was already used for another stage on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This picture was already used for another day on {then:day}; take a new one.",
            N_("This picture was already used for another day; it was first sent on %(then)s."),
            N_("Take a new photo."),
        ),
        Phrase(
            "This picture was already sent on {then:day}; there is no need to send it again.",
            N_("This picture was already sent on %(then)s."),
            N_("There is no need to send it again."),
        ),
        Phrase(
            "This picture looks almost like one sent on {then:day}; a person will compare the two.",
            N_("This picture looks almost like one sent on %(then)s."),
            N_("A person will compare the two."),
        ),
        Phrase(
            "This picture looks almost like one sent for another project; a person will compare the two.",
            N_("This picture looks almost like one sent for another project."),
            N_("A person will compare the two."),
        ),
        Phrase(N_("This picture was not sent before.")),
    ),
}
