"""Every route against every role: who gets through the door, and who through the record's.

The table below is written by hand and is the law. A route that is not in it fails the test, and so does
one that is let to somebody it does not name. Anything but 401, 403 and the way to the sign-in page
means that the door stood open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from field_api import openapi
from server.auth import COOKIE_KEY
from server.db import new_id, reading
from server.models import Certificate, Grant, Milestone, Organisation, Person, Project
from tests.api.calls import FORGED, Headers, assert_problem, good_photo, put_photo, road_claim
from tests.phones import Phone

#: Whoever is refused is refused before any statement that the two databases could answer differently.
pytestmark = pytest.mark.sqlite_only("who may call is decided above the database")

Bearer = Callable[[str], Headers]

ROLES = frozenset({"inspector", "contractor", "supervisor", "safety_officer", "paymaster", "administrator", "auditor"})
UPLOADERS = frozenset({"inspector", "contractor", "safety_officer"})
PAYMENT_READERS = frozenset({"contractor", "supervisor", "paymaster", "administrator", "auditor"})
OVERSEERS = frozenset({"supervisor", "administrator", "auditor"})
STRANGERS = ("other_inspector", "other_supervisor", "other_paymaster", "other_administrator")


@dataclass(frozen=True)
class Rule:
    """Who may call a route, and whether it asks for a role on the very project."""

    allowed: frozenset[str] | None
    on_the_project: bool = False


def only(*personas: str) -> Rule:
    """The roles that may call, on the project of the record."""
    return Rule(frozenset(personas), on_the_project=True)


ANYONE = Rule(None)
SIGNED_IN = Rule(ROLES | {"nobody"})
READERS = Rule(ROLES, on_the_project=True)
ON_PROJECT = Rule(ROLES | {"nobody"}, on_the_project=True)

TABLE: dict[tuple[str, str], Rule] = {
    ("GET", "/openapi.json"): ANYONE,
    ("GET", "/healthz"): ANYONE,
    ("GET", "/readyz"): ANYONE,
    ("POST", "/api/v1/session"): ANYONE,
    ("DELETE", "/api/v1/session"): SIGNED_IN,
    ("GET", "/.well-known/saksi-ca.crt"): ANYONE,
    ("GET", "/api/v1/content-credentials/certificate"): ANYONE,
    ("GET", "/.well-known/saksi-keys.json"): ANYONE,
    ("GET", "/api/v1/assignments"): SIGNED_IN,
    ("POST", "/api/v1/devices"): SIGNED_IN,
    ("GET", "/api/v1/devices"): SIGNED_IN,
    # The device of these tests is the inspector's.
    ("DELETE", "/api/v1/devices/<device_id>"): only("inspector", "administrator"),
    ("POST", "/api/v1/devices/<device_id>/nonces"): only("inspector"),
    ("GET", "/api/v1/evidence"): Rule(ROLES),
    ("PUT", "/api/v1/evidence/<evidence_id>"): only(*UPLOADERS),
    # Which project it is for is said by the claim, which comes when the photo is there.
    ("POST", "/api/v1/evidence/<evidence_id>/upload"): Rule(UPLOADERS),
    ("POST", "/api/v1/evidence/<evidence_id>/upload/completion"): Rule(UPLOADERS),
    # Another person's upload is as one that never was, whoever asks.
    ("OPTIONS", "/api/v1/uploads/"): ANYONE,
    ("POST", "/api/v1/uploads/"): Rule(UPLOADERS),
    ("HEAD", "/api/v1/uploads/<upload_id>"): Rule(UPLOADERS),
    ("PATCH", "/api/v1/uploads/<upload_id>"): Rule(UPLOADERS),
    ("DELETE", "/api/v1/uploads/<upload_id>"): Rule(UPLOADERS),
    ("GET", "/api/v1/evidence/<evidence_id>"): READERS,
    ("GET", "/api/v1/evidence/<evidence_id>/receipt"): READERS,
    ("GET", "/api/v1/evidence/<evidence_id>/original"): READERS,
    ("GET", "/api/v1/evidence/<evidence_id>/thumbnail"): READERS,
    ("GET", "/api/v1/evidence/<evidence_id>/web"): READERS,
    ("POST", "/api/v1/evidence/<evidence_id>/decisions"): only("supervisor"),
    # Only the uploader appeals, and the photo of these tests is the inspector's.
    ("POST", "/api/v1/evidence/<evidence_id>/appeals"): only("inspector"),
    ("POST", "/api/v1/milestones/<milestone_id>/submissions"): only("inspector", "contractor"),
    ("GET", "/api/v1/milestones/<milestone_id>/submissions"): READERS,
    ("GET", "/api/v1/submissions/<submission_id>"): READERS,
    ("POST", "/api/v1/submissions/<submission_id>/decisions"): only("supervisor"),
    ("POST", "/api/v1/submissions/<submission_id>/takings-back"): only("supervisor"),
    ("GET", "/api/v1/projects/<code>/certificates"): READERS,
    ("PUT", "/api/v1/projects/<code>"): only("administrator"),
    ("POST", "/api/v1/projects/<code>/preview"): only("administrator"),
    ("POST", "/api/v1/certificates/<certificate_id>/certification"): only("paymaster"),
    ("POST", "/api/v1/certificates/<certificate_id>/payment"): only("paymaster"),
    ("POST", "/api/v1/certificates/<certificate_id>/passing-on"): only("contractor"),
    ("POST", "/api/v1/certificates/<certificate_id>/disputes"): only(
        "contractor", "supervisor", "paymaster", "administrator", "auditor"
    ),
    ("POST", "/api/v1/disputes/<dispute_id>/settlement"): only("administrator"),
    ("GET", "/api/v1/public/projects"): ANYONE,
    ("GET", "/api/v1/public/projects/<code>"): ANYONE,
    ("GET", "/api/v1/public/photos/<evidence_id>"): ANYONE,
    ("GET", "/api/v1/public/photos/<evidence_id>/thumbnail"): ANYONE,
    ("GET", "/api/v1/public/photos/<evidence_id>/web"): ANYONE,
    ("GET", "/api/v1/public/tiles/<z>/<x>/<y>.mvt"): ANYONE,
    ("GET", "/api/v1/second-look"): ANYONE,
    ("GET", "/api/v1/second-look/<month>"): ANYONE,
    ("GET", "/api/v1/second-look/<month>/candidates"): ANYONE,
    ("GET", "/second-look"): ANYONE,
    ("GET", "/second-look/<month>/candidates.csv"): ANYONE,
    ("GET", "/api/v1/log/checkpoint"): ANYONE,
    ("GET", "/api/v1/log/checkpoints"): ANYONE,
    ("GET", "/api/v1/log/checkpoints/<size>"): ANYONE,
    ("GET", "/api/v1/log/leaves"): ANYONE,
    ("GET", "/api/v1/log/inclusion"): ANYONE,
    ("GET", "/api/v1/log/consistency"): ANYONE,
    ("GET", "/api/v1/log/key"): ANYONE,
    ("GET", "/"): ANYONE,
    ("GET", "/areas/<code>"): ANYONE,
    ("GET", "/assets/<name>"): ANYONE,
    ("GET", "/about"): ANYONE,
    ("GET", "/find.geojson"): ANYONE,
    ("GET", "/robots.txt"): ANYONE,
    ("GET", "/sitemap.xml"): ANYONE,
    ("GET", "/sitemap-<name>.xml"): ANYONE,
    ("GET", "/projects/<code>"): ANYONE,
    ("GET", "/projects/<code>/photos"): ANYONE,
    ("GET", "/projects/<code>/board.pdf"): ANYONE,
    ("GET", "/display/<code>"): ANYONE,
    ("GET", "/display/area/<code>"): ANYONE,
    ("GET", "/display/worker.js"): ANYONE,
    ("GET", "/projects/<code>/project.json"): ANYONE,
    ("GET", "/projects/<code>/site.geojson"): ANYONE,
    ("GET", "/projects/<code>/milestones.csv"): ANYONE,
    ("GET", "/projects/<code>/payments.csv"): ANYONE,
    ("GET", "/projects/<code>/photos.csv"): ANYONE,
    ("GET", "/projects/<code>/photos.geojson"): ANYONE,
    ("GET", "/projects/<code>/feed.atom"): ANYONE,
    ("GET", "/areas/<code>/feed.atom"): ANYONE,
    ("GET", "/widget/<code>"): ANYONE,
    ("GET", "/photos/<evidence_id>"): ANYONE,
    ("GET", "/photos/<evidence_id>/thumbnail.jpg"): ANYONE,
    ("GET", "/photos/<evidence_id>/web.jpg"): ANYONE,
    ("GET", "/photos/<evidence_id>/bundle.zip"): ANYONE,
    ("GET", "/projects/<code>/bundle.zip"): ANYONE,
    ("GET", "/projects/<code>/milestones/<milestone>/bundle.zip"): ANYONE,
    ("GET", "/saksi-verify.py"): ANYONE,
    ("GET", "/verify"): ANYONE,
    ("GET", "/problems/<name>"): ANYONE,
    ("GET", "/static/<filename>"): ANYONE,
    ("GET", "/field/"): ANYONE,
    ("GET", "/field/<name>"): ANYONE,
    ("GET", "/sign-in"): ANYONE,
    ("POST", "/sign-in"): ANYONE,
    ("POST", "/sign-out"): SIGNED_IN,
    ("GET", "/review/"): SIGNED_IN,
    ("GET", "/review/queue.csv"): SIGNED_IN,
    ("GET", "/review/next"): SIGNED_IN,
    ("POST", "/review/filters"): SIGNED_IN,
    ("POST", "/review/filters/<filter_id>/deletion"): SIGNED_IN,
    ("GET", "/review/projects"): SIGNED_IN,
    ("GET", "/review/projects.csv"): SIGNED_IN,
    ("GET", "/review/record"): Rule(frozenset({"administrator", "auditor"})),
    ("GET", "/review/setup"): Rule(frozenset({"administrator"})),
    ("GET", "/review/setup.csv"): Rule(frozenset({"administrator"})),
    ("GET", "/review/setup/new"): Rule(frozenset({"administrator"})),
    ("POST", "/review/setup/new"): Rule(frozenset({"administrator"})),
    ("GET", "/review/setup/import"): Rule(frozenset({"administrator"})),
    ("POST", "/review/setup/import"): Rule(frozenset({"administrator"})),
    ("GET", "/review/setup/projects/<code>"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/facts"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/facts"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/contract"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/contract"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/site"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/site"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/site/reason"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/site/<source>"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/site/<source>"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/schedule"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/schedule"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/milestones/<milestone>"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/milestones/<milestone>"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/publish"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/publish"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/history"): only("administrator"),
    ("GET", "/review/setup/projects/<code>/history/<sequence>"): only("administrator"),
    ("POST", "/review/setup/projects/<code>/history/<sequence>"): only("administrator"),
    ("GET", "/review/risk"): Rule(OVERSEERS),
    ("GET", "/review/risk.csv"): Rule(OVERSEERS),
    ("GET", "/review/risk/projects/<code>"): only(*OVERSEERS),
    # Of whom somebody oversees no project, they find nothing: the numbers themselves are of overseen projects only.
    ("GET", "/review/risk/contractors/<organisation_id>"): Rule(OVERSEERS),
    ("GET", "/review/risk/people/<person_id>"): Rule(OVERSEERS),
    ("GET", "/review/risk/behind"): Rule(OVERSEERS),
    ("GET", "/review/record.csv"): Rule(frozenset({"administrator", "auditor"})),
    ("GET", "/review/payments"): Rule(PAYMENT_READERS),
    ("GET", "/review/payments.csv"): Rule(PAYMENT_READERS),
    # The person of these tests is the inspector, who works on the road.
    ("GET", "/review/people"): Rule(frozenset({"administrator"})),
    ("POST", "/review/people"): Rule(frozenset({"administrator"})),
    ("GET", "/review/people/<person_id>"): only("administrator"),
    ("POST", "/review/people/<person_id>/code"): only("administrator"),
    ("POST", "/review/people/<person_id>/closing"): only("administrator"),
    ("POST", "/review/people/<person_id>/opening"): only("administrator"),
    ("POST", "/review/people/<person_id>/roles"): only("administrator"),
    ("POST", "/review/people/<person_id>/roles/<grant_id>/removal"): only("administrator"),
    ("GET", "/review/devices"): Rule(frozenset({"administrator"})),
    ("POST", "/review/devices/<device_id>/withdrawal"): only("administrator"),
    ("GET", "/review/policies"): SIGNED_IN,
    ("GET", "/review/policies/<name>"): SIGNED_IN,
    ("GET", "/first-sign-in"): ANYONE,
    ("POST", "/first-sign-in"): ANYONE,
    ("GET", "/review/projects/<code>"): ON_PROJECT,
    ("GET", "/review/milestones/<milestone_id>"): ON_PROJECT,
    ("POST", "/review/milestones/<milestone_id>/decisions"): only("supervisor"),
    ("POST", "/review/milestones/<milestone_id>/takings-back"): only("supervisor"),
    ("GET", "/review/milestones/<milestone_id>/photos.csv"): ON_PROJECT,
    ("POST", "/review/milestones/<milestone_id>/submissions"): only("inspector", "contractor"),
    ("GET", "/review/photos/<evidence_id>"): ON_PROJECT,
    ("GET", "/review/photos/<evidence_id>/thumbnail.jpg"): ON_PROJECT,
    ("GET", "/review/photos/<evidence_id>/web.jpg"): ON_PROJECT,
    ("GET", "/review/photos/<evidence_id>/hidden"): ON_PROJECT,
    ("POST", "/review/photos/<evidence_id>/hidden"): only("supervisor"),
    ("POST", "/review/photos/<evidence_id>/shown"): only("supervisor"),
    ("POST", "/review/photos/<evidence_id>/hidden/<redaction_id>/undo"): only("supervisor"),
    ("POST", "/review/photos/<evidence_id>/original"): ON_PROJECT,
    ("POST", "/review/photos/<evidence_id>/decisions"): only("supervisor"),
    ("POST", "/review/photos/<evidence_id>/appeals"): only("inspector"),
    ("GET", "/review/second-look"): SIGNED_IN,
    # What is looked at again was given to the auditor, who is of an oversight body.
    ("GET", "/review/second-look/<look_id>"): only("supervisor", "administrator", "auditor"),
    ("GET", "/review/second-look/<look_id>/photos/<evidence_id>"): only("supervisor", "administrator", "auditor"),
    ("GET", "/review/second-look/<look_id>/photos/<evidence_id>/thumbnail.jpg"): only(
        "supervisor", "administrator", "auditor"
    ),
    ("GET", "/review/second-look/<look_id>/photos/<evidence_id>/web.jpg"): only(
        "supervisor", "administrator", "auditor"
    ),
    ("POST", "/review/second-look/<look_id>/answers"): only("auditor"),
    ("POST", "/review/second-look/<look_id>/takings-back"): only("auditor"),
    # Whoever answered does not say what follows.
    ("POST", "/review/second-look/<look_id>/hearings"): only("supervisor"),
    ("GET", "/review/certificates/<certificate_id>"): ON_PROJECT,
    ("POST", "/review/certificates/<certificate_id>/certification"): only("paymaster"),
    ("POST", "/review/certificates/<certificate_id>/payment"): only("paymaster"),
    ("POST", "/review/certificates/<certificate_id>/passing-on"): only("contractor"),
    ("POST", "/review/certificates/<certificate_id>/disputes"): only(
        "contractor", "supervisor", "paymaster", "administrator", "auditor"
    ),
    ("POST", "/review/certificates/<certificate_id>/settlement"): only("administrator"),
}
ROUTES = sorted(TABLE)

#: Bodies good enough to reach the record. The form of a page needs none: it is refused before it is read.
BODIES: dict[str, dict[str, object]] = {
    "decide_evidence": {"decision": "refuse", "reason": "Not the culvert."},
    "appeal_evidence": {"reason": "Look again."},
    "submit_milestone": {},
    "decide_submission": {"decision": "return", "reason": "More.", "digest": "0" * 64},
    "take_back_submission": {"word": "approve", "reason": "The wrong one.", "digest": "0" * 64},
    "pay": {"reference": "R-1", "paid_on": "2026-01-01"},
    "pass_on": {"recipient": "Sub", "amount_minor": 1, "reference": "R-2", "passed_on": "2026-01-01"},
    "dispute": {"reason": "Wrong."},
    "settle": {"settlement": "Right."},
    "give_nonces": {"count": 1},
    "put_project": {"code": "ROAD-1", "agency": "agency"},
    "preview_project": {"code": "ROAD-1", "agency": "agency"},
}


@pytest.fixture
def ids(app: Flask, client: FlaskClient, bearer: Bearer) -> dict[str, str]:
    """Records of the road: a photo, a milestone, a submission of it, a certificate, a dispute."""
    photo = put_photo(client, bearer("inspector"), good_photo(size=(2400, 1800)), road_claim()).get_json()
    session = reading()
    road = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
    milestones = session.scalars(sa.select(Milestone).where(Milestone.project_id == road.id)).all()
    milestone = min(milestones, key=lambda each: each.position)
    certificate = session.scalars(sa.select(Certificate).where(Certificate.milestone_id == milestone.id)).one()
    inspector = session.scalars(sa.select(Person).where(Person.email == "inspector@example.org")).one()
    told = {"evidence_id": photo["id"], "milestone_id": str(milestone.id), "certificate_id": str(certificate.id)}
    return told | {
        "submission_id": _submission(client, bearer, milestone.id),
        "upload_id": str(new_id()),
        "redaction_id": str(new_id()),
        "filter_id": str(new_id()),
        "dispute_id": _dispute(certificate.id, road),
        "person_id": str(inspector.id),
        "organisation_id": str(session.scalars(sa.select(Organisation.id).where(Organisation.code == "builder")).one()),
        "grant_id": str(session.scalars(sa.select(Grant.id).where(Grant.person_id == inspector.id)).one()),
        "device_id": Phone().enrol(client, bearer("inspector")),
        "code": "ROAD-1",
        "name": "invalid",
        "filename": "mark.svg",
        "look_id": str(_second_look(UUID(photo["id"]), road)),
        "month": "2026-01",
        "source": "contract",
        "milestone": "M1",
        "sequence": "1",
        "size": "1",
        **dict.fromkeys("zxy", "0"),
    }


def _submission(client: FlaskClient, bearer: Bearer, milestone_id: UUID) -> str:
    made = client.post(f"/api/v1/milestones/{milestone_id}/submissions", json={}, headers=bearer("inspector"))
    return str(made.get_json()["id"])


def _dispute(certificate_id: UUID, road: Project) -> str:
    from datetime import UTC, datetime

    from server.db import writing
    from server.models import Dispute

    with writing() as session:
        person = session.scalars(sa.select(Person).where(Person.email == "auditor@example.org")).one()
        raised = Dispute(
            certificate_id=certificate_id, reason="Wrong.", raised_by=person.id, raised_at=datetime.now(UTC)
        )
        session.add(raised)
        session.flush()
        return str(raised.id)


def _second_look(photo: UUID, road: Project) -> UUID:
    """A second look at the photo, given to the auditor."""
    from datetime import UTC, datetime

    from server.db import writing
    from server.models import Evidence, SecondLook, SecondLookCandidate, SecondLookPeriod, SecondLookSide
    from server.models.second_look import Kind, Side

    first, last, before = (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
        datetime(2025, 12, 1, tzinfo=UTC),
    )
    key = {"period": "2026-01", "kind": Kind.PHOTO, "subject_id": photo}
    with writing() as session:
        auditor = session.scalars(sa.select(Person).where(Person.email == "auditor@example.org")).one()
        sender = session.get_one(Evidence, photo).uploader
        period = {"starts_at": first, "ends_at": last, "commitment": "0" * 64, "committed_at": before}
        session.add(SecondLookPeriod(name="2026-01", **period, frozen_at=last, digest="0" * 64))
        session.flush()
        session.add(SecondLookCandidate(**key, share_bp=10_000, weight_bp=10_000, drawn=True))
        session.flush()
        session.add(SecondLookSide(**key, organisation_id=sender.organisation_id, side=Side.PARTY))
        session.add(SecondLookSide(**key, organisation_id=auditor.organisation_id, side=Side.REVIEWER))
        session.flush()
        look = SecondLook(**key, evidence_id=photo, project_id=road.id, agency_id=road.agency_id, drawn_at=last)
        look.by_id, look.by_organisation_id = sender.id, sender.organisation_id
        look.reviewer_id, look.reviewer_organisation_id = auditor.id, auditor.organisation_id
        session.add(look)
        session.flush()
        return look.id


def test_every_route_is_in_the_table_and_every_line_is_a_route(app: Flask) -> None:
    routed = {
        (method, re.sub(r"<\w+:(\w+)>", r"<\1>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in openapi.methods_of(rule)
    }

    assert routed == set(TABLE)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_route_is_open_to_those_of_the_table_and_to_no_one_else(
    app: Flask, ids: dict[str, str], bearer: Bearer, method: str, path: str
) -> None:
    rule = TABLE[method, path]
    for persona in (None, *sorted(ROLES), "nobody"):
        opened = is_open(call(app, bearer, persona, method, path, ids))
        expected = rule.allowed is None or (persona is not None and persona in rule.allowed)
        if persona == "nobody" and rule.on_the_project:
            expected = False
        assert opened == expected, f"{persona or 'anonymous'} {'passes' if opened else 'is refused'}: {method} {path}"


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if TABLE[route].on_the_project])
def test_the_same_role_on_another_project_opens_nothing(
    app: Flask, ids: dict[str, str], bearer: Bearer, method: str, path: str
) -> None:
    for persona in STRANGERS:
        response = call(app, bearer, persona, method, path, ids)
        assert not is_open(response), f"{persona} passes: {method} {path}: {response.status_code}"


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1].startswith("/api/")])
def test_a_forged_token_is_refused_everywhere(client: FlaskClient, ids: dict[str, str], method: str, path: str) -> None:
    response = client.open(fill(path, ids), method=method, headers=FORGED)

    assert response.status_code == 401
    if method != "HEAD":
        assert_problem(response, 401, "not-signed-in")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def call(app: Flask, bearer: Bearer, persona: str | None, method: str, path: str, ids: dict[str, str]) -> TestResponse:
    """Call a route as ``persona`` (None: not signed in) with a body that reaches the record."""
    client = app.test_client()
    address = fill(path, ids)
    if not path.startswith(("/api/", "/openapi")):
        return call_page(app, client, bearer, persona, method, address)
    headers = bearer(persona) if persona else {}
    if path == "/api/v1/evidence/<evidence_id>" and method == "PUT":
        return put_photo(client, headers, good_photo(7), road_claim(), evidence_id=new_id())
    with app.test_request_context(address, method=method):
        from flask import request

        name = str(request.endpoint).rpartition(".")[2]
    body = BODIES.get(name)
    return client.open(address, method=method, headers=headers, json=body, buffered=True)


def call_page(
    app: Flask, client: FlaskClient, bearer: Bearer, persona: str | None, method: str, address: str
) -> TestResponse:
    """Call a page with the cookie of a person; forms are let off their CSRF token, which is tried elsewhere."""
    app.config["WTF_CSRF_METHODS"] = set()
    if persona is not None:
        from server.auth import _signer

        token = bearer(persona)["Authorization"].removeprefix("Bearer ")
        with client.session_transaction() as cookie:
            cookie[COOKIE_KEY] = str(UUID(_signer().loads(token)))
    form = {"decision": "return", "reason": "More.", "digest": "0" * 64, "reference": "R", "paid_on": "2026-01-01"}
    form |= {"role": "supervisor", "project": "ROAD-1", "answer": "holds", "words": "We look into it."}
    return client.open(address, method=method, data=form if method == "POST" else None, buffered=True)


def fill(path: str, ids: dict[str, str]) -> str:
    """The address with the records' ids in it."""
    return re.sub(r"<(\w+)>", lambda match: ids[match.group(1)], path)


def is_open(response: TestResponse) -> bool:
    """Whether the caller got past the doors; what the use case then said does not matter."""
    to_sign_in = response.status_code in {302, 303} and "/sign-in?next=" in response.headers.get("Location", "")
    if response.content_type == "application/problem+json" and response.data:
        # Separation of duties is asked of people who may do this, just not here.
        return response.get_json()["type"] not in {"/problems/not-allowed", "/problems/not-signed-in"}
    return response.status_code not in {401, 403} and not to_sign_in
