"""Every class of attack, in the order in which they are told."""

from __future__ import annotations

from benches.fraud.attacks import clocks, edits, envelopes, pictures, places
from benches.fraud.case import Attack

ATTACKS: tuple[Attack, ...] = (
    *pictures.ATTACKS,
    *places.ATTACKS,
    *clocks.ATTACKS,
    *edits.ATTACKS,
    *envelopes.ATTACKS,
)
