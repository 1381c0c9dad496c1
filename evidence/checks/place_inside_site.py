"""``place.inside_site``: whether the photo was taken on the site, as far as its position can tell.

The probability of being inside the tolerated outline decides, not the bare distance. The file
and the device are each asked and weighed together (``_weigh.weigh``): one that passes is enough,
all must fail to fail, and a pass against a fail is a warning. The operator's pin is asked only
where no machine speaks, and then neither passes nor fails: a finger slips, and a pin can be put
anywhere at will, so it warns and says what it says.
"""

from __future__ import annotations

from dataclasses import replace

from evidence.checks._weigh import weigh
from evidence.checks._words import metres
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.tolerance import tolerance_m
from evidence.witness import PlaceWitness, machine_places, machine_positions, witness_of
from geo.site import Site

NAME = "place.inside_site"


def check(context: Context) -> Finding:
    """Judge P(inside) of each machine's position; unknown without a site or a position."""
    site, policy = context.site, context.policy
    if site is None:
        return Finding(NAME, Outcome.UNKNOWN, "No outline of the site is on record to compare with.")
    machines = machine_places(context.claims, policy)
    if machines:
        return weigh([_judge(witness, site, policy) for witness in machines])
    pin = context.claims.operator.position
    if pin is not None:
        return _by_pin(_judge(witness_of(ClaimName.OPERATOR, pin, policy), site, policy))
    return Finding(NAME, Outcome.UNKNOWN, _why_unknown(context), expected=_expected(site, policy))


def _judge(witness: PlaceWitness, site: Site, policy: EvidencePolicy) -> Finding:
    """What one position says of being inside."""
    latitude, longitude = witness.position.latitude, witness.position.longitude
    outside_m = site.signed_distance_m(latitude, longitude)
    probability = site.probability_inside(latitude, longitude, witness.sigma_m, tolerance_m(site, policy))
    outcome = _outcome(probability, policy)
    message = _message(outcome, outside_m, witness, site, policy)
    measured = f"{_where(outside_m)}, {_radius(witness)}"
    return Finding(NAME, outcome, message, measured, _expected(site, policy), witness.claim)


def _outcome(probability: float, policy: EvidencePolicy) -> Outcome:
    """Read the policy's two bounds on P(inside)."""
    if probability >= policy.inside_pass_probability:
        return Outcome.PASS
    return Outcome.FAIL if probability <= policy.inside_fail_probability else Outcome.WARN


def _message(outcome: Outcome, outside_m: float, witness: PlaceWitness, site: Site, policy: EvidencePolicy) -> str:
    """The sentence for the person on site."""
    if outcome is Outcome.PASS:
        if outside_m <= 0:
            return "The photo was taken inside the site."
        return f"{_where(outside_m)}, within the tolerance of {metres(tolerance_m(site, policy))}."
    if outside_m <= 0:
        return (
            f"The position ({_radius(witness)}) is too rough to be sure of the site; wait for a better one and retake."
        )
    _, direction = site.way_back(witness.position.latitude, witness.position.longitude)
    if outcome is Outcome.FAIL:
        return f"{_where(outside_m)}; walk {direction} to the site and retake."
    return f"{_where(outside_m)}, {_radius(witness)}; walk {direction} onto the site and retake when it is better."


def _by_pin(finding: Finding) -> Finding:
    """Turn the pin's answer into a warning: the operator's word is no machine's."""
    place = "on the site" if finding.outcome is Outcome.PASS else "not clearly on the site"
    message = f"Only a pin set by hand says where this is, and it is {place}; retake with location switched on."
    return replace(finding, outcome=Outcome.WARN, message=message)


def _why_unknown(context: Context) -> str:
    """Say why no position can be used, and what to do."""
    if machine_positions(context.claims):
        return "The position is too rough to use; wait under open sky for a better one and retake."
    if context.claims.device.gave_reason:
        return (
            "The photo came from the field app without a position and with the reason for it, so a person looks at it; "
            "where you can, retake it under open sky with location allowed."
        )
    return "The photo came without a position; retake it with the field app and location switched on."


def _where(outside_m: float) -> str:
    """Signed metres to the outline in words."""
    return f"{metres(outside_m)} outside the site" if outside_m > 0 else f"{metres(-outside_m)} inside the site"


def _radius(witness: PlaceWitness) -> str:
    """The 68 % radius in words, named as assumed where the claim gave none."""
    return f"± {metres(witness.r68_m)}{' (assumed)' if witness.assumed else ''}"


def _expected(site: Site, policy: EvidencePolicy) -> str:
    """What the rule asks for."""
    return f"within {metres(tolerance_m(site, policy))} of the site"
