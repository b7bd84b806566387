"""Rows that mean the same on SQLite and MariaDB.

What a table is, is asked of the database itself, not of the models: a back-up can be made of any release's,
and day tables are no part of the models. Each column is of one of seven kinds; a row is a JSON list, a moment
an ISO text, bytes are base64, JSON stays the text it is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    Float,
    Inspector,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine, _Binary

from app.models.base import BigInt
from app.service.backup.errors import BackupError

Shape = list[list[str]]
"""The columns of a table in their order, each with its kind."""
REVISIONS = "alembic_version"
ROWS_AT_ONCE, BYTES_AT_ONCE = 2_000, 4 * 2**20

_MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TYPES: dict[str, Any] = {
    "int": BigInt,
    "float": Double,
    "moment": _MOMENT,
    "date": Date,
    "bytes": LargeBinary,
    "text": Text,
}
# The first that fits; a date-time is asked about before the rest.
_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (DateTime, "moment"),
    (Date, "date"),
    (_Binary, "bytes"),
    (Boolean, "int"),
    (Float, "float"),
    (Integer, "int"),
    (Numeric, "float"),
    (JSON, "text"),
    (String, "text"),
)
_OUT: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "moment": datetime.isoformat,
    "date": date.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode(),
    # SQLite keeps a JSON text that reads as a number as the number.
    "text": lambda value: value if isinstance(value, str) else orjson.dumps(value).decode(),
}
_IN: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": base64.b64decode,
    "text": str,
}


def shapes(connection: Connection) -> dict[str, Shape]:
    """Every table of the database with its columns, but the one that counts migrations."""
    inspector: Inspector = inspect(connection)
    names = sorted(name for name in inspector.get_table_names() if name != REVISIONS)
    return {name: shape_of(inspector, name) for name in names}


def shape_of(inspector: Inspector, name: str) -> Shape:
    return [[each["name"], _kind(name, each["name"], each["type"])] for each in inspector.get_columns(name)]


def _kind(table: str, column: str, declared: TypeEngine[Any]) -> str:
    for of, kind in _KINDS:
        if isinstance(declared, of):
            return kind
    raise BackupError(f"{table}.{column} is of a type that a back-up does not know: {declared!r}")


def described(name: str, shape: Shape) -> Table:
    return Table(name, MetaData(), *(Column(column, TYPES[kind]) for column, kind in shape))


def pieces(connection: Connection, name: str, shape: Shape) -> Iterator[tuple[int, bytes]]:
    """A table's rows as lines of JSON, some MB at a time: how many rows, and the lines."""
    out = [_OUT[kind] for _, kind in shape]
    statement = select(described(name, shape)).execution_options(yield_per=ROWS_AT_ONCE)
    lines: list[bytes] = []
    size = 0
    for row in connection.execute(statement):
        line = orjson.dumps(
            [None if value is None else change(value) for change, value in zip(out, row, strict=True)]
        )
        lines.append(line)
        size += len(line) + 1
        if size >= BYTES_AT_ONCE:
            yield len(lines), b"\n".join(lines) + b"\n"
            lines, size = [], 0
    if lines:
        yield len(lines), b"\n".join(lines) + b"\n"


def load(connection: Connection, name: str, shape: Shape, lines: bytes) -> int:
    """Insert such lines; gives how many."""
    columns = [column for column, _ in shape]
    into = [_IN[kind] for _, kind in shape]
    rows = [_row(columns, into, orjson.loads(line)) for line in lines.splitlines()]
    table = described(name, shape)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        connection.execute(table.insert(), rows[start : start + ROWS_AT_ONCE])
    return len(rows)


def _row(
    columns: Sequence[str], into: Sequence[Callable[[Any], Any]], values: Sequence[Any]
) -> dict[str, Any]:
    return {
        column: None if value is None else change(value)
        for column, change, value in zip(columns, into, values, strict=True)
    }
