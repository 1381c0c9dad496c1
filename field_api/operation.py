"""One declaration per operation: it registers the route, guards it, reads what comes in, documents it.

``field_api.openapi`` builds the published document from these very declarations, so the two cannot
drift apart. What an operation does stands in its view and in the service that the view calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema

from field_api.bodies import JSON, Body, read_body, read_query
from server.access import Access, declare
from server.problems import Problem

ATTRIBUTE = "saksi_operation"
View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One successful answer: its schema (None for no body or bytes), its media types, its headers by name.

    ``leads_to`` names the operations that take the answer's ``id``, each with the name it has there.
    """

    description: str
    schema: type[Schema] | None = None
    media_types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()
    leads_to: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_body(self) -> bool:
        """Whether anything comes with this answer."""
        return self.schema is not None or self.media_types != (JSON,)


@dataclass(frozen=True, slots=True)
class Operation:
    """All that is declared of one operation; ``problems`` are names of the catalogue."""

    method: str
    access: Access
    summary: str
    description: str
    tag: str
    query: type[Schema] | None
    body: Body | None
    answers: Mapping[int, Answer]
    problems: tuple[str, ...]
    headers: tuple[str, ...]

    @property
    def offered(self) -> tuple[str, ...]:
        """The media types a client can ask for; empty where they depend on the record."""
        types = [name for answer in self.answers.values() if answer.has_body for name in answer.media_types]
        return () if any("*" in name for name in types) else tuple(dict.fromkeys(types))


def operation(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    access: Access,
    summary: str,
    answers: Mapping[int, Answer],
    query: type[Schema] | None = None,
    body: Body | None = None,
    problems: tuple[str, ...] = (),
    headers: tuple[str, ...] = (),
    within: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Callable[[View], View]:
    """Declare the decorated view as an operation at ``path`` of ``blueprint``.

    The view is given its path's values, ``query`` and ``body`` where they are declared (dicts of
    loaded values), and answers a document, a document with a status and perhaps headers, or a
    ``Response``. Reading and answering happen ``within`` the given context.
    """

    def register(view: View) -> View:
        told = Operation(
            method=method,
            access=access,
            summary=summary,
            description=(view.__doc__ or "").strip(),
            tag=view.__module__.rpartition(".")[2],
            query=query,
            body=body,
            answers=answers,
            problems=problems,
            headers=headers,
        )
        guarded = declare(access)(_guarded(view, told, within))
        setattr(guarded, ATTRIBUTE, told)
        blueprint.add_url_rule(path, endpoint=view.__name__, view_func=guarded, methods=[method])
        return view

    return register


def _guarded(view: View, told: Operation, within: Callable[[], AbstractContextManager[None]]) -> View:
    @wraps(view)
    def run(**given: Any) -> Response:
        _negotiate(told.offered)
        query = read_query(told.query)
        with within():
            if told.query is not None:
                given["query"] = query
            if told.body is not None:
                given["body"] = read_body(told.body)
            return _respond(view(**given))

    return run


def _negotiate(offered: tuple[str, ...]) -> None:
    """Refuse to begin where the asker takes nothing that could be answered (RFC 9110, 12.5.1)."""
    accept = request.accept_mimetypes
    if offered and accept and accept.best_match(offered) is None:
        raise Problem("not-acceptable", f"This address answers {' or '.join(offered)}.")


def _respond(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status=204)
    document, status, *headers = answer if isinstance(answer, tuple) else (answer, 200)
    response = jsonify(document)
    response.status_code = status
    response.headers.update(*headers)
    # A document that says nothing of keeping it is somebody's own: a token, a verdict.
    response.headers["Cache-Control"] = "private, no-store"
    return response
