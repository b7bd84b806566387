"""One moment of the database, held still while it is read, though CloudEye goes on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from app.service.backup.errors import BackupError
from app.service.backup.rows import Shape, described, shapes

TRIES = 5


@contextmanager
def snapshot(engine: Engine) -> Iterator[tuple[Connection, dict[str, Shape]]]:
    """A connection that sees one moment, and the tables there were at it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with connection.begin():
                yield connection, shapes(connection)
            return
        found = _begin_on_mysql(connection)
        try:
            yield connection, found
        finally:
            connection.exec_driver_sql("ROLLBACK")


def _begin_on_mysql(connection: Connection) -> dict[str, Shape]:
    """Begin; a table dropped between being listed and being touched makes it begin again.

    Touching each table keeps day tables from being renamed or dropped until the snapshot ends. The server
    may wait long for us to take rows, since they are compressed meanwhile.
    """
    connection.execution_options(isolation_level="REPEATABLE READ")
    connection.exec_driver_sql("SET SESSION net_write_timeout = 3600")
    for _ in range(TRIES):
        connection.rollback()
        found = shapes(connection)
        connection.rollback()
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        try:
            for name, shape in found.items():
                connection.execute(select(text("1")).select_from(described(name, shape)).limit(1))
        except DBAPIError:
            connection.exec_driver_sql("ROLLBACK")
            continue
        return found
    raise BackupError("the tables of the database change too quickly to be read; try again")
