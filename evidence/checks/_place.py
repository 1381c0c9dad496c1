"""What the place checks share: the tolerance of a site and the distance between two positions.

No check and no judgement of its own.
"""

from __future__ import annotations

import math

from evidence.claims import PositionClaim
from evidence.policy import EvidencePolicy
from geo.position import LocalPlane, geodesic_m
from geo.site import Site

#: The local plane serves up to here, in metres (error below 0.1 %); a geodesic costs thirty times as much.
PLANE_REACH_M = 50_000.0


def tolerance_m(site: Site, policy: EvidencePolicy) -> float:
    """Metres around the site's outline that count as inside, by the kind of site.

    Forest, canyons and the like (``obstructed``) go before the kind, because there the sky decides.
    """
    if site.obstructed:
        return policy.tolerance_obstructed_m
    return policy.tolerance_corridor_m if site.kind == "corridor" else policy.tolerance_point_m


def apart_m(one: PositionClaim, other: PositionClaim) -> float:
    """Metres between two positions, on the local plane where it holds and by geodesic elsewhere."""
    plane = LocalPlane(one.latitude, one.longitude)
    distance_m = math.hypot(*plane.to_plane(other.latitude, other.longitude))
    if distance_m <= PLANE_REACH_M:
        return distance_m
    return geodesic_m(one.latitude, one.longitude, other.latitude, other.longitude)
