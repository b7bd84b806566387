"""Tables that belong to one UTC day: made when they are needed, dropped whole when their time is over.

They are no part of the migrations, which leave everything with one of these prefixes alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, Engine, inspect

RESULTS, PACKING, PACKS, FIVES = "check_result_", "packing_result_", "result_pack_", "rollup_5m_"
PREFIXES = (RESULTS, PACKING, PACKS, FIVES)


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """A transaction to make and drop tables in, which waits its turn.

    On SQLite one that had looked first (is the table there?) could not become a writer while others write.
    """
    with engine.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        yield connection


def is_day_table(name: str) -> bool:
    return name.startswith(PREFIXES)


def days_of(engine: Engine | Connection, prefix: str) -> list[date]:
    """The days that have a table of this kind, newest first."""
    names = (name for name in inspect(engine).get_table_names() if name.startswith(prefix))
    return sorted((datetime.strptime(name[len(prefix) :], "%Y%m%d").date() for name in names), reverse=True)
