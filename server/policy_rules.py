"""What a policy file may say: every key with its section, unit and allowed values.

Adding a number to the policies is a line here and a field in the value that carries it.
Reading files and building policies is ``server.policy``'s work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from evidence import checks, pixel_checks

#: What a unit adds to a key to make the name of the field that carries the value.
SUFFIX = {
    "m": "_m",
    "s": "_s",
    "h": "_h",
    "km/h": "_kmh",
    "EV": "_ev",
    "degrees": "_deg",
    "dB": "_db",
    "days": "_days",
    "working days": "_working_days",
    "months": "_months",
    "years": "_years",
    "basis points": "_bp",
    "minor units": "_minor",
}


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A number from ``lowest`` to ``highest``, both included; ``whole`` refuses fractions."""

    section: str
    key: str
    unit: str
    lowest: float
    highest: float
    whole: bool = True

    @property
    def field(self) -> str:
        """The name of the field that carries the value, its unit in the name."""
        return self.key + SUFFIX.get(self.unit, "")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"a {'whole ' if self.whole else ''}number of {self.unit} from {self.lowest:g} to {self.highest:g}"

    def allows(self, value: Any) -> bool:
        """Whether a value is such a number; true, false, NaN and texts are none."""
        kinds = (int,) if self.whole else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and self.lowest <= value <= self.highest


@dataclass(frozen=True, slots=True)
class CurrencyRule:
    """A currency by its three letters; XXX, "no currency", stands for any."""

    section: str
    key: str
    unit: str = "ISO 4217"
    allowed: str = "three capital letters of ISO 4217"

    @property
    def field(self) -> str:
        """The name of the field that carries the value."""
        return self.key

    def allows(self, value: Any) -> bool:
        """Whether a value looks like a currency."""
        return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


#: The checks of the upload and those of the worker; some bear one name.
KNOWN_CHECKS = tuple(sorted({*checks.names(), *pixel_checks.names()}))


@dataclass(frozen=True, slots=True)
class ChecksRule:
    """A list of names of checks; a name that no check bears is a slip that would go unnoticed."""

    section: str
    key: str
    unit: str = "checks"

    @property
    def field(self) -> str:
        """The name of the field that carries the value."""
        return self.section

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"a list of names of checks, out of {', '.join(KNOWN_CHECKS)}"

    def allows(self, value: Any) -> bool:
        """Whether a value is a list of known names."""
        return isinstance(value, list) and all(isinstance(name, str) and name in KNOWN_CHECKS for name in value)


Rule = NumberRule | CurrencyRule | ChecksRule
#: What is on record about a photo, or a photo of a milestone, that makes a second look at it likelier.
SECOND_LOOK_FACTS = ("questioned", "overridden", "late")

RULES: tuple[Rule, ...] = (
    NumberRule("place", "tolerance_point", "m", 1, 500, whole=False),
    NumberRule("place", "tolerance_corridor", "m", 1, 500, whole=False),
    NumberRule("place", "tolerance_obstructed", "m", 1, 500, whole=False),
    NumberRule("place", "assumed_r68", "m", 1, 100, whole=False),
    NumberRule("place", "inside_pass_probability", "probability", 0.5, 1, whole=False),
    NumberRule("place", "inside_fail_probability", "probability", 0, 0.5, whole=False),
    NumberRule("place", "accuracy_pass_r68", "m", 1, 1_000, whole=False),
    NumberRule("place", "accuracy_fail_r68", "m", 1, 1_000, whole=False),
    NumberRule("place", "agree_pass_sigmas", "sigmas", 1, 10, whole=False),
    NumberRule("place", "agree_fail_sigmas", "sigmas", 1, 20, whole=False),
    NumberRule("place", "agree_fail", "m", 100, 100_000, whole=False),
    NumberRule("place", "station_tolerance", "m", 1, 1_000, whole=False),
    NumberRule("place", "repeated_positions", "photos", 2, 100),
    NumberRule("site", "sources_apart", "m", 1, 10_000, whole=False),
    NumberRule("time", "schedule_grace", "days", 0, 365),
    NumberRule("time", "defects_period", "days", 0, 7_305),
    NumberRule("time", "future_limit", "s", 0, 3_600, whole=False),
    NumberRule("time", "fresh_pass", "h", 1, 8_760, whole=False),
    NumberRule("time", "fresh_fail", "h", 1, 87_600, whole=False),
    NumberRule("time", "clocks_warn", "s", 1, 86_400, whole=False),
    NumberRule("time", "clocks_fail", "s", 1, 604_800, whole=False),
    NumberRule("file", "minimum_megapixels", "megapixels", 0.1, 200, whole=False),
    NumberRule("file", "thumbnail_unlike", "share", 0.01, 1, whole=False),
    NumberRule("motion", "motion_least", "m", 100, 100_000, whole=False),
    NumberRule("motion", "motion_pass", "km/h", 10, 1_000, whole=False),
    NumberRule("motion", "motion_fail", "km/h", 10, 10_000, whole=False),
    NumberRule("light", "night_sun", "degrees", -90, 0, whole=False),
    NumberRule("light", "night", "EV", 0, 20, whole=False),
    NumberRule("light", "day_sun", "degrees", 0, 90, whole=False),
    NumberRule("light", "day", "EV", -20, 10, whole=False),
    NumberRule("picture", "screen", "dB", 5, 60, whole=False),
    NumberRule("picture", "blurred", "share", 0.1, 1, whole=False),
    NumberRule("picture", "dark", "share", 0, 0.9, whole=False),
    ChecksRule("decisive", "checks"),
    NumberRule("money", "advance_share_max", "basis points", 0, 10_000),
    NumberRule("money", "retention_share", "basis points", 0, 10_000),
    NumberRule("money", "retention_until_share", "basis points", 0, 10_000),
    NumberRule("money", "first_payment_min_share", "basis points", 0, 10_000),
    NumberRule("money", "liquidated_damages_per_day_share", "basis points", 0, 10_000),
    NumberRule("money", "wage_arrears_per_year_share", "basis points", 0, 10_000),
    NumberRule("money", "two_approvals_from", "minor units", 0, 2**53),
    CurrencyRule("money", "currency"),
    NumberRule("windows", "payment_after_certificate", "days", 1, 365),
    NumberRule("windows", "subcontractor_paid_within", "days", 1, 365),
    NumberRule("windows", "subcontractor_notice_within", "days", 1, 365),
    NumberRule("windows", "wages_paid_within", "days", 1, 365),
    NumberRule("windows", "warranty_permanent", "years", 0, 100),
    NumberRule("windows", "warranty_semi_permanent", "years", 0, 100),
    NumberRule("windows", "warranty_other", "years", 0, 100),
    NumberRule("windows", "complaint_simple", "working days", 1, 365),
    NumberRule("windows", "complaint_complex", "working days", 1, 365),
    NumberRule("windows", "complaint_technical", "working days", 1, 365),
    NumberRule("review", "appeals_per_photo", "appeals", 0, 10),
    NumberRule("review", "answer_within", "working days", 1, 365),
    NumberRule("second_look", "period", "months", 1, 12),
    *(NumberRule("second_look", f"share_tier_{tier}", "basis points", 0, 10_000) for tier in (1, 2, 3, 4)),
    *(NumberRule("second_look", f"tier_{tier}_from", "minor units", 0, 2**53) for tier in (1, 2, 3)),
    *(NumberRule("second_look", f"more_if_{fact}", "basis points", 0, 100_000) for fact in SECOND_LOOK_FACTS),
    NumberRule("retention", "originals_at_least", "years", 1, 100),
    NumberRule("retention", "originals_after_warranty", "years", 0, 100),
)

#: Pairs of keys of one section, of which the first must not be greater than the second.
ORDERED = (
    ("place", "inside_fail_probability", "inside_pass_probability"),
    ("place", "accuracy_pass_r68", "accuracy_fail_r68"),
    ("place", "assumed_r68", "accuracy_fail_r68"),
    ("place", "agree_pass_sigmas", "agree_fail_sigmas"),
    ("time", "fresh_pass", "fresh_fail"),
    ("time", "clocks_warn", "clocks_fail"),
    ("second_look", "share_tier_2", "share_tier_1"),
    ("second_look", "share_tier_3", "share_tier_2"),
    ("second_look", "share_tier_4", "share_tier_3"),
    ("second_look", "tier_2_from", "tier_1_from"),
    ("second_look", "tier_3_from", "tier_2_from"),
)
