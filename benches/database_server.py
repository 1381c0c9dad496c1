"""A PostgreSQL server of the benches' own, durable and tuned once for whoever uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from benches.processes import free_port
from tests.postgres import OWNER, PostgresCluster, programs

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "listen_addresses": "127.0.0.1",
    "TimeZone": "UTC",
}


@contextmanager
def database_server(*databases: str) -> Iterator[dict[str, str]]:
    """Run a server with empty databases of these names; gives their addresses (``postgresql://…``).

    Raises:
        tests.postgres.NoPostgresError: this machine has none.
    """
    cluster = PostgresCluster(programs())
    try:
        port = free_port()
        with (cluster.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in {**SETTINGS, "port": str(port)}.items())
        cluster.start()
        own = f"postgresql://{OWNER}@127.0.0.1:{port}"
        engine = sa.create_engine(f"{own}/postgres".replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in databases:
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        engine.dispose()
        yield {name: f"{own}/{name}" for name in databases}
    finally:
        cluster.remove()
