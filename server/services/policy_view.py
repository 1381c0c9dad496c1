"""Policies as people read them: every value in words, what it does, its source, and what its version changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server import wording
from server.access import Actor
from server.db import reading
from server.engines import engines
from server.models import Project
from server.policy import Policy
from server.policy_rules import RULES, Rule
from server.policy_words import MEANINGS, SECTIONS
from server.problems import Problem
from server.services import projects
from server.texts import _, counted

#: Projects are counted no further than to one above this.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Value:
    """One value: ``before`` is what the version before said, where that was something else."""

    key: str
    meaning: str
    value: str
    source: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """The values that belong together."""

    title: str
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Summary:
    """One version of a policy; ``newest`` is the one that new decisions are made under."""

    policy: Policy
    newest: bool
    projects: int


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One version with all its values."""

    summary: Summary
    versions: Sequence[str]
    before: str | None
    sections: Sequence[Section]


def listed(actor: Actor) -> list[Summary]:
    """All versions of all policies, with how many of the person's projects use each; none uses an older version."""
    known = engines().policies
    found = [known.get(name) for name in known.names()]
    return [_summary(actor, policy) for policy in sorted(found, key=lambda each: (each.id, -each.version))]


def policy(actor: Actor, name: str) -> PolicyView:
    """One version of a policy by its name ("ph-1").

    Raises:
        Problem: ``not-found``.
    """
    known = engines().policies
    if name not in known.names():
        raise Problem("not-found", _("There is no policy called %(name)s.", name=name))
    found = known.get(name)
    versions = sorted((known.get(each) for each in known.names()), key=lambda each: each.version)
    family = [each for each in versions if each.id == found.id]
    earlier = [each for each in family if each.version < found.version]
    before = earlier[-1] if earlier else None
    return PolicyView(
        summary=_summary(actor, found),
        versions=[each.name for each in family],
        before=before.name if before else None,
        sections=[_section(section, found, before) for section in SECTIONS],
    )


def _summary(actor: Actor, found: Policy) -> Summary:
    newest = engines().policies.latest(found.id).version == found.version
    return Summary(found, newest, _projects(actor, found.id) if newest else 0)


def _projects(actor: Actor, policy_id: str) -> int:
    """How many projects that the person sees name a policy, counted no further than to one above the most."""
    ids = sa.select(Project.id).where(projects.visible_to(actor), Project.policy == policy_id).limit(MOST_COUNTED + 1)
    return reading().scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0


def _section(section: str, found: Policy, before: Policy | None) -> Section:
    rules = [rule for rule in RULES if rule.section == section]
    return Section(SECTIONS[section], [_value(rule, found, before) for rule in rules])


def _value(rule: Rule, found: Policy, before: Policy | None) -> Value:
    told, earlier = _said(rule, found), _said(rule, before) if before else None
    name = f"{rule.section}.{rule.key}"
    return Value(name, MEANINGS[name], told, found.sources[name], earlier if earlier != told else None)


def _raw(rule: Rule, found: Policy) -> Any:
    group = {
        "money": found.money,
        "windows": found.windows,
        "review": found.review,
        "retention": found.retention,
        "site": found.site,
        "second_look": found.second_look,
    }.get(rule.section, found.evidence)
    return getattr(group, rule.field)


def _said(rule: Rule, found: Policy) -> str:
    """A value with its unit, as it would be said."""
    value = _raw(rule, found)
    if rule.unit == "checks":
        return ", ".join(sorted(wording.check(name) for name in value))
    if rule.unit == "basis points":
        return wording.share(value)
    if rule.unit == "minor units":
        return wording.money(value, found.money.currency)
    if rule.unit in {"probability", "share"}:
        return wording.share(round(value * 10_000))
    if rule.unit == "ISO 4217":
        return _("any currency") if value == "XXX" else str(value)
    return _counted_unit(rule.unit, value)


def _counted_unit(unit: str, value: float) -> str:
    number = int(value) if float(value).is_integer() else value
    if unit == "s" and isinstance(number, int) and number % 60 == 0:
        return _counted_unit("h", number / 3600) if number % 3600 == 0 else _minutes(number // 60)
    if unit in {"m", "h", "s", "megapixels"}:
        units = {"m": _("m"), "h": _("hours"), "s": _("seconds"), "megapixels": _("megapixels")}
        return _("%(number)s %(unit)s", number=format(number, ","), unit=units[unit])
    if unit in {"km/h", "EV", "dB"}:
        return f"{unit} {number}" if unit == "EV" else f"{number} {unit}"
    if unit == "degrees":
        return f"{number}°"
    if unit == "sigmas":
        return _("%(number)s standard deviations", number=number)
    return _with_noun(unit, int(value))


def _with_noun(unit: str, number: int) -> str:
    # Each sentence is given where it is counted: what collects the sentences to translate finds no other.
    match unit:
        case "days":
            return counted("%(num)s day", "%(num)s days", number)
        case "working days":
            return counted("%(num)s working day", "%(num)s working days", number)
        case "months":
            return counted("%(num)s month", "%(num)s months", number)
        case "years":
            return counted("%(num)s year", "%(num)s years", number)
        case "photos":
            return counted("%(num)s photo", "%(num)s photos", number)
        case "appeals":
            return counted("%(num)s appeal", "%(num)s appeals", number)
        case _:
            raise KeyError(unit)


def _minutes(number: int) -> str:
    return counted("%(num)s minute", "%(num)s minutes", number)
