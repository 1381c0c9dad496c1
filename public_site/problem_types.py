"""What each type of problem means and what to do about it: the addresses in problem documents."""

from __future__ import annotations

from flask import render_template

from public_site.door import bp
from server.access import PUBLIC, declare
from server.problems import CATALOGUE, Problem

MEANINGS = {
    "bad-request": "The request was not written as this site understands it. Mend it before sending it again.",
    "not-signed-in": "This is only for people who are signed in. Sign in, then repeat what you did.",
    "sign-in-failed": "The address and the password do not belong together. Look at both and try again.",
    "not-allowed": "You are signed in, but none of your roles on this project allows this. Ask its administrator.",
    "separation-of-duties": "Whoever made or sent something cannot also decide on it or pay for it. "
    "Another person with the role has to.",
    "not-found": "There is nothing under this address, or it is not published.",
    "method-not-allowed": "The address exists but takes other methods; the answer's Allow header names them.",
    "not-acceptable": "The request asked only for formats that are not offered here.",
    "conflict": "Somebody changed the record since you read it. Load it again and look before you repeat.",
    "evidence-conflict": "The id of a photo stands for exactly one file and one claim. Give another photo a fresh id.",
    "device-conflict": "A key is enrolled for one person, and an id stands for one key. Make a fresh one.",
    "too-many-devices": "A person may have 20 devices at a time. Take one off the list that is no longer used.",
    "offset-conflict": "More of the file has arrived, or less. Ask with HEAD how far it is, and go on there.",
    "upload-gone": "The unfinished upload was given up, or nobody went on with it for too long. Begin it anew.",
    "tus-version": "Resumable uploads follow tus 1.0.0, and every request says so in its header Tus-Resumable.",
    "checksum-mismatch": "The piece of the file is not what its checksum says. None of it was kept; send it again.",
    "wrong-state": "What you asked for does not fit the state the record is in now. Load it again.",
    "digest-conflict": "A decision names exactly the evidence that was on the page. Load the page again and look.",
    "already-decided": "Somebody decided before you; the first decision stands.",
    "already-paid": "A certificate is paid once. The payment that is on record stands.",
    "already-appealed": "For each photo its sender can appeal once, and did.",
    "requirements-not-met": "Photos are missing, or still wait for a reviewer. The list names each hole.",
    "too-large": "The file is larger than this site takes. Send the photo as the phone made it.",
    "media-type-unsupported": "The content is of a type that this address does not take.",
    "photo-type-unsupported": "The bytes are not a photo in a format that is taken: JPEG, HEIC, PNG, WebP, AVIF, TIFF.",
    "photo-empty": "The file has no bytes. Send the photo again from the phone.",
    "photo-digest-mismatch": "The bytes that arrived are not those the phone hashed. Nothing was recorded; send again.",
    "invalid": "Some fields are missing or not as they must be. The list names each of them and why.",
    "project-not-placed": "No project was named, and no site lies where the photo was taken. Name the project.",
    "import-refused": "The project's data has faults, each named by row and field. Nothing was changed.",
    "too-many-uploads": "One person has too many unfinished uploads. Finish some, or give them up, and begin again.",
    "too-slow": "What you sent stopped arriving, so the connection was closed. Nothing was recorded; send it again.",
    "too-busy": "Too many are sending at once. Wait as long as the answer says and send it again.",
    "too-many-attempts": "There were too many attempts in a short time. Wait as long as the answer says.",
    "internal": "It is our fault and was written down. What you sent was not recorded; try again later.",
    "not-ready": "The server runs but cannot do its work yet. The detail says what is missing; ask again in a moment.",
    "original-damaged": "The store has this photo from earlier, but not whole. Nothing was recorded; keep the photo.",
    "store-away": "The place where photos are kept does not answer. Keep the photo and send it again later.",
}


@bp.get("/problems/<string:name>")
@declare(PUBLIC)
def problem_type(name: str) -> str:
    """What one type of problem means."""
    if name not in CATALOGUE:
        raise Problem("not-found", "There is no problem of this name.")
    return render_template("public/problem_type.html", name=name, kind=CATALOGUE[name], meaning=MEANINGS[name])
