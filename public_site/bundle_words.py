"""What the verifier's page says: one sentence for each line, the same as those of ``verify/saksi_verify.py``.

The module of the page finds them by their codes. ``{why}`` is put in there: a name, a number or a digest, or one of the
``REASONS``.
"""

from __future__ import annotations

from server.texts import N_

LINES: dict[str, str] = {
    "container.unreadable": N_("This is no bundle that can be read: {why}."),
    "file.holds": N_("The file is the one that the bundle lists."),
    "file.changed": N_("The file was changed: its bytes are not the ones that the bundle lists."),
    "file.missing": N_("The file is missing."),
    "file.extra": N_("The file does not belong to the bundle: it is listed nowhere."),
    "file.unreadable": N_("The file is not what it should be: {why}."),
    "keys.inside": N_("The keys come from the bundle itself. Compare {why} with what others hold."),
    "keys.known": N_("It is signed by a key that you gave."),
    "keys.unknown": N_("It is signed by a key that you did not give: {why}."),
    "signature.holds": N_("The list of files is signed by the installation."),
    "signature.broken": N_("The signature is not of this list of files."),
    "checkpoint.holds": N_("The log's checkpoint is signed: {why}."),
    "checkpoint.broken": N_("The checkpoint is not signed by the log: {why}."),
    "receipt.holds": N_("The receipt is signed, and is of this photo: {why}."),
    "receipt.broken": N_("The receipt's signature does not hold, or it is no receipt."),
    "receipt.other": N_("The receipt is of something else: its {why} is not that of the statement."),
    "receipt.leaf": N_("The receipt promises another leaf than the one of the photo's arrival."),
    "receipt.early": N_("The receipt is from before the log was a tree and promises no leaf."),
    "statement.holds": N_("The statement is the one that the log recorded last."),
    "statement.other": N_("The statement is not the one that the log recorded last."),
    "statement.mixed": N_("The statement and the log do not agree on the {why}."),
    "statement.early": N_("The log recorded no statement of this photo: it is from before that was done."),
    "leaf.holds": N_("The leaf is made of what is told: {why}."),
    "leaf.broken": N_("The leaf is not made of what is told: {why}."),
    "proof.holds": N_("The leaf is in the log: {why}."),
    "proof.broken": N_("The proof does not lead from the leaf to the checkpoint: {why}."),
    "event.missing": N_("An event is missing that must be there: {why}."),
    "event.order": N_("The events are not in the order of the log: {why}."),
    "event.foreign": N_("An event is of another record: {why}."),
    "event.hidden": N_("What this event recorded was erased, or the statement in it is held back: {why}."),
    "event.waiting": N_("Events that had no place in the checkpoint yet were left out: {why}."),
    "copy.holds": N_("The picture is the public copy that the log names."),
    "copy.other": N_("The picture is not the public copy that the log names."),
    "copy.unnamed": N_("The log names no public copy; the list of files alone vouches for the picture."),
    "consistency.holds": N_("The log continues your checkpoint: {why}."),
    "consistency.same": N_("The checkpoint is the one that you kept: {why}."),
    "consistency.forked": N_("The log was forked: it does not continue your checkpoint: {why}."),
    "consistency.shorter": N_("The log was shortened, or the bundle is older than your checkpoint: {why}."),
    "consistency.missing": N_("The bundle cannot be compared with your checkpoint: get it with ?since={why}."),
    "consistency.rekeyed": N_("The log is signed by another key than your checkpoint: {why}."),
    "consistency.unreadable": N_("Your checkpoint cannot be used: {why}."),
    "consistency.unasked": N_("Give a checkpoint that you kept, to see that the log only grew."),
    "subject.photos": N_("The bundle has {why} published photos; the newest come first."),
}

REASONS: dict[str, str] = {
    "zip": N_("it is no ZIP file, or a damaged one"),
    "large": N_("it is too large for a browser; use the program"),
    "packed": N_("its bytes were changed, and cannot be unpacked"),
    "twice": N_("a name is there twice"),
    "form": N_("it does not have the form that such a file has"),
    "key": N_("none of the log's keys signed it"),
    "signature": N_("the signature is not of this text"),
    "other-log": N_("it is of another log"),
    "ed25519": N_("this browser cannot check Ed25519 signatures; take a newer one, or the program"),
}
