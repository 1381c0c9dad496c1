"""The people of the demonstration at the API's door: each signs in and speaks HTTP, as a phone would.

What a person may do is for the server to say; a refusal comes back as ``RefusedError`` with the name of its
problem.
"""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from demo.programme import Plan
from demo.shots import Fix, Shot

#: A fix is a moment older than the photo that carries it.
FIX_AGE = timedelta(seconds=2)
TIMEOUT_S = 60.0


#: Whose certificates are believed: True for those that everybody believes.
Trust = ssl.SSLContext | bool


class RefusedError(Exception):
    """The server refused; ``problem`` is the last word of the problem's type, ``detail`` its sentence."""

    def __init__(self, problem: str, detail: str) -> None:
        """Keep both."""
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


class Visitor:
    """One signed-in person."""

    def __init__(self, base: str, email: str, password: str, *, trust: Trust = True) -> None:
        """Sign in at ``base``, such as ``http://127.0.0.1:8000``."""
        self._client = httpx.Client(base_url=f"{base}/api/v1", timeout=TIMEOUT_S, trust_env=False, verify=trust)
        session = self.call("POST", "/session", json={"email": email, "password": password})
        self._client.headers["Authorization"] = f"Bearer {session['token']}"

    def __enter__(self) -> Self:
        """Already signed in."""
        return self

    def __exit__(self, *_: object) -> None:
        """Sign out and hang up."""
        try:
            self._client.delete("/session")
        finally:
            self._client.close()

    def call(self, method: str, path: str, **sent: Any) -> Any:
        """The answered document.

        Raises:
            RefusedError: the server answered with a problem.
        """
        response = self._client.request(method, path, **sent)
        answer = response.json()
        if response.is_success:
            return answer
        raise RefusedError(answer["type"].rpartition("/")[2], _told(answer))

    def import_project(self, plan: Plan) -> None:
        """Send a project with its site, and with its milestones where they are a table."""
        parts = {
            "document": (None, json.dumps(plan.document), "application/json"),
            "site": (plan.site_name, plan.site_file, "application/octet-stream"),
        }
        if plan.milestones_file is not None:
            parts["milestones"] = ("milestones.csv", plan.milestones_file, "text/csv")
        self.call("PUT", f"/projects/{plan.code}", files=parts)

    def send(self, shot: Shot, file: bytes, milestone_id: str) -> Mapping[str, Any]:
        """Send a photo with its claim; answers its evidence."""
        parts = {
            "photo": (f"{shot.evidence_id}.jpg", file, "image/jpeg"),
            "claim": (None, json.dumps(claim(shot, file, milestone_id)), "application/json"),
        }
        evidence: Mapping[str, Any] = self.call("PUT", f"/evidence/{shot.evidence_id}", files=parts)
        return evidence


def claim(shot: Shot, file: bytes, milestone_id: str) -> dict[str, Any]:
    """What the field app says beside the file; a gallery's upload knows neither place nor time."""
    said: dict[str, Any] = {
        "project": shot.project,
        "milestone": milestone_id,
        "stage": shot.stage,
        "caption": shot.caption,
        "sha256": "0" * 64 if shot.odd.sha256 == "wrong" else hashlib.sha256(file).hexdigest(),
    }
    if shot.requirement is not None:
        said["requirement"] = shot.requirement
    if shot.said is not None:
        fixed_at = (shot.device_time - FIX_AGE).isoformat()
        said["captured_at"] = shot.device_time.isoformat()
        said["device_position"] = _position(shot.said) | {"fixed_at": fixed_at}
    if shot.odd.pin:
        said["operator_position"] = {"latitude": shot.tagged.latitude, "longitude": shot.tagged.longitude}
    return said


def _position(fix: Fix) -> dict[str, Any]:
    return {
        "latitude": fix.latitude,
        "longitude": fix.longitude,
        "accuracy_m": fix.accuracy_m,
        "confidence": 0.95,
        "heading_deg": fix.heading_deg,
    }


def _told(problem: Mapping[str, Any]) -> str:
    """A problem's sentence, and what it says of single fields."""
    faults = [f"{fault['pointer']} {fault['detail']}" for fault in problem.get("errors", ())]
    return " ".join([problem.get("detail", problem["title"]), *faults])


class Cast:
    """Everybody who takes part, by the part of their address before the ``@``; signed in when first needed."""

    def __init__(self, base: str, people: list[Mapping[str, Any]], password: str, *, trust: Trust = True) -> None:
        self._base, self._trust = base, trust
        self._emails: dict[str, str] = {person["email"].partition("@")[0]: person["email"] for person in people}
        self._names: dict[str, str] = {person["email"].partition("@")[0]: person["name"] for person in people}
        self._password = password
        self._present: dict[str, Visitor] = {}
        self._leaving = ExitStack()

    def __enter__(self) -> Self:
        """Nobody is signed in yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everybody signs out; a server that is gone needs no farewell."""
        try:
            self._leaving.close()
        except httpx.HTTPError:
            if error is None:
                raise

    def __getitem__(self, name: str) -> Visitor:
        """The person called ``name``, signed in."""
        if name not in self._present:
            visitor = Visitor(self._base, self._emails[name], self._password, trust=self._trust)
            self._present[name] = self._leaving.enter_context(visitor)
        return self._present[name]

    def name(self, name: str) -> str:
        """The full name of the person called ``name``, by which the server tells of them."""
        return self._names[name]
