"""Packed days: when a UTC day is over, its results become a row a monitor and location; the raw table goes.

While a day is being packed its raw table has another name (`packing_result_…`): a result that comes late
finds none and makes a fresh one, which is merged when the day is packed again.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    inspect,
    text,
)

from app.models.base import BigInt
from app.models.day_table import PACKING, PACKS, RESULTS, changing_tables
from app.models.result import result_table

MAX_BYTES = 2**24 - 1


@lru_cache(maxsize=4000)
def pack_table(day: date) -> Table:
    """The packs of one UTC day (a description). `failed` of a row's samples were not up."""
    return Table(
        f"{PACKS}{day:%Y%m%d}",
        MetaData(),
        Column("monitor_id", BigInt, primary_key=True, autoincrement=False),
        Column("location_number", SmallInteger, primary_key=True, autoincrement=False),
        Column("first_ms", BigInt, primary_key=True, autoincrement=False),
        Column("last_ms", BigInt, nullable=False),
        Column("count", Integer, nullable=False),
        Column("failed", Integer, nullable=False),
        Column("data", LargeBinary(MAX_BYTES), nullable=False),
        sqlite_with_rowid=False,
    )


@lru_cache(maxsize=400)
def packing_table(day: date) -> Table:
    """A day's raw table while the day is being packed."""
    return result_table(day).to_metadata(MetaData(), name=f"{PACKING}{day:%Y%m%d}")


def begin_packing(engine: Engine, day: date) -> bool:
    """Take the day's raw table aside and make room for its packs; False when there is nothing to pack.

    A day that was being packed goes on where it ended.
    """
    found = inspect(engine)
    if not found.has_table(packing_table(day).name):
        if not found.has_table(result_table(day).name):
            return False
        with changing_tables(engine) as connection:
            # The names are our own: a prefix and eight digits.
            name = f"{day:%Y%m%d}"
            connection.execute(text(f"ALTER TABLE {RESULTS}{name} RENAME TO {PACKING}{name}"))
    with changing_tables(engine) as connection:
        pack_table(day).create(connection, checkfirst=True)
    return True


def end_packing(engine: Engine, day: date) -> None:
    with changing_tables(engine) as connection:
        packing_table(day).drop(connection, checkfirst=True)
