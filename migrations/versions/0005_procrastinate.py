"""Procrastinate's tables on PostgreSQL, and no rows for jobs that are done.

The schema is a copy of the library's (``procrastinate_3_4.sql``), so that a fresh database and one that was
migrated step by step are the same whatever version is installed. The unique index is ours: a kind and subject
is one job for as long as it is not done, also while it runs. The table ``job`` still takes the state "done",
which the code before this migration writes. Jobs move along, up and down, with all their attempts before them.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0005, after 0004
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).resolve().parents[1] / "procrastinate_3_4.sql"
TABLES = ("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs", "procrastinate_workers")
TYPES = ("procrastinate_job_to_defer_v1", "procrastinate_job_event_type", "procrastinate_job_status")
#: What Procrastinate hands to our function are its ``args``; the names are those of ``server.jobs``.
MOVE_UP = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
    SELECT 'default', 'saksi', kind || ':' || subject,
           jsonb_build_object('kind', kind, 'subject', subject, 'queued_at', queued_at)
    FROM job ORDER BY queued_at
"""
MOVE_DOWN = """
    INSERT INTO job (id, kind, subject, state, attempts, queued_at, due_at)
    SELECT gen_random_uuid(), args ->> 'kind', args ->> 'subject', 'queued', 0,
           CAST(args ->> 'queued_at' AS timestamptz), now()
    FROM procrastinate_jobs
"""
FUNCTIONS = sa.text(
    "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace"
)


def upgrade() -> None:
    op.execute("DELETE FROM job WHERE state = 'done'")
    if op.get_bind().dialect.name != "postgresql":
        return
    # Without this the driver would look for parameters in the text, and allow one statement alone.
    connection = op.get_bind().execution_options(no_parameters=True)
    connection.exec_driver_sql(SCHEMA.read_text())
    op.create_index("uq_procrastinate_jobs_queueing_lock", "procrastinate_jobs", ["queueing_lock"], unique=True)
    op.execute(MOVE_UP)
    op.execute("DELETE FROM job")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(MOVE_DOWN)
    # A table's row type stands in the signatures of functions, and the triggers stand on functions.
    op.execute(f"DROP TABLE {', '.join(TABLES)} CASCADE")
    for function in op.get_bind().scalars(FUNCTIONS).all():
        op.execute(f"DROP FUNCTION {function}")
    for name in TYPES:
        op.execute(f"DROP TYPE {name}")
