"""Policies: thresholds, statutory windows and money rules, read from TOML once at start.

A file that says anything unknown, unsourced or out of range stops the start with a sentence that
names the place. Judging photos (``evidence``) and reckoning money (``server.money``) are kept out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from evidence.policy import EvidencePolicy
from evidence.verdict import holding_back
from server.policy_rules import ORDERED, RULES, Rule

#: "No currency" of ISO 4217: a threshold in minor units of whatever currency a project has.
ANY_CURRENCY = "XXX"


class PolicyError(Exception):
    """A policy file cannot be used; the message names file, section, key and what is allowed."""


@dataclass(frozen=True, slots=True)
class MoneyPolicy:
    """Money rules in integers: shares in basis points (1,500 = 15 %), amounts in minor units."""

    advance_share_max_bp: int
    retention_share_bp: int
    retention_until_share_bp: int
    first_payment_min_share_bp: int
    liquidated_damages_per_day_share_bp: int
    wage_arrears_per_year_share_bp: int
    two_approvals_from_minor: int
    currency: str

    def needs_two_approvals(self, amount_minor: int, currency: str) -> bool:
        """Whether an amount needs a second approval.

        An amount in another currency than the threshold's cannot be compared with it, so it does.
        """
        comparable = self.currency in (ANY_CURRENCY, currency)
        return not comparable or amount_minor >= self.two_approvals_from_minor


@dataclass(frozen=True, slots=True)
class WindowsPolicy:
    """Statutory and contractual times; the unit stands in each name."""

    payment_after_certificate_days: int
    subcontractor_paid_within_days: int
    subcontractor_notice_within_days: int
    wages_paid_within_days: int
    warranty_permanent_years: int
    warranty_semi_permanent_years: int
    warranty_other_years: int
    complaint_simple_working_days: int
    complaint_complex_working_days: int
    complaint_technical_working_days: int


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """How often a photo may be appealed and how soon people answer."""

    appeals_per_photo: int
    answer_within_working_days: int


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """How far the sources of a site's coordinates may lie apart before a site is used or a project published."""

    sources_apart_m: float


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long originals are kept: the longer of the two counts."""

    originals_at_least_years: int
    originals_after_warranty_years: int


@dataclass(frozen=True, slots=True)
class SecondLookPolicy:
    """How much is looked at again: shares by tier of the contract's value, what is on record added to them.

    A project is of tier 1 from ``tier_1_from_minor`` on, and of tier 4 below ``tier_3_from_minor``; amounts are in
    minor units of ``currency``, the money rules' own. ``more_if_…`` is added to a weight of 10,000 basis points.
    """

    period_months: int
    share_tier_1_bp: int
    share_tier_2_bp: int
    share_tier_3_bp: int
    share_tier_4_bp: int
    tier_1_from_minor: int
    tier_2_from_minor: int
    tier_3_from_minor: int
    more_if_questioned_bp: int
    more_if_overridden_bp: int
    more_if_late_bp: int
    currency: str

    def share_bp(self, amount_minor: int, currency: str) -> int:
        """The share of a project whose contract comes to this amount.

        An amount in another currency than the thresholds' cannot be compared with them, so it is of tier 1.
        """
        comparable = self.currency in (ANY_CURRENCY, currency)
        if not comparable or amount_minor >= self.tier_1_from_minor:
            return self.share_tier_1_bp
        if amount_minor >= self.tier_2_from_minor:
            return self.share_tier_2_bp
        return self.share_tier_3_bp if amount_minor >= self.tier_3_from_minor else self.share_tier_4_bp

    def weight_bp(self, *, questioned: bool, overridden: bool, late: bool) -> int:
        """The weight of what is on record: 10,000 where there is nothing, and more for each kind of fact."""
        facts = (
            (questioned, self.more_if_questioned_bp),
            (overridden, self.more_if_overridden_bp),
            (late, self.more_if_late_bp),
        )
        return 10_000 + sum(more_bp for holds, more_bp in facts if holds)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one jurisdiction's policy; ``sources`` maps "section.key" to its source."""

    id: str
    version: int
    title: str
    jurisdiction: str
    evidence: EvidencePolicy
    site: SitePolicy
    money: MoneyPolicy
    windows: WindowsPolicy
    review: ReviewPolicy
    retention: RetentionPolicy
    second_look: SecondLookPolicy
    sources: Mapping[str, str]

    @property
    def name(self) -> str:
        """Id and version ("ph-1"), which a verdict names."""
        return self.evidence.name

    def as_phone_numbers(self) -> dict[str, str | float | list[str]]:
        """What a phone needs to pre-check a photo offline: numbers, units in the names, and the ``decisive`` checks."""
        numbers: dict[str, str | float | list[str]] = {name: getattr(self.evidence, name) for name in _PHONE_NUMBERS}
        return {"policy": self.name, **numbers, "decisive": sorted(holding_back(self.evidence))}


_PHONE_NUMBERS = (
    "tolerance_point_m",
    "tolerance_corridor_m",
    "tolerance_obstructed_m",
    "assumed_r68_m",
    "inside_pass_probability",
    "inside_fail_probability",
    "accuracy_pass_r68_m",
    "accuracy_fail_r68_m",
    "station_tolerance_m",
    "schedule_grace_days",
    "defects_period_days",
    "future_limit_s",
    "fresh_pass_h",
    "fresh_fail_h",
    "clocks_warn_s",
    "clocks_fail_s",
    "minimum_megapixels",
)


class Policies:
    """All policies of an installation; read-only."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        """Take policies whose names differ (``load`` sees to that)."""
        self._by_name = {policy.name: policy for policy in policies}

    def names(self) -> tuple[str, ...]:
        """The names of all policies, sorted."""
        return tuple(sorted(self._by_name))

    def get(self, name: str) -> Policy:
        """The policy of exactly this id and version ("ph-1"); KeyError if there is none."""
        return self._by_name[name]

    @property
    def second_look_months(self) -> int:
        """How long a period of second looks is: it is one for all, so the shortest that any newest policy states."""
        newest = {policy.id: self.latest(policy.id) for policy in self._by_name.values()}
        return min(policy.second_look.period_months for policy in newest.values())

    def latest(self, policy_id: str) -> Policy:
        """The highest version of a policy id ("ph"); KeyError if there is none."""
        versions = [policy for policy in self._by_name.values() if policy.id == policy_id]
        if not versions:
            raise KeyError(policy_id)
        return max(versions, key=lambda policy: policy.version)


def load(folder: Path) -> Policies:
    """Read every ``*.toml`` of a folder.

    A file with ``extends = "default-1"`` states only what differs from that policy, which must be
    complete itself; the version is named so that a later default changes no earlier policy.

    Raises:
        PolicyError: the folder has no policy, or one of them cannot be used.
    """
    drafts: dict[str, _Draft] = {}
    for path in sorted(folder.glob("*.toml")):
        draft = _read(path)
        if draft.name in drafts:
            raise PolicyError(f"{path.name}: the policy {draft.name} stands in {drafts[draft.name].file} already")
        drafts[draft.name] = draft
    if not drafts:
        raise PolicyError(f"there is no policy file (*.toml) in {folder}")
    return Policies([_build(draft, _completed(draft, drafts)) for draft in drafts.values()])


Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One file as read: its head, and what it states under ("section", "key")."""

    file: str
    head: Mapping[str, Any]
    entries: Mapping[tuple[str, str], Entry]

    @property
    def name(self) -> str:
        """Id and version."""
        return f"{self.head['id']}-{self.head['version']}"


class _Head(Schema):
    """What stands above the sections."""

    id = fields.String(required=True, validate=validate.Regexp("^[a-z][a-z0-9]*$", error="must be small letters"))
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    title = fields.String(required=True, validate=validate.Length(min=1))
    jurisdiction = fields.String(required=True, validate=validate.Length(min=1))
    extends = fields.String(load_default=None)


def _strict(keys: Mapping[str, fields.Field[Any]], base: type[Schema] = Schema) -> type[Schema]:
    """A schema that refuses any other key and says which ones are allowed."""

    class Strict(base):  # type: ignore[valid-type, misc]
        error_messages: ClassVar[dict[str, str]] = {
            "unknown": f"is unknown; allowed are {', '.join(keys)}",
            "type": "must be a table",
        }

    schema: type[Schema] = Strict.from_dict(dict(keys))
    return schema


def _entry_schema(rule: Rule) -> type[Schema]:
    """The schema of one key: value, unit and source, nothing else."""
    return _strict(
        {
            "value": fields.Raw(required=True, validate=_must_obey(rule)),
            "unit": fields.String(required=True, validate=validate.Equal(rule.unit)),
            "source": fields.String(required=True, validate=validate.Length(min=8)),
        }
    )


def _must_obey(rule: Rule) -> Any:
    """A validator that refuses what the rule does not allow, saying what it does."""

    def refuse(value: Any) -> None:
        if not rule.allows(value):
            raise ValidationError(f"must be {rule.allowed}, not {value!r}")

    return refuse


def _file_schema() -> Schema:
    """The schema of a whole file, made from the rules."""
    sections: dict[str, dict[str, fields.Field[Any]]] = {}
    for rule in RULES:
        sections.setdefault(rule.section, {})[rule.key] = fields.Nested(_entry_schema(rule))
    nested = {name: fields.Nested(_strict(keys), load_default=dict) for name, keys in sections.items()}
    return _strict(nested, _Head)()


_SCHEMA = _file_schema()


def _read(path: Path) -> _Draft:
    """Parse and validate one file on its own."""
    try:
        document: dict[str, Any] = _SCHEMA.load(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not a TOML file: {error}") from error
    except ValidationError as error:
        raise PolicyError(f"{path.name}: {_first_fault(error.messages)}") from error
    stated = {
        (rule.section, rule.key): document[rule.section][rule.key]
        for rule in RULES
        if rule.key in document[rule.section]
    }
    return _Draft(path.name, document, stated)


def _first_fault(messages: Any) -> str:
    """The first of marshmallow's nested messages as "[section] key: part: what is wrong"."""
    path: list[str] = []
    while isinstance(messages, dict):
        key, messages = next(iter(messages.items()))
        if key != "_schema":
            path.append(str(key))
    place = [f"[{path[0]}]" if len(path) > 1 else f"{path[0]}:", *(f"{key}:" for key in path[1:])]
    return " ".join([*place, str(messages[0])])


def _completed(draft: _Draft, drafts: Mapping[str, _Draft]) -> dict[tuple[str, str], Entry]:
    """What a file states over what it extends; PolicyError where anything is still missing."""
    base = draft.head["extends"]
    if base is not None and (base not in drafts or drafts[base].head["extends"] is not None):
        whole = sorted(name for name, other in drafts.items() if other.head["extends"] is None)
        raise PolicyError(f"{draft.file}: extends: must be one of {', '.join(whole)}, not {base!r}")
    entries = {**(drafts[base].entries if base else {}), **draft.entries}
    for rule in RULES:
        if (rule.section, rule.key) not in entries:
            raise PolicyError(f"{draft.file}: [{rule.section}] {rule.key}: is missing; it must be {rule.allowed}")
    for section, less, more in ORDERED:
        if entries[section, less]["value"] > entries[section, more]["value"]:
            raise PolicyError(f"{draft.file}: [{section}] {less}: must not be greater than {more}")
    return entries


def _build(draft: _Draft, entries: Mapping[tuple[str, str], Entry]) -> Policy:
    """Make the frozen values from complete entries."""
    values: dict[str, dict[str, Any]] = {}
    for rule in RULES:
        values.setdefault(rule.section, {})[rule.field] = entries[rule.section, rule.key]["value"]
    decisive = frozenset(values["decisive"]["decisive"])
    thresholds = values["place"] | values["time"] | values["file"]
    return Policy(
        id=draft.head["id"],
        version=draft.head["version"],
        title=draft.head["title"],
        jurisdiction=draft.head["jurisdiction"],
        evidence=EvidencePolicy(name=draft.name, decisive=decisive, **thresholds),
        site=SitePolicy(**values["site"]),
        money=MoneyPolicy(**values["money"]),
        windows=WindowsPolicy(**values["windows"]),
        review=ReviewPolicy(**values["review"]),
        retention=RetentionPolicy(**values["retention"]),
        second_look=SecondLookPolicy(**values["second_look"], currency=values["money"]["currency"]),
        sources=MappingProxyType({f"{section}.{key}": entry["source"] for (section, key), entry in entries.items()}),
    )
