"""How far outside its outline a site still counts as the site.

One number for the checks, for finding a site by place and for drawing it; the thresholds themselves
are the policy's.
"""

from __future__ import annotations

from evidence.policy import EvidencePolicy
from geo.site import Site


def tolerance_m(site: Site, policy: EvidencePolicy) -> float:
    """Metres around the site's outline that count as inside, by the kind of site.

    Forest, canyons and the like (``obstructed``) go before the kind, because there the sky decides.
    """
    if site.obstructed:
        return policy.tolerance_obstructed_m
    return policy.tolerance_corridor_m if site.kind == "corridor" else policy.tolerance_point_m
