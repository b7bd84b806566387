"""Raw check results: one table a day, all from this template, dropped whole when their time is over.

A result's identity is its slot: monitor, due time, location. Inserting a slot twice is a no-op, so a
message may be delivered as often as it likes. The Snowflake id made where it was measured is kept as
a fact. Durations are stored in microseconds, as whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Insert,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    inspect,
)
from sqlalchemy.dialects import mysql, sqlite

from app.models.base import BigInt

PREFIX = "check_result_"
PHASES = ("dns", "connect", "tls", "first_byte", "transfer")
STATUS_NUMBER = {"up": 1, "down": 2, "unknown": 3, "degraded": 4}
STATUS_NAME = {number: name for name, number in STATUS_NUMBER.items()}


@lru_cache(maxsize=400)
def result_table(day: date) -> Table:
    """The table of one UTC day (a description; `ensure_day_table` creates it)."""
    return Table(
        f"{PREFIX}{day:%Y%m%d}",
        MetaData(),
        Column("monitor_id", BigInt, primary_key=True, autoincrement=False),
        Column("due_ms", BigInt, primary_key=True, autoincrement=False),
        Column("location_number", SmallInteger, primary_key=True, autoincrement=False),
        Column("id", BigInt, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("reason", String(32)),
        Column("total_us", Integer),
        *(Column(f"{phase}_us", Integer) for phase in PHASES),
        Column("late_us", Integer, nullable=False),
        Column("lag_us", Integer, nullable=False),
        Column("http_status", SmallInteger),
        Column("address", String(45)),
        Column("detail", JSON(none_as_null=True)),
        sqlite_with_rowid=False,
    )


def day_of(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).date()


def ensure_day_table(engine: Engine, day: date) -> None:
    """Create the day's table if it is missing. Its own transaction: DDL ends one on MariaDB."""
    if day not in _known_days.setdefault(engine, set()):
        result_table(day).create(engine, checkfirst=True)
        _known_days[engine].add(day)


_known_days: dict[Engine, set[date]] = {}


def forget_known_days() -> None:
    """Look at the database again before the next insert."""
    _known_days.clear()


def existing_days(engine: Engine | Connection) -> list[date]:
    """The days that have a table, newest first."""
    names = (name for name in inspect(engine).get_table_names() if name.startswith(PREFIX))
    return sorted((datetime.strptime(name[len(PREFIX) :], "%Y%m%d").date() for name in names), reverse=True)


def drop_days_before(engine: Engine, first_kept: date) -> list[date]:
    """Drop whole days older than `first_kept`; returns what was dropped."""
    dropped = [day for day in existing_days(engine) if day < first_kept]
    for day in dropped:
        result_table(day).drop(engine, checkfirst=True)
        _known_days.get(engine, set()).discard(day)
    return dropped


def insert_new(connection: Connection, day: date, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose slot is free; the others stay as they are."""
    table = result_table(day)
    statement: Insert
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(table).on_conflict_do_nothing()
    else:
        statement = mysql.insert(table).prefix_with("IGNORE")
    connection.execute(statement, rows)
