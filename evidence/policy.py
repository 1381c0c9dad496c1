"""The thresholds of the checks, as one frozen value.

Where the numbers come from (a policy file with a source for each) is not this
room's concern; the defaults are those of the neutral policy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """Thresholds for the checks; the unit of each stands in its name.

    ``decisive`` names the checks whose warning alone keeps a photo from being verified.
    The ``agree_`` numbers bound how far the file's and the device's positions may lie apart,
    in standard deviations of their difference and in metres.
    """

    name: str = "default-1"
    tolerance_point_m: float = 15.0
    tolerance_corridor_m: float = 25.0
    tolerance_obstructed_m: float = 50.0
    assumed_r68_m: float = 30.0
    inside_pass_probability: float = 0.90
    inside_fail_probability: float = 0.01
    accuracy_pass_r68_m: float = 50.0
    accuracy_fail_r68_m: float = 100.0
    agree_pass_sigmas: float = 3.0
    agree_fail_sigmas: float = 6.0
    agree_fail_m: float = 1_000.0
    station_tolerance_m: float = 25.0
    repeated_positions: int = 5
    schedule_grace_days: int = 7
    defects_period_days: int = 365
    future_limit_s: float = 300.0
    fresh_pass_h: float = 72.0
    fresh_fail_h: float = 720.0
    clocks_warn_s: float = 300.0
    clocks_fail_s: float = 86_400.0
    minimum_megapixels: float = 3.2
    thumbnail_unlike: float = 0.08
    motion_least_m: float = 1_000.0
    motion_pass_kmh: float = 150.0
    motion_fail_kmh: float = 900.0
    night_sun_deg: float = -6.0
    night_ev: float = 10.0
    day_sun_deg: float = 10.0
    day_ev: float = 0.0
    screen_db: float = 16.0
    blurred: float = 0.70
    dark: float = 0.25
    decisive: frozenset[str] = frozenset(
        {"place.inside_site", "place.claims_agree", "time.claims_agree", "origin.first_use"}
    )
