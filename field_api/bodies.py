"""Reading what a request carries: its query, its JSON, the parts of its form.

Everything is bounded while it is read, unknown names are refused, and each fault is named by a
JSON Pointer. What the values mean is the services' concern.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from flask import Request, request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import FileStorage

from field_api.fields import storable
from server.auth import current_actor
from server.engines import engines
from server.problems import FieldError, Problem, field_errors, pointer
from server.slow_lines import PLACES, Coming

JSON = "application/json"
FORM = "multipart/form-data"
MAX_JSON_PART_BYTES = 64 * 1024
BODY_BEGUN = "saksi.body_begun"


@dataclass(frozen=True, slots=True)
class JsonPart:
    """A part of a form that holds JSON text, whether sent as a field or as a file.

    ``checked`` False hands the value on unchecked: the service names the faults itself.
    """

    schema: type[Schema]
    description: str
    required: bool = True
    checked: bool = True
    most_bytes: int = MAX_JSON_PART_BYTES
    example: Any = None


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a form that holds a file; its media types are what a client may expect to be taken."""

    media_types: tuple[str, ...]
    description: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON document as the whole body."""

    schema: type[Schema]
    example: Any = None


@dataclass(frozen=True, slots=True)
class Multipart:
    """A form of named parts; with ``alone``, a JSON body is taken to be the part of that name."""

    name: str
    parts: Mapping[str, JsonPart | FilePart]
    alone: str | None = None

    @property
    def lone_part(self) -> tuple[str, JsonPart]:
        """The part that a JSON body stands for, with its name.

        Raises:
            LookupError: there is none.
        """
        for name, part in self.parts.items():
            if name == self.alone and isinstance(part, JsonPart):
                return name, part
        raise LookupError(f"{self.name} takes no JSON body")


@dataclass(frozen=True, slots=True)
class StreamBody:
    """Bytes that the view reads itself, once, while they come; not ``required`` means that there may be none."""

    media_types: tuple[str, ...]
    required: bool = True


class Streamed:
    """The bytes of a request's body, as they come."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end.

        Raises:
            werkzeug.exceptions.HTTPException: the connection broke, or more came than is taken.
        """
        request.environ[BODY_BEGUN] = True
        return request.stream.read(size)


Body = JsonBody | Multipart | StreamBody


@contextmanager
def coming(*, at_most_s: float) -> Iterator[None]:
    """Bound how long the body of this request may be in coming, and how many come at once.

    Raises:
        Problem: ``too-busy``.
    """
    # Where the view is run again, the body may be here already.
    if not _has_body() or (isinstance(request.stream, Coming) and request.stream.ended):
        yield
        return
    body = Coming(request.stream, at_most_s=at_most_s)
    request.stream = cast(Any, body)
    with body.within(PLACES, current_actor().person_id, most=max(engines().settings.threads // 2, 1)):
        yield


def read_query(schema: type[Schema] | None) -> dict[str, Any]:
    """The query's parameters.

    Raises:
        Problem: ``invalid``, for a parameter that is unknown, repeated or not of its type.
    """
    names = list(request.args)
    known = schema().fields if schema else {}
    errors = [FieldError(pointer(name), "There is no such parameter.") for name in names if name not in known]
    errors += [
        FieldError(pointer(name), "This may be given once.")
        for name in names
        if name in known and len(request.args.getlist(name)) > 1
    ]
    if errors:
        raise Problem("invalid", "Some parameters of the address are not right.", errors=errors)
    return load(schema, request.args.to_dict()) if schema else {}


def read_body(body: Body) -> Any:
    """The body as its declaration says: loaded values, or what the view reads itself.

    Raises:
        Problem: ``media-type-unsupported``, ``bad-request``, ``invalid`` or ``too-large``.
    """
    if isinstance(body, StreamBody):
        return _streamed(body)
    if isinstance(body, JsonBody):
        _expect(JSON)
        return load(body.schema, parse(_whole_body()))
    if body.alone is None:
        _expect(FORM)
    elif request.mimetype == JSON:
        return _read_alone(body)
    else:
        _expect(FORM, JSON)
    return _read_form(body)


def load(schema: type[Schema], value: Any, *steps: str | int) -> dict[str, Any]:
    """``value`` checked against ``schema``; ``steps`` lead to it in what was sent.

    Raises:
        Problem: ``invalid``, with every fault.
    """
    try:
        loaded: dict[str, Any] = schema().load(value)
    except ValidationError as error:
        raise Problem(
            "invalid", "Some fields are not right; see errors.", errors=field_errors(error.messages, *steps)
        ) from None
    return loaded


def parse(text: bytes) -> Any:
    """JSON by RFC 8259, which knows no NaN and no Infinity.

    Raises:
        Problem: ``bad-request``.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Problem("bad-request", "The body is not JSON (RFC 8259).") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _expect(*taken: str) -> None:
    if request.mimetype not in taken:
        raise Problem("media-type-unsupported", f"This address takes {' or '.join(taken)}.")


def _streamed(body: StreamBody) -> Streamed | None:
    if not body.required and not _has_body():
        return None
    _expect(*body.media_types)
    if request.environ.get(BODY_BEGUN, False):
        # The view is run again, and these bytes do not come twice.
        raise Problem(
            "store-away", "The database does not answer. Go on with the upload.", headers={"Retry-After": "30"}
        )
    return Streamed()


def _has_body() -> bool:
    # A body that is sent in chunks has no length.
    return request.content_length not in {None, 0} or "Transfer-Encoding" in request.headers


def _whole_body() -> bytes:
    """The bytes of the body.

    Raises:
        werkzeug.exceptions.RequestEntityTooLarge: it is larger than the limit of this request.
    """
    # Kept, because the view may be run again.
    content = request.get_data()
    # A body of undeclared length is cut at the limit without a word; reading on raises the refusal.
    request.stream.read(1)
    return content


def _read_alone(body: Multipart) -> dict[str, Any]:
    name, part = body.lone_part
    value = parse(_whole_body())
    absent = {other: None for other in body.parts if other != name}
    return absent | {name: load(part.schema, value) if part.checked else value}


def _read_form(body: Multipart) -> dict[str, Any]:
    _refuse_odd_parts(request, body)
    return {
        name: _json_part(name, part) if isinstance(part, JsonPart) else request.files.get(name)
        for name, part in body.parts.items()
    }


def _refuse_odd_parts(sent: Request, body: Multipart) -> None:
    """Refuse parts that are unknown, missing, repeated, or a text where a file belongs."""
    counts: dict[str, int] = {}
    for name, _value in [*sent.form.items(multi=True), *sent.files.items(multi=True)]:
        counts[name] = counts.get(name, 0) + 1
    errors = [FieldError(pointer(name), "There is no such part.") for name in counts if name not in body.parts]
    for name, part in body.parts.items():
        if counts.get(name, 0) > 1:
            errors.append(FieldError(pointer(name), "This part may be sent once."))
        elif part.required and name not in counts:
            errors.append(FieldError(pointer(name), "This part is missing."))
        elif isinstance(part, FilePart) and name in sent.form:
            errors.append(FieldError(pointer(name), "This part must be a file: it needs a file name."))
    if errors:
        raise Problem("invalid", "Some parts of the form are not right.", errors=errors)


def _json_part(name: str, part: JsonPart) -> Any:
    text = _part_text(name, part.most_bytes)
    if text is None:
        return None
    try:
        value = parse(text)
    except Problem:
        raise _part_fault(name, "This part is not JSON (RFC 8259).") from None
    return load(part.schema, value, name) if part.checked else value


def _part_text(name: str, most_bytes: int) -> bytes | None:
    file: FileStorage | None = request.files.get(name)
    if file is not None:
        # Browsers send a Blob of JSON as a file.
        file.stream.seek(0)
        text = file.stream.read(most_bytes + 1)
    elif name in request.form:
        field = request.form[name]
        if not storable(field):
            raise _part_fault(name, "This part is not JSON (RFC 8259).")
        text = field.encode()
    else:
        return None
    if len(text) > most_bytes:
        raise _part_fault(name, f"This part may have {most_bytes} bytes.")
    return text


def _part_fault(name: str, detail: str) -> Problem:
    return Problem("invalid", detail, errors=[FieldError(pointer(name), detail)])
