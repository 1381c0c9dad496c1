"""What each type of problem means and what to do about it: the addresses in problem documents."""

from __future__ import annotations

from flask import render_template

from public_site.door import bp
from server.access import PUBLIC, declare
from server.problems import CATALOGUE, Problem
from server.texts import N_, _

MEANINGS = {
    "bad-request": N_("The request was not written as this site understands it. Mend it before sending it again."),
    "not-signed-in": N_("This is only for people who are signed in. Sign in, then repeat what you did."),
    "sign-in-failed": N_("The address and the password do not belong together. Look at both and try again."),
    "not-allowed": N_("You are signed in, but none of your roles on this project allows this. Ask its administrator."),
    "separation-of-duties": N_(
        "Whoever made or sent something cannot also decide on it or pay for it. Another person with the role has to."
    ),
    "not-found": N_("There is nothing under this address, or it is not published."),
    "method-not-allowed": N_("The address exists but takes other methods; the answer's Allow header names them."),
    "not-acceptable": N_("The request asked only for formats that are not offered here."),
    "conflict": N_("Somebody changed the record since you read it. Load it again and look before you repeat."),
    "evidence-conflict": N_(
        "The id of a photo stands for exactly one file and one claim. Give another photo a fresh id."
    ),
    "device-conflict": N_("A key is enrolled for one person, and an id stands for one key. Make a fresh one."),
    "too-many-devices": N_("A person may have 20 devices at a time. Take one off the list that is no longer used."),
    "offset-conflict": N_("More of the file has arrived, or less. Ask with HEAD how far it is, and go on there."),
    "upload-gone": N_("The unfinished upload was given up, or nobody went on with it for too long. Begin it anew."),
    "tus-version": N_("Resumable uploads follow tus 1.0.0, and every request says so in its header Tus-Resumable."),
    "checksum-mismatch": N_("The piece of the file is not what its checksum says. None of it was kept; send it again."),
    "wrong-state": N_("What you asked for does not fit the state the record is in now. Load it again."),
    "digest-conflict": N_("A decision names exactly the evidence that was on the page. Load the page again and look."),
    "already-decided": N_("Somebody decided before you; the first decision stands."),
    "already-paid": N_("A certificate is paid once. The payment that is on record stands."),
    "already-appealed": N_("For each photo its sender can appeal once, and did."),
    "requirements-not-met": N_("Photos are missing, or still wait for a reviewer. The list names each hole."),
    "too-large": N_("The file is larger than this site takes. Send the photo as the phone made it."),
    "media-type-unsupported": N_("The content is of a type that this address does not take."),
    "photo-type-unsupported": N_(
        "The bytes are not a photo in a format that is taken: JPEG, HEIC, PNG, WebP, AVIF, TIFF."
    ),
    "photo-empty": N_("The file has no bytes. Send the photo again from the phone."),
    "photo-digest-mismatch": N_(
        "The bytes that arrived are not those the phone hashed. Nothing was recorded; send again."
    ),
    "invalid": N_("Some fields are missing or not as they must be. The list names each of them and why."),
    "project-not-placed": N_("No project was named, and no site lies where the photo was taken. Name the project."),
    "import-refused": N_("The project's data has faults, each named by row and field. Nothing was changed."),
    "too-many-uploads": N_(
        "One person has too many unfinished uploads. Finish some, or give them up, and begin again."
    ),
    "too-slow": N_(
        "What you sent stopped arriving, so the connection was closed. Nothing was recorded; send it again."
    ),
    "too-busy": N_("Too many are sending at once. Wait as long as the answer says and send it again."),
    "too-many-attempts": N_("There were too many attempts in a short time. Wait as long as the answer says."),
    "internal": N_("It is our fault and was written down. What you sent was not recorded; try again later."),
    "not-ready": N_(
        "The server runs but cannot do its work yet. The detail says what is missing; ask again in a moment."
    ),
    "original-damaged": N_(
        "The store has this photo from earlier, but not whole. Nothing was recorded; keep the photo."
    ),
    "log-damaged": N_("The custody log is not as it was signed. Nothing is proved from it until a person has looked."),
    "store-away": N_("The place where photos are kept does not answer. Keep the photo and send it again later."),
}


@bp.get("/problems/<string:name>")
@declare(PUBLIC)
def problem_type(name: str) -> str:
    """What one type of problem means."""
    if name not in CATALOGUE:
        raise Problem("not-found", _("There is no problem of this name."))
    return render_template("public/problem_type.html", name=name, kind=CATALOGUE[name], meaning=_(MEANINGS[name]))
