"""The database: one declarative base, column types that hold on SQLite and MariaDB, one way to write.

Every write goes through `write()`. On SQLite it takes the process's write lock and begins
IMMEDIATE, so that two writers of one process never wait inside SQLite (which would block gevent's
loop) and a reader never has to be upgraded to a writer half way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    NullPool,
    create_engine,
    event,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeDecorator

from app.core.clock import now
from app.core.snowflake import next_id

BigInt = BigInteger().with_variant(Integer, "sqlite")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python, naive UTC with microseconds in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone must not reach the database")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """SQLite keeps a moment as text, which is read in one step: lists are long and full of moments."""
        if dialect.name == "sqlite":
            return _moment_of_text
        return super().result_processor(dialect, coltype)


def _moment_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What every mapped class is."""

        __abstract__ = True
else:
    Model = db.Model


class Identified:
    """A Snowflake primary key, made in the process that makes the row."""

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False, default=next_id)


class Timestamped:
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    def keep_updated_at(self) -> None:
        """What is written of the row this time is found out, not changed by anybody."""
        flag_modified(self, "updated_at")


_AFTER = "after_commit"
_write_lock = threading.RLock()
# The log is copied into the database after 32 MB: the same pages change with every check.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "wal_autocheckpoint=8000",
)
LONGEST_GROUP = 2**20
"""Bytes; what MariaDB has by itself."""


@contextmanager
def write() -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back on any error.

    Do no I/O other than the database's inside it (no HTTP, no Redis, no sleep).
    """
    session: Session = db.session()
    with _write_lock:
        session.info.pop(_AFTER, None)
        if session.in_transaction():
            session.commit()
        session.connection(execution_options={"begin_immediate": True})
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
    for act in session.info.pop(_AFTER, ()):
        act()


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Do something once, as soon as the transaction of `write()` is committed and its lock is free."""
    session.info.setdefault(_AFTER, {})[act] = True


def patient(engine: Engine) -> Engine:
    """An engine for what may take hours, as changing a large table does: it waits for any answer.

    Breaking off would not stop the server, and MariaDB does not take back the half of a migration.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return create_engine(engine.url, poolclass=NullPool, connect_args={"connect_timeout": 5})


def prepare_engine(engine: Engine) -> None:
    """Hang the dialect's manners on an engine (once, right after it is made)."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        event.listen(engine, "connect", _say_how_long)


def _say_how_long(connection: Any, _record: Any) -> None:
    """MySQL cuts what a group is put together to (a site's tags) after 1,024 bytes, and says nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION group_concat_max_len = {LONGEST_GROUP}")


def _make_private(path: str | None) -> None:
    """SQLite would make its file readable by everybody; its journals have the mode of the file."""
    if path is None or not Path(path).is_absolute():
        return  # In memory.
    with suppress(OSError):  # It is there, or SQLite says why it cannot be.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _on_do_connect(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
        _make_private(engine.url.database)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get("begin_immediate", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        # Each page begins one to read, which waits for nobody: asked of the driver itself, it costs a tenth.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN")
