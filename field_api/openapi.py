"""The OpenAPI 3.1 document of the API, built from the operations' own declarations.

Nothing here knows a single operation: paths, parameters, bodies, answers and problems all come from
``field_api.operation``, ``field_api.bodies`` and the catalogue of problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow.fields import Field
from werkzeug.routing import Rule

from field_api.blueprint import CODE_IN_ADDRESS
from field_api.bodies import FORM, JSON, Body, FilePart, JsonBody, JsonPart, Multipart, StreamBody
from field_api.fields import Box
from field_api.operation import ATTRIBUTE, Answer, Operation
from server.problems import CATALOGUE, MEDIA_TYPE

DESCRIPTION = """\
Photos become evidence: they are checked against site and schedule while the inspector still stands there,
put forward for a milestone, approved, and only then is money unlocked.

Sign in at `/api/v1/session` and send the token as `Authorization: Bearer …`. Every refusal is an
`application/problem+json` document (RFC 9457) whose `type` is one of a fixed list. A method that an
address does not take is answered 405 with `Allow`.\
"""
PATH_VALUE = re.compile(r"<(\w+):(\w+)>")
PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    "record": {"type": "string", "format": "uuid"},
    "code": {"type": "string", "pattern": f"^{CODE_IN_ADDRESS}$"},
    "count": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999},
    "zoom": {"type": "integer", "minimum": 0, "maximum": 22},
    "tile": {"type": "integer", "minimum": 0, "maximum": (1 << 22) - 1},
    "month": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
}
BYTES = {"type": "string", "pattern": "^[0-9]{1,15}$"}
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "Names this very answer; send it as If-None-Match.", "schema": {"type": "string"}},
    "Link": {"description": "The next page (rel=next), where there is one.", "schema": {"type": "string"}},
    "Location": {"description": "The address of the record.", "schema": {"type": "string"}},
    "If-None-Match": {"description": "ETags that are at hand.", "schema": {"type": "string"}},
    "Saksi-Evidence": {
        "description": "The address of the evidence, once the file is whole and on record.",
        "schema": {"type": "string"},
    },
    "Tus-Resumable": {"description": "The version spoken.", "required": True, "schema": {"const": "1.0.0"}},
    "Tus-Version": {"description": "The versions offered.", "schema": {"type": "string"}},
    "Tus-Extension": {"description": "The extensions offered.", "schema": {"type": "string"}},
    "Tus-Max-Size": {"description": "The most bytes of a file.", "schema": {"type": "string"}},
    "Tus-Checksum-Algorithm": {"description": "The checksums offered.", "schema": {"type": "string"}},
    "Upload-Length": {"description": "The bytes of the whole file.", "required": True, "schema": BYTES},
    "Upload-Offset": {"description": "How many bytes have arrived.", "required": True, "schema": BYTES},
    "Upload-Expires": {"description": "Until when it can be taken up again.", "schema": {"type": "string"}},
    "Upload-Metadata": {
        "description": "Names and Base64 values, comma-separated: evidence_id, claim, filetype, filename.",
        "schema": {"type": "string"},
    },
    "Upload-Checksum": {
        "description": "sha256 or sha1, and the digest of the body in Base64.",
        "schema": {"type": "string"},
    },
}
ALWAYS = ("not-signed-in", "invalid", "internal")
WITH_BODY = ("bad-request", "too-large", "media-type-unsupported")


def build(app: Flask) -> dict[str, Any]:
    """The whole document."""
    plugin = MarshmallowPlugin(schema_name_resolver=_component_name)
    spec = APISpec(
        title="Saksi",
        version="1.0.0",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": DESCRIPTION},
        servers=[{"url": "/"}],
    )
    converter: Any = plugin.converter
    converter.add_attribute_function(_json_schema)
    converter.add_parameter_attribute_function(_parameter_style)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", _problem_schema())
    for rule, told in operations(app):
        path = PATH_VALUE.sub(r"{\2}", rule.rule)
        spec.path(path, operations={told.method.lower(): _operation(rule, told, plugin)})
    return spec.to_dict()


def operations(app: Flask) -> Iterator[tuple[Rule, Operation]]:
    """Every route of the API with its declaration, in the order of their addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        told = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if isinstance(told, Operation):
            yield rule, told


def methods_of(rule: Rule) -> set[str]:
    """The methods that a route was made for, without those that Flask adds: HEAD beside a GET, OPTIONS beside any."""
    methods = set(rule.methods or ())
    added = {"OPTIONS"} if methods != {"OPTIONS"} else set()
    return methods - added - ({"HEAD"} if "GET" in methods else set())


def problems_of(told: Operation, path: str) -> dict[int, list[str]]:
    """The names of all problems that an operation may answer, by status."""
    names = [*ALWAYS, *told.problems]
    names += WITH_BODY if told.body is not None else ()
    names += ["not-found"] if "<" in path else []
    names += [] if told.access.public else ["not-allowed"]
    names += ["not-acceptable"] if told.offered else []
    by_status: dict[int, list[str]] = {}
    for name in dict.fromkeys(names):
        by_status.setdefault(CATALOGUE[name].status, []).append(name)
    return dict(sorted(by_status.items()))


def _operation(rule: Rule, told: Operation, plugin: MarshmallowPlugin) -> dict[str, Any]:
    answers = {str(status): _answer(answer) for status, answer in told.answers.items()}
    problems = {str(status): _problem(names) for status, names in problems_of(told, rule.rule).items()}
    if told.method == "HEAD":
        problems = {status: {"description": problem["description"]} for status, problem in problems.items()}
    described: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "tags": [told.tag],
        "summary": told.summary,
        "description": told.description,
        "security": [] if told.access.public else [{"bearer": []}],
        "parameters": _parameters(rule, told),
        "responses": answers | problems,
    }
    if told.access.roles:
        described["description"] += f"\n\nFor: {', '.join(sorted(told.access.roles))}."
    if told.body is not None:
        needed = not isinstance(told.body, StreamBody) or told.body.required
        described["requestBody"] = {"required": needed, "content": _body(told.body, plugin)}
    return described


def _parameters(rule: Rule, told: Operation) -> list[dict[str, Any]]:
    inside = [
        {"in": "path", "name": name, "required": True, "schema": PATH_SCHEMAS[kind]}
        for kind, name in PATH_VALUE.findall(rule.rule)
    ]
    headers = [{"in": "header", "name": name, "required": False, **HEADERS[name]} for name in told.headers]
    # The plugin turns this one entry into a parameter for each field.
    query = [{"in": "query", "schema": told.query}] if told.query else []
    return [*inside, *query, *headers]


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {name: HEADERS[name] for name in answer.headers}
    if answer.leads_to:
        described["links"] = {
            name: {"operationId": name, "parameters": {value: "$response.body#/id"}}
            for name, value in answer.leads_to.items()
        }
    if answer.has_body:
        described["content"] = {name: {"schema": _answer_schema(answer, name)} for name in answer.media_types}
    return described


def _answer_schema(answer: Answer, media_type: str) -> Any:
    if media_type == JSON:
        return answer.schema
    if media_type.endswith("+json"):
        return {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}
    return {"type": "string", "format": "binary"}


def _problem(names: list[str]) -> dict[str, Any]:
    examples = {
        name: {
            "value": {
                "type": f"/problems/{name}",
                "title": CATALOGUE[name].title,
                "status": CATALOGUE[name].status,
                "detail": "What is the matter in this very case.",
            }
        }
        for name in names
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "; ".join(f"`{name}`: {CATALOGUE[name].title.lower()}" for name in names) + ".",
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {"type": "object", "required": ["pointer", "detail"], "properties": {"pointer": text, "detail": text}}
    return {
        "type": "object",
        "description": "A refusal (RFC 9457). `errors` names each field at fault by a JSON Pointer (RFC 6901).",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": [f"/problems/{name}" for name in CATALOGUE]},
            "title": text,
            "status": {"type": "integer", "enum": sorted({kind.status for kind in CATALOGUE.values()})},
            "detail": text,
            "request_id": text,
            "errors": {"type": "array", "items": fault},
        },
    }


def _body(body: Body, plugin: MarshmallowPlugin) -> dict[str, Any]:
    if isinstance(body, StreamBody):
        return {name: {"schema": {"type": "string", "format": "binary"}} for name in body.media_types}
    if isinstance(body, JsonBody):
        return {JSON: _with_example({"schema": body.schema}, body.example)}
    content: dict[str, Any] = {FORM: {"schema": _form_schema(body, plugin), "encoding": _encoding(body)}}
    if body.alone is not None:
        _name, part = body.lone_part
        content[JSON] = _with_example({"schema": part.schema}, part.example)
    return content


def _with_example(content: dict[str, Any], example: Any) -> dict[str, Any]:
    return content if example is None else content | {"example": example}


def _form_schema(body: Multipart, plugin: MarshmallowPlugin) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, part in body.parts.items() if part.required],
        "properties": {name: _part_schema(part, plugin) for name, part in body.parts.items()},
    }


def _part_schema(part: JsonPart | FilePart, plugin: MarshmallowPlugin) -> dict[str, Any]:
    if isinstance(part, FilePart):
        return {"type": "string", "format": "binary", "description": part.description}
    converter: Any = plugin.converter
    reference: dict[str, Any] = converter.resolve_nested_schema(part.schema)
    return reference | {"description": part.description} | ({"examples": [part.example]} if part.example else {})


def _encoding(body: Multipart) -> dict[str, Any]:
    return {
        name: {"contentType": JSON if isinstance(part, JsonPart) else ", ".join(part.media_types)}
        for name, part in body.parts.items()
    }


def _component_name(schema: Any) -> str:
    return schema.__name__ if isinstance(schema, type) else type(schema).__name__


def _json_schema(_converter: Any, field: Field[Any], ret: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """What apispec leaves out: tuples, null among the words of a list, and anchors as ECMA-262 writes them."""
    told: dict[str, Any] = {}
    if "prefixItems" in field.metadata:
        told["prefixItems"] = field.metadata["prefixItems"]
    if field.allow_none and "enum" in ret and None not in ret["enum"]:
        told["enum"] = [*ret["enum"], None]
    if "pattern" in ret:
        told["pattern"] = ret["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return told


def _parameter_style(_converter: Any, field: Field[Any], **_options: Any) -> dict[str, Any]:
    return {"style": "form", "explode": False} if isinstance(field, Box) else {}
