"""The one catalogue of problems, and how they are told (RFC 9457).

A service raises ``Problem`` with a name from ``CATALOGUE``; the application renders it as
``application/problem+json`` or as a page. Nothing unexpected leaks a class name or a trace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from server.texts import N_, _

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status and its title, which never change."""

    status: int
    title: str


CATALOGUE: dict[str, Kind] = {
    "bad-request": Kind(400, N_("The request cannot be read")),
    "not-signed-in": Kind(401, N_("Sign in first")),
    "sign-in-failed": Kind(401, N_("The name or the password is wrong")),
    "not-allowed": Kind(403, N_("Your role does not allow this")),
    "separation-of-duties": Kind(403, N_("Someone else has to do this")),
    "not-found": Kind(404, N_("There is no such record")),
    "method-not-allowed": Kind(405, N_("This address does not take that method")),
    "not-acceptable": Kind(406, N_("The asked-for format is not offered")),
    "too-slow": Kind(408, N_("It took too long to arrive")),
    "conflict": Kind(409, N_("The record has changed meanwhile")),
    "evidence-conflict": Kind(409, N_("This evidence id is already taken by something else")),
    "photo-digest-mismatch": Kind(409, N_("The photo changed on its way")),
    "project-not-placed": Kind(409, N_("No project's site contains this photo")),
    "device-conflict": Kind(409, N_("This device is enrolled already, and not so")),
    "too-many-devices": Kind(409, N_("There are too many devices already")),
    "offset-conflict": Kind(409, N_("The upload stands at another offset")),
    "wrong-state": Kind(409, N_("The record's state does not allow this")),
    "digest-conflict": Kind(409, N_("The evidence is not the evidence that was shown")),
    "already-decided": Kind(409, N_("This was already decided")),
    "already-paid": Kind(409, N_("This certificate was already paid")),
    "already-appealed": Kind(409, N_("An appeal can be made once")),
    "requirements-not-met": Kind(409, N_("The milestone's requirements are not met")),
    "upload-gone": Kind(410, N_("The upload is no longer there")),
    "tus-version": Kind(412, N_("This version of tus is not spoken here")),
    "too-large": Kind(413, N_("The upload is too large")),
    "media-type-unsupported": Kind(415, N_("This kind of content is not taken")),
    "photo-type-unsupported": Kind(415, N_("The file is not a photo that can be taken")),
    "photo-empty": Kind(422, N_("The photo is empty")),
    "invalid": Kind(422, N_("Some fields are not right")),
    "import-refused": Kind(422, N_("The import has faults")),
    "too-many-attempts": Kind(429, N_("Too many attempts")),
    "too-many-uploads": Kind(429, N_("Too many unfinished uploads")),
    "checksum-mismatch": Kind(460, N_("The bytes changed on their way")),
    "internal": Kind(500, N_("Something went wrong on our side")),
    "log-damaged": Kind(500, N_("The custody log is damaged")),
    "store-away": Kind(503, N_("The store is away")),
    "original-damaged": Kind(503, N_("The photo is kept already, and damaged")),
    "too-busy": Kind(503, N_("Too many are sending at once")),
    "not-ready": Kind(503, N_("The server is not ready")),
}

#: Told where a value passed every check of ours and the database still has no room for it.
NOT_STORABLE = "A value is longer or larger than its field can hold. Nothing was recorded."


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; ``pointer`` is a JSON Pointer (RFC 6901) as a URI fragment."""

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818 (RFC 9457 calls it a problem)
    """A refusal that a client can act on.

    Args:
        name: a key of ``CATALOGUE``.
        detail: one sentence about this very case.
        errors: the fields at fault.
        headers: extra response headers (``Retry-After``, say).
        extra: further members of the problem document.
    """

    def __init__(
        self,
        name: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.name = name
        self.kind = CATALOGUE[name]
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 says it."""
        told: dict[str, Any] = {
            "type": f"/problems/{self.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in self.errors]
        return told | self.extra


def pointer(*steps: str | int) -> str:
    """A JSON Pointer in its URI fragment form: ``pointer("a", 0) == "#/a/0"``."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


#: What marshmallow says by itself of a field that a page or a file left out.
UNTOLD = (N_("Missing data for required field."), N_("Field may not be null."))


def field_errors(messages: Any, *steps: str | int) -> list[FieldError]:
    """Flatten marshmallow's nested messages into one error per field, told in the reader's language."""
    if isinstance(messages, dict):
        return [
            error
            for key, nested in messages.items()
            for error in field_errors(nested, *(steps if key == "_schema" else (*steps, key)))
        ]
    texts = messages if isinstance(messages, list) else [messages]
    return [FieldError(pointer(*steps), _(str(text))) for text in texts]
