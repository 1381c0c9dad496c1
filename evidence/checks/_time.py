"""What the time checks share: the zone of the site and the machines' capture times.

No check and no judgement of its own.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from evidence.context import Context
from evidence.findings import Finding, Outcome
from evidence.witness import TimeWitness, machine_times


def zone_of(context: Context) -> ZoneInfo | None:
    """The zone of the site, or None where no schedule is on record."""
    return None if context.schedule is None else context.schedule.zone


def times(context: Context) -> tuple[TimeWitness, ...]:
    """The machines' capture times, best first."""
    return machine_times(context.claims, zone_of(context))


def no_time(name: str) -> Finding:
    """The finding of a time check where no machine says when the photo was taken."""
    message = "Neither the photo file nor the phone says when this was taken; take it with the field app."
    return Finding(name, Outcome.UNKNOWN, message)
