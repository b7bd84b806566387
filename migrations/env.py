"""Alembic's environment: one set of migrations for SQLite and MariaDB."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, inspect, text

from app.models.base import patient
from app.models.day_table import is_day_table

config = context.config
database = current_app.extensions["migrate"].db


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The day tables come and go by themselves."""
    return not (kind == "table" and name is not None and is_day_table(name))


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations must not follow the code as it changes: our own types are written as what they are."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        autogen_context.imports.add("from sqlalchemy.dialects import mysql")
        return "sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')"
    return False


def run() -> None:
    with patient(database.engine).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Outside a transaction: with foreign keys on, rebuilding a parent table deletes its children.
            _pragma(connection, "PRAGMA foreign_keys=OFF")
        else:
            _take_every_character(connection)
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_name=include_name,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        try:
            with context.begin_transaction():
                context.run_migrations()
                if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                    raise RuntimeError("rows would be left without their parents; nothing was changed")
            connection.commit()
        finally:
            if is_sqlite:
                connection.rollback()
                _pragma(connection, "PRAGMA foreign_keys=ON")


def _take_every_character(connection: Connection) -> None:
    """A database without tables is made one of utf8mb4, whatever its server makes them."""
    if inspect(connection).get_table_names():
        return
    if connection.scalar(text("SELECT @@character_set_database")) != "utf8mb4":
        connection.execute(text("ALTER DATABASE CHARACTER SET utf8mb4"))
    connection.commit()


def _pragma(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


if context.is_offline_mode():
    dialect = database.engine.dialect.name
    context.configure(dialect_name=dialect, target_metadata=database.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
