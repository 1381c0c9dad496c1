"""Lists of certificates, people, devices and the record are read from indexes, however long they grow.

A certificate keeps its project's agency and the instant by which its state's list is ordered; an event of the custody
log names its project in a column of its own, which its hash does not cover as the details say it already; a person may
hold a code with which they choose their own password.

The windows of the policies as they stand with this version are used for certificates that are under way; what is
certified or paid from now on uses its own policy's.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0016, after 0012
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DAYS_TO_PAY = 28
DAYS_TO_PASS_ON = 15
INSTANT = sa.DateTime(timezone=True)

_id, _text = sa.Uuid(), sa.String()
CERTIFICATE = sa.table(
    "certificate",
    sa.column("id", _id),
    sa.column("milestone_id", _id),
    sa.column("state", _text),
    sa.column("agency_id", _id),
    sa.column("unlocked_at", INSTANT),
    sa.column("certified_at", INSTANT),
    sa.column("turn_at", INSTANT),
)
MILESTONE = sa.table("milestone", sa.column("id", _id), sa.column("project_id", _id))
PROJECT = sa.table("project", sa.column("id", _id), sa.column("agency_id", _id), sa.column("time_zone", _text))
PAYMENT = sa.table("payment", sa.column("certificate_id", _id), sa.column("paid_on", sa.Date()))
PASSING_ON = sa.table("passing_on", sa.column("certificate_id", _id), sa.column("recorded_at", INSTANT))
EVENT = sa.table(
    "custody_event",
    sa.column("record_type", _text),
    sa.column("record_id", _text),
    sa.column("details", sa.JSON()),
    sa.column("project_code", _text),
)


def upgrade() -> None:
    op.add_column("certificate", sa.Column("agency_id", sa.Uuid(), nullable=True))
    op.add_column("certificate", sa.Column("turn_at", INSTANT, nullable=True))
    op.add_column("custody_event", sa.Column("project_code", sa.String(length=64), nullable=True))
    op.add_column("person", sa.Column("first_code_digest", sa.String(length=64), nullable=True))
    op.add_column("person", sa.Column("first_code_until", INSTANT, nullable=True))
    _fill_agencies()
    _fill_turns()
    _fill_events()
    op.create_index("ix_certificate_agency_state_turn", "certificate", ["agency_id", "state", "turn_at", "id"])
    op.create_index("ix_custody_event_project_code", "custody_event", ["project_code", "at", "sequence"])
    op.create_index("ix_custody_event_actor_id", "custody_event", ["actor_id", "at", "sequence"])
    op.create_index("ix_custody_event_at", "custody_event", ["at", "sequence"])
    op.create_index("ix_person_name_id", "person", ["name", "id"])
    op.create_index("ix_device_enrolled", "device", ["enrolled_at", "id"])
    op.create_index("ix_project_agency_id_policy", "project", ["agency_id", "policy"])


def downgrade() -> None:
    op.drop_index("ix_project_agency_id_policy", table_name="project")
    op.drop_index("ix_device_enrolled", table_name="device")
    op.drop_index("ix_person_name_id", table_name="person")
    op.drop_index("ix_custody_event_at", table_name="custody_event")
    op.drop_index("ix_custody_event_actor_id", table_name="custody_event")
    op.drop_index("ix_custody_event_project_code", table_name="custody_event")
    op.drop_index("ix_certificate_agency_state_turn", table_name="certificate")
    op.drop_column("person", "first_code_until")
    op.drop_column("person", "first_code_digest")
    op.drop_column("custody_event", "project_code")
    op.drop_column("certificate", "turn_at")
    op.drop_column("certificate", "agency_id")


def _fill_agencies() -> None:
    theirs = (
        sa.select(PROJECT.c.agency_id)
        .join(MILESTONE, MILESTONE.c.project_id == PROJECT.c.id)
        .where(MILESTONE.c.id == CERTIFICATE.c.milestone_id)
        .scalar_subquery()
    )
    op.execute(sa.update(CERTIFICATE).values(agency_id=theirs))


def _fill_turns() -> None:
    columns = (
        CERTIFICATE.c.id,
        CERTIFICATE.c.state,
        CERTIFICATE.c.unlocked_at,
        CERTIFICATE.c.certified_at,
        PROJECT.c.time_zone,
        PAYMENT.c.paid_on,
        PASSING_ON.c.recorded_at,
    )
    query = (
        sa.select(*columns)
        .join(MILESTONE, MILESTONE.c.id == CERTIFICATE.c.milestone_id)
        .join(PROJECT, PROJECT.c.id == MILESTONE.c.project_id)
        .outerjoin(PAYMENT, PAYMENT.c.certificate_id == CERTIFICATE.c.id)
        .outerjoin(PASSING_ON, PASSING_ON.c.certificate_id == CERTIFICATE.c.id)
        .where(CERTIFICATE.c.state != "locked")
    )
    connection = op.get_bind()
    change = (
        sa.update(CERTIFICATE)
        .where(CERTIFICATE.c.id == sa.bindparam("which"))
        .values(turn_at=sa.bindparam("turn", type_=INSTANT))
    )
    for row in connection.execute(query).all():
        connection.execute(change, {"which": row.id, "turn": _turn(row)})


def _turn(row: Any) -> datetime | None:
    """Since when it is to be certified; until when it is to be paid, or passed on; since when all is done."""
    if row.state == "certified":
        return _end(_aware(row.certified_at).astimezone(ZoneInfo(row.time_zone)).date(), DAYS_TO_PAY, row.time_zone)
    if row.state == "paid":
        return _end(row.paid_on, DAYS_TO_PASS_ON, row.time_zone)
    return _aware(row.recorded_at if row.state == "passed_on" else row.unlocked_at)


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _end(day: date, days: int, zone: str) -> datetime:
    following = day + timedelta(days=days + 1)
    return datetime.combine(following, time(), ZoneInfo(zone)).astimezone(UTC)


def _fill_events() -> None:
    named = EVENT.c.details["project"].as_string()
    op.execute(sa.update(EVENT).where(EVENT.c.record_type == "project").values(project_code=EVENT.c.record_id))
    op.execute(sa.update(EVENT).where(EVENT.c.record_type != "project").values(project_code=named))
