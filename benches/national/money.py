"""Submissions, their decisions, certificates and payments of the share of projects that has them.

The same people do the same part everywhere: the inspector contributes, the supervisor decides, the
paymaster certifies and pays. The photos in a submission are ``evidence_rows``' to name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benches.national import keys
from benches.national.country import PROVINCES
from benches.national.keys import Whole
from benches.national.schedule import (
    APPROVED,
    MILESTONES,
    PAID,
    SUBMITTED,
    approved_s,
    has_money,
    milestone_ids,
    states,
)
from benches.national.tables import Batch, Column
from benches.national.works import DAY_S, Works, employers, organisation_ids, person_ids

PARTS = (("contributor", "inspector"), ("decider", "supervisor"), ("paymaster", "paymaster"))


def submission_ids(of: Works, milestone: Whole) -> list[str]:
    """Ids of the submissions of milestones."""
    return keys.ids(keys.SUBMISSION, milestone, of.made_s[milestone // MILESTONES])


def is_submitted(of: Works, milestone: Whole) -> Any:
    """Which milestones have a submission, pending or approved."""
    return has_money(milestone // MILESTONES) & np.isin(states(of, milestone), (SUBMITTED, APPROVED, PAID))


def money(of: Works, projects: Whole) -> Iterator[Batch]:
    """All rows of money of those of the projects that have any, in the order of their foreign keys."""
    chosen = projects[has_money(projects)]
    every = (chosen[:, None] * MILESTONES + np.arange(MILESTONES)).ravel()
    if not len(every):
        return
    milestone = every[is_submitted(of, every)]
    state = states(of, milestone)
    approved = milestone[state != SUBMITTED]
    paid = milestone[state == PAID]
    yield _submissions(of, milestone, state)
    for part, role in PARTS:
        yield _parties(of, milestone if part == "contributor" else approved, part, role)
    yield _decisions(of, approved)
    yield _certificates(of, every)
    yield _payments(of, paid)


def _submissions(of: Works, milestone: Whole, state: Whole) -> Batch:
    project, count = milestone // MILESTONES, len(milestone)
    columns: dict[str, Column] = {
        "id": submission_ids(of, milestone),
        "milestone_id": milestone_ids(of, milestone),
        "contractor_id": organisation_ids(of.supplier[project] + PROVINCES),
        "digest": keys.digests(keys.DIGEST, milestone),
        "submitted_by": person_ids("inspector", project),
        "submitted_at": keys.instants(approved_s(of, milestone) - 2 * DAY_S),
        "note": [""] * count,
        "approvals_needed": [1] * count,
        "state": np.where(state == SUBMITTED, "pending", "approved").tolist(),
    }
    return Batch("submission", columns)


def _parties(of: Works, milestone: Whole, part: str, role: str) -> Batch:
    project, count = milestone // MILESTONES, len(milestone)
    columns: dict[str, Column] = {
        "submission_id": submission_ids(of, milestone),
        "person_id": person_ids(role, project),
        "part": [part] * count,
        "organisation_id": organisation_ids(employers(role, project, of)),
        "contractor_id": organisation_ids(of.supplier[project] + PROVINCES),
    }
    return Batch("submission_party", columns)


def _decisions(of: Works, milestone: Whole) -> Batch:
    count = len(milestone)
    columns: dict[str, Column] = {
        "id": keys.ids(keys.DECISION, milestone, of.made_s[milestone // MILESTONES]),
        "submission_id": submission_ids(of, milestone),
        "position": [1] * count,
        "decision": ["approve"] * count,
        "reason": ["Seen and found as shown."] * count,
        "digest": keys.digests(keys.DIGEST, milestone),
        "decided_by": person_ids("supervisor", milestone // MILESTONES),
        "part": ["decider"] * count,
        "decided_at": keys.instants(approved_s(of, milestone)),
    }
    return Batch("submission_decision", columns)


def _certificates(of: Works, milestone: Whole) -> Batch:
    state = states(of, milestone)
    paid, unlocked = (state == PAID).tolist(), np.isin(state, (APPROVED, PAID)).tolist()
    submissions, certifiers = submission_ids(of, milestone), person_ids("paymaster", milestone // MILESTONES)
    approved = keys.instants(approved_s(of, milestone))
    certified = keys.instants(approved_s(of, milestone) + 5 * DAY_S)
    gross = of.budget[milestone // MILESTONES] // 20_000 * 1_900
    words = np.select([state == PAID, state == APPROVED], ["paid", "unlocked"], "locked")
    columns: dict[str, Column] = {
        "id": _certificate_ids(of, milestone),
        "milestone_id": milestone_ids(of, milestone),
        "state": words.tolist(),
        "currency": ["PHP"] * len(words),
        "gross_minor": gross.tolist(),
        "advance_recovery_minor": [0] * len(words),
        "retention_minor": [0] * len(words),
        "liquidated_damages_minor": [0] * len(words),
        "net_minor": gross.tolist(),
        "damages_left_minor": [0] * len(words),
        "submission_id": _where(unlocked, submissions),
        "submission_state": _where(unlocked, ["approved"] * len(words)),
        "unlocked_at": _where(unlocked, approved),
        "certified_by": _where(paid, certifiers),
        "certifier_part": _where(paid, ["paymaster"] * len(words)),
        "certified_at": _where(paid, certified),
    }
    return Batch("certificate", columns)


def _payments(of: Works, milestone: Whole) -> Batch:
    project, count = milestone // MILESTONES, len(milestone)
    paid_s = approved_s(of, milestone) + 20 * DAY_S
    columns: dict[str, Column] = {
        "id": keys.ids(keys.PAYMENT, milestone, of.made_s[project]),
        "certificate_id": _certificate_ids(of, milestone),
        "submission_id": submission_ids(of, milestone),
        "certified_by": person_ids("paymaster", project),
        "amount_minor": (of.budget[project] // 20_000 * 1_900).tolist(),
        "currency": ["PHP"] * count,
        "reference": [f"DV-{number}" for number in milestone.tolist()],
        "paid_on": keys.days(paid_s // DAY_S),
        "paid_by": person_ids("paymaster", project),
        "part": ["paymaster"] * count,
        "recorded_at": keys.instants(paid_s),
    }
    return Batch("payment", columns)


def _certificate_ids(of: Works, milestone: Whole) -> list[str]:
    return keys.ids(keys.CERTIFICATE, milestone, of.made_s[milestone // MILESTONES])


def _where(held: list[bool], values: list[str]) -> list[str | None]:
    return [value if there else None for there, value in zip(held, values, strict=True)]
