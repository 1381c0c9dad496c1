"""What becomes of the photos: put forward, looked at, approved, returned, paid.

Each verb of the programme is one function here and one request to the server. A step that was taken
before is not taken again: what stands is asked first, as a load may have been interrupted anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from demo import records
from demo.programme import Plan, Step
from demo.shots import Shot, evidence_id
from demo.studio import Studio
from demo.visitors import Cast, RefusedError, claim
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState

Said = Mapping[str, Any]
#: Somebody with a role on every project, who looks up what others need.
GUIDE = "supervisor"
DECIDED = {"accept": EvidenceState.ACCEPTED.value, "refuse": EvidenceState.REFUSED.value}
#: The states from which a step with a certificate is still to be taken.
BEFORE = {
    "certify": CertificateState.UNLOCKED.value,
    "pay": CertificateState.CERTIFIED.value,
    "pass_on": CertificateState.PAID.value,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered to one photo: its evidence, or the name of the problem.

    Neither is there for a photo that was only left for the reader to send.
    """

    shot: Shot
    evidence: Said | None = None
    problem: str | None = None


@dataclass
class Story:
    """The steps of one project, taken through the API by the people of ``cast``.

    ``told`` is called with every answer to a photo; ``left`` is the folder for photos to send by hand.
    """

    plan: Plan
    cast: Cast
    studio: Studio
    told: Callable[[Answer], None]
    left: Path
    _milestones: dict[str, str] = field(default_factory=dict)

    def tell(self) -> None:
        """Take every step in its order.

        Raises:
            RefusedError: the server refused what the programme does not expect it to refuse.
        """
        self._milestones = self._look_up()
        for step in self.plan.steps:
            _VERBS[step.verb](self, step)

    def _look_up(self) -> dict[str, str]:
        """The ids of the project's milestones by their codes."""
        projects = self.cast[GUIDE].call("GET", "/assignments")["projects"]
        (mine,) = (project for project in projects if project["code"] == self.plan.code)
        return {milestone["code"]: milestone["id"] for milestone in mine["milestones"]}

    def _send(self, step: Step) -> None:
        for shot in step.shots:
            file, milestone = self.studio.file(shot), self._milestones[shot.milestone]
            try:
                self.told(Answer(shot, self.cast[shot.by].send(shot, file, milestone)))
            except RefusedError as refused:
                # Some photos of the programme are there to be turned away at the door.
                if not shot.odd.turned_away:
                    raise
                self.told(Answer(shot, problem=refused.problem))

    def _leave(self, step: Step) -> None:
        """Put photos and their claims where the guide has the reader find them."""
        self.left.mkdir(exist_ok=True)
        for shot in step.shots:
            file, name = self.studio.file(shot), shot.name.rpartition("/")[2]
            said = claim(shot, file, self._milestones[shot.milestone])
            (self.left / f"{name}.jpg").write_bytes(file)
            (self.left / f"{name}.claim.json").write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
            self.told(Answer(shot))

    def _judge(self, step: Step) -> None:
        photo = evidence_id(f"{self.plan.code}/{step.said['photo']}")
        person = self.cast[step.said["by"]]
        if person.call("GET", f"/evidence/{photo}")["state"] != DECIDED[step.verb]:
            said = {"decision": step.verb, "reason": step.said["reason"]}
            person.call("POST", f"/evidence/{photo}/decisions", json=said)

    def _appeal(self, step: Step) -> None:
        photo = evidence_id(f"{self.plan.code}/{step.said['photo']}")
        try:
            said = {"reason": step.said["reason"]}
            self.cast[step.said["by"]].call("POST", f"/evidence/{photo}/appeals", json=said)
        except RefusedError as refused:
            if refused.problem != "already-appealed":
                raise

    def _submit(self, step: Step) -> None:
        milestone = self._milestones[step.said["milestone"]]
        if not self._submissions(milestone):
            said = {"note": step.said["note"]}
            self.cast[step.said["by"]].call("POST", f"/milestones/{milestone}/submissions", json=said)

    def _decide(self, step: Step) -> None:
        standing = self._submissions(self._milestones[step.said["milestone"]])
        if not standing:
            raise LookupError(f"{self.plan.code}: {step.said['milestone']} was never put forward")
        latest = standing[0]
        if self.cast.name(step.said["by"]) not in {made["decided_by"] for made in latest["decisions"]}:
            # Nothing is approved before its pictures were decoded once.
            for _ in records.while_jobs_wait():
                pass
            said = {"decision": step.verb, "reason": step.said["reason"], "digest": latest["digest"]}
            self.cast[step.said["by"]].call("POST", f"/submissions/{latest['id']}/decisions", json=said)

    def _submissions(self, milestone_id: str) -> list[Said]:
        """What was put forward for a milestone, newest first."""
        found: list[Said] = self.cast[GUIDE].call("GET", f"/milestones/{milestone_id}/submissions")["items"]
        return found

    def _certify(self, step: Step) -> None:
        self._with_certificate(step, "certification")

    def _pay(self, step: Step) -> None:
        self._with_certificate(step, "payment", reference=step.said["reference"], paid_on=self._today())

    def _pass_on(self, step: Step) -> None:
        said = {key: step.said[key] for key in ("recipient", "amount_minor", "reference")}
        self._with_certificate(step, "passing-on", **said, passed_on=self._today())

    def _with_certificate(self, step: Step, action: str, **said: Any) -> None:
        items = self.cast[GUIDE].call("GET", f"/projects/{self.plan.code}/certificates")["items"]
        (certificate,) = (each for each in items if each["milestone"]["code"] == step.said["milestone"])
        if certificate["state"] == BEFORE[step.verb]:
            path = f"/certificates/{certificate['id']}/{action}"
            self.cast[step.said["by"]].call("POST", path, **({"json": said} if said else {}))

    def _today(self) -> str:
        return datetime.now(ZoneInfo(self.plan.document["time_zone"])).date().isoformat()


_VERBS: Mapping[str, Callable[[Story, Step], None]] = {
    "send": Story._send,
    "leave": Story._leave,
    "accept": Story._judge,
    "refuse": Story._judge,
    "appeal": Story._appeal,
    "submit": Story._submit,
    "approve": Story._decide,
    "return": Story._decide,
    "certify": Story._certify,
    "pay": Story._pay,
    "pass_on": Story._pass_on,
}
