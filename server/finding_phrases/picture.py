"""What the checks of edits, of the picture itself, of its light and of the way between photos can say."""

from __future__ import annotations

from server.finding_measures import Phrase
from server.finding_phrases import credentials
from server.texts import N_

_OWN_FILE = N_("Send the file as the camera made it.")
_PLACE_AND_CLOCK = N_("Check the phone's location and clock, and retake.")

SENTENCES: dict[str, tuple[Phrase, ...]] = {
    "file.untouched": (
        Phrase(N_("The file names no program that changes pictures.")),
        Phrase(
            "The file was last written by {program:text}, a program that changes pictures; send the camera's own file.",
            N_("The file names %(program)s, a program that changes pictures."),
            _OWN_FILE,
        ),
        *credentials.PHRASES,
        Phrase(N_("The file has no thumbnail to compare the picture with.")),
        Phrase(N_("The thumbnail in the file shows the same picture.")),
        Phrase(
            "The thumbnail in the file shows something else than the picture, as after an edit; send the camera's own "
            "file.",
            N_("The thumbnail in the file shows something else than the picture, as after an edit."),
            _OWN_FILE,
        ),
    ),
    "light.sun": (
        Phrase(N_("The file does not say how the picture was exposed.")),
        Phrase(N_("Without a place and a time nothing is known of the sun.")),
        Phrase(N_("The flash lit the picture, so the sun says nothing about it.")),
        Phrase(N_("The exposure does not contradict the sun.")),
        Phrase(
            "The picture is exposed as in daylight, but the sun was {height:height}; check the phone's clock and "
            "location, and retake.",
            N_("The picture is exposed as in daylight, but the sun was %(height)s."),
            _PLACE_AND_CLOCK,
        ),
        Phrase(
            "The picture is exposed as in the dark, but the sun was {height:height}; say in the caption where it was "
            "taken, or retake.",
            N_("The picture is exposed as in the dark, but the sun was %(height)s."),
            N_("Say in the caption where it was taken, or retake."),
        ),
    ),
    "motion.plausible": (
        Phrase(N_("Without a place and a time no way can be reckoned.")),
        Phrase(N_("There is no other photo of this person to reckon a way from.")),
        Phrase(N_("The way between this photo and the others of this person is plausible.")),
        Phrase(
            "The photo {gap:span} before it was taken {far:metres} away, which takes {speed:number} km/h; check the "
            "phone's location and clock, and retake.",
            N_("This person's photo %(gap)s before it was taken %(far)s away, which takes %(speed)s km/h."),
            _PLACE_AND_CLOCK,
        ),
        Phrase(
            "The photo {gap:span} after it was taken {far:metres} away, which takes {speed:number} km/h; check the "
            "phone's location and clock, and retake.",
            N_("This person's photo %(gap)s after it was taken %(far)s away, which takes %(speed)s km/h."),
            _PLACE_AND_CLOCK,
        ),
    ),
    "picture.exposure": (
        Phrase(N_("The picture is bright enough.")),
        Phrase(N_("How bright the picture is was not measured.")),
        Phrase(
            "The picture is too dark to see the work by; use the flash or come back in daylight, and retake.",
            N_("The picture is too dark to see the work by."),
            N_("Use the flash or come back in daylight, and retake."),
        ),
    ),
    "picture.screen": (
        Phrase(N_("Nothing shows that this is a photo of a screen.")),
        Phrase(N_("The picture is too small to tell whether it shows a screen.")),
        Phrase(
            "The picture has the pattern of a screen's pixels; take the photo of the work itself.",
            N_("The picture has the pattern of a screen's pixels."),
            N_("Take the photo of the work itself."),
        ),
    ),
    "picture.sharpness": (
        Phrase(N_("The picture is sharp.")),
        Phrase(N_("The picture is too small to tell whether it is sharp.")),
        Phrase(
            "The picture is blurred; clean the lens, hold the phone still, tap to focus, and retake.",
            N_("The picture is blurred."),
            N_("Clean the lens, hold the phone still, tap to focus, and retake."),
        ),
    ),
}
