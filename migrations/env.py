"""Runs migrations on the connection it is given; imports no application code.

The caller (``server.migrate``) puts an open ``connection`` into the configuration's
attributes, and ``metadata`` too where models are to be compared with the tables.
"""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Run the asked-for migrations in one transaction each."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata"),
        transaction_per_migration=True,
        compare_type=True,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate's tables have no models; they are not ours to compare."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


run()
