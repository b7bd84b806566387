"""Roll-ups: what 5 minutes, an hour or a day of one monitor at one location comes to.

Those of 5 minutes lie in day tables, dropped whole; hours and days are few enough to be deleted in small
parts. Counts and covered milliseconds by status are columns, so that the database can add them up; what was
measured during maintenance has columns of its own, null when there was none. `body` is times, sketch and
reasons (`app.engine.usability.series.rollup`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigInt, Model, db
from app.models.day_table import FIVES, changing_tables

FIVE_MS, HOUR_MS, DAY_MS = 300_000, 3_600_000, 86_400_000
STEP_MS = {"5m": FIVE_MS, "1h": HOUR_MS, "1d": DAY_MS}
# By status, in the order of the result tables' numbers.
COUNTS = ("up", "down", "unknown", "degraded")
COVERED = tuple(f"{name}_ms" for name in COUNTS)
PLANNED = tuple(f"planned_{name}" for name in COUNTS)
PLANNED_MS = tuple(f"planned_{name}_ms" for name in COUNTS)
VALUES = (*COUNTS, *COVERED, *PLANNED, *PLANNED_MS, "body")


def _columns() -> list[Column[Any]]:
    return [
        Column("monitor_id", BigInt, primary_key=True, autoincrement=False),
        Column("start_ms", BigInt, primary_key=True, autoincrement=False),
        Column("location_number", SmallInteger, primary_key=True, autoincrement=False),
        *(Column(name, Integer, nullable=False) for name in (*COUNTS, *COVERED)),
        *(Column(name, Integer) for name in (*PLANNED, *PLANNED_MS)),
        Column("body", LargeBinary, nullable=False),
    ]


rollup_1h = Table("rollup_1h", db.metadata, *_columns(), sqlite_with_rowid=False)
rollup_1d = Table("rollup_1d", db.metadata, *_columns(), sqlite_with_rowid=False)
LONG = {"1h": rollup_1h, "1d": rollup_1d}


@lru_cache(maxsize=400)
def five_table(day: date) -> Table:
    """The table of one UTC day's 5-minute roll-ups (a description; `ensure_five_table` creates it)."""
    return Table(f"{FIVES}{day:%Y%m%d}", MetaData(), *_columns(), sqlite_with_rowid=False)


def ensure_five_table(engine: Engine, day: date) -> None:
    """Create the day's table if it is missing. Its own transaction: DDL ends one on MariaDB."""
    with changing_tables(engine) as connection:
        five_table(day).create(connection, checkfirst=True)


class RollupMark(Model):
    """How far roll-ups of one kind are made: everything before `done_ms` is."""

    __tablename__ = "rollup_mark"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    done_ms: Mapped[int] = mapped_column(BigInt)


class RollupDirty(Model):
    """5 minutes of a monitor that got a sample after they were rolled up; `stamp` is new with each note."""

    __tablename__ = "rollup_dirty"

    monitor_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    start_ms: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    stamp: Mapped[int] = mapped_column(BigInt)


def replace_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, over those of the same key."""
    if not rows:
        return
    statement: Insert
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(table).prefix_with("OR REPLACE")
    else:
        statement = mysql.insert(table)
        given = statement.inserted
        statement = statement.on_duplicate_key_update(
            {name.name: given[name.name] for name in table.columns if not name.primary_key}
        )
    connection.execute(statement, rows)
