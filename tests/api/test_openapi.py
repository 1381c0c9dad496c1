"""/openapi.json: a whole description, and a checker that compares it with what the API does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineEvent, FatalError, NonFatalError, ScenarioFinished

from field_api import openapi, tus
from server.app import create_app
from server.db import db
from server.problems import CATALOGUE
from tests.api.calls import good_photo, put_photo, road_claim
from tests.conftest import Planted

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = 3
# The checker has no photo of its own; these lie on the road, so that a claim that names nothing is placed there.
schemathesis.openapi.media_type("image/jpeg", st.integers(0, 2000).map(good_photo))


@schemathesis.serializer(tus.OCTETS)
def send_as_they_are(_context: object, value: object) -> bytes:
    """The bytes of a resumable upload are sent as they are."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def contract_app(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One installation for all examples: what they leave behind is part of the trial."""
    with planted.copied_to(tmp_path_factory.mktemp("contract") / "installation") as settings:
        app = create_app(settings)
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def contract_bearer(contract_app: Flask) -> Callable[[str], dict[str, str]]:
    from server.auth import token_for
    from tests.conftest import _begin_session

    def give(name: str) -> dict[str, str]:
        with contract_app.app_context():
            return {"Authorization": f"Bearer {token_for(_begin_session(name))}"}

    return give


@pytest.mark.postgresql_only("it has the stricter limits of the two; the checker takes a minute")
@pytest.mark.parametrize("persona", ["inspector", "administrator"])
def test_the_checker_finds_no_fault_with_the_api(
    contract_app: Flask, contract_bearer: Callable[[str], dict[str, str]], persona: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", contract_app, config=checker(contract_bearer(persona)))

    events = list(from_schema(schema).execute())
    statuses = Counter(status for event in events for status in statuses_in(event))
    faults = [each for event in events for each in faults_in(event)]

    assert faults == []
    assert statuses.total() > 1000
    assert statuses[201 if persona == "inspector" else 200] > 0, "some requests go all the way"


def checker(headers: dict[str, str]) -> SchemathesisConfig:
    """Every check and phase but two, bounded to seconds.

    One check cannot be run without a network; ``test_access`` asks the same. Walks from one operation to
    the next take minutes; ``make fuzz`` takes them.
    """
    config = SchemathesisConfig.from_path(ROOT / "schemathesis.toml")
    project = config.projects.default
    project.update(headers=headers, continue_on_failure=True)
    project.generation.update(max_examples=EXAMPLES, deterministic=True, database="none")
    project.checks.ignored_auth.enabled = False
    project.phases.stateful.enabled = "SAKSI_FUZZ_HTTP" in os.environ
    return config


def statuses_in(event: EngineEvent) -> Iterator[int]:
    """The status of every answer of an event."""
    if isinstance(event, ScenarioFinished):
        for interaction in event.recorder.interactions.values():
            if interaction.response is not None:
                yield interaction.response.status_code


def faults_in(event: EngineEvent) -> Iterator[str]:
    """Every failed check of an event, and every error of the checker itself, in words."""
    if isinstance(event, NonFatalError | FatalError):
        yield str(getattr(event, "value", None) or getattr(event, "exception", None))
    if isinstance(event, ScenarioFinished):
        for case_id, checks in event.recorder.checks.items():
            case = event.recorder.cases[case_id].value
            for check in checks:
                if check.failure_info is not None:
                    told = check.failure_info.failure
                    yield f"{case.operation.label}: {check.name}: {told} {case.body!r} {case.query}"


def test_the_description_is_a_whole_openapi_3_1_document(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/"}]
    assert document["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)


def test_every_reference_in_the_description_leads_somewhere(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    broken = [reference for reference in references(document) if not resolves(document, reference)]

    assert broken == []
    assert len(list(references(document))) > 50


def test_every_route_of_the_api_is_described(app: Flask, client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    described = {(method, path) for path, methods in document["paths"].items() for method in methods}
    routed = {
        (method.lower(), openapi.PATH_VALUE.sub(r"{\2}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/.well-known/"))
        for method in openapi.methods_of(rule)
    }

    assert described == routed


def test_every_problem_of_the_catalogue_is_in_the_description(client: FlaskClient) -> None:
    problem = client.get("/openapi.json").get_json()["components"]["schemas"]["Problem"]

    assert problem["properties"]["type"]["enum"] == [f"/problems/{name}" for name in CATALOGUE]


def test_every_operation_says_how_it_refuses(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            expected = {"401", "422", "500"}
            expected |= {"400", "413", "415"} if "requestBody" in told else set()
            expected |= {"403"} if told["security"] else set()
            expected |= {"404"} if "{" in path else set()
            assert expected <= set(told["responses"]), (method, path)


def test_the_examples_of_the_description_fit_their_schemas(app: Flask) -> None:
    for _rule, told in openapi.operations(app):
        body = told.body
        examples = [(body.schema, body.example)] if isinstance(body, openapi.JsonBody) and body.example else []
        for schema, example in examples:
            assert schema().validate(example) == {}


def test_the_description_is_sent_once_to_those_who_keep_it(client: FlaskClient) -> None:
    first = client.get("/openapi.json")
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_a_good_upload_fits_the_schema_of_its_answer(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]]
) -> None:
    document = client.get("/openapi.json").get_json()
    whole = {"$ref": "#/components/schemas/EvidenceDocument", "components": document["components"]}
    told = put_photo(client, bearer("inspector"), good_photo(), road_claim()).get_json()

    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(told)
    assert set(told) == set(document["components"]["schemas"]["EvidenceDocument"]["properties"])


def references(node: Any) -> Iterator[str]:
    """Every ``$ref`` below ``node``."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def resolves(document: Any, reference: str) -> bool:
    """Whether a local reference leads to something."""
    for step in reference.removeprefix("#/").split("/"):
        if step not in document:
            return False
        document = document[step]
    return True
