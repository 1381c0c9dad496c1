"""What a check can say of the Content Credentials in a file."""

from __future__ import annotations

from server.finding_measures import Phrase
from server.texts import N_

_OWN_FILE = N_("Send the camera's own file.")

PHRASES = (
    Phrase(
        "The file was changed after its Content Credentials were signed; send the camera's own file.",
        N_("The file was changed after its Content Credentials were signed."),
        _OWN_FILE,
    ),
    Phrase(
        "The Content Credentials in the file cannot be read; send the camera's own file.",
        N_("The Content Credentials in the file cannot be read."),
        _OWN_FILE,
    ),
    Phrase(
        "The Content Credentials say that a program made up what the picture shows; take the photo yourself.",
        N_("The Content Credentials say that a program made up what the picture shows."),
        N_("Take the photo yourself."),
    ),
    Phrase(
        "The Content Credentials say that no camera took the picture as it is; send the camera's own file.",
        N_("The Content Credentials say that no camera took the picture as it is."),
        _OWN_FILE,
    ),
    Phrase(
        "The Content Credentials list changes to the picture; send the camera's own file.",
        N_("The Content Credentials list changes to the picture."),
        _OWN_FILE,
    ),
    Phrase(N_("The file is as a trusted signer of Content Credentials signed it.")),
    Phrase(N_("The file has no Content Credentials that say anything of changes.")),
)
