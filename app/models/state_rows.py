"""The state rows of many monitors at once, as plain tuples: objects would cost the recorder most of its time.

JSON columns are their text here, so that what has not changed is compared without being read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection


class PolicyRow(NamedTuple):
    """What of a monitor decides how its samples are judged. `locations` is a JSON list, as text."""

    id: int
    organization_id: int
    site_id: int
    name: str
    type: str
    interval_seconds: int
    confirm_count: int
    recover_count: int
    retry_seconds: int | None
    slow_ms: int | None
    slow_factor: float | None
    quorum: int | None
    locations: str


class StateRow(NamedTuple):
    """A monitor's state as it stands. `last_detail`, `facts` and `votes` are JSON, as text."""

    monitor_id: int
    state: str
    since_ms: int
    last_due_ms: int
    last_known_ms: int
    incident_id: int | None
    last_status: str | None
    last_reason: str | None
    last_total_ms: float | None
    last_detail: str | None
    facts: str | None
    votes: str | None
    memory: str | None


class Plain(NamedTuple):
    """What nearly every sample changes, in the order it is written."""

    state: str
    since_ms: int
    failures: int
    successes: int
    first_failure_ms: int | None
    last_due_ms: int
    last_known_ms: int
    memory: str
    is_flapping: int
    last_status: str | None
    last_reason: str | None
    last_total_ms: float | None


class Rest(NamedTuple):
    """What few samples change: JSON, as text."""

    last_detail: str | None
    facts: str | None
    votes: str | None


PLAIN, REST = Plain._fields, Rest._fields


CACHE_KB = 32_000


def keep_pages(connection: Connection) -> None:
    """Let SQLite keep the pages that every batch touches, in the process of the recorder alone."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KB}")


def lock_states(connection: Connection, monitor_ids: Iterable[int]) -> list[StateRow]:
    """The state rows, locked in the order of their ids so that recorders never cross."""
    suffix = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    statement = _reading("monitor_state", StateRow._fields, monitor_ids) + suffix
    return [StateRow._make(row) for row in connection.exec_driver_sql(statement)]


def policies_of(connection: Connection, monitor_ids: Iterable[int]) -> list[PolicyRow]:
    """How each of these monitors is judged."""
    statement = _reading("monitor", PolicyRow._fields, monitor_ids)
    return [PolicyRow._make(row) for row in connection.exec_driver_sql(statement)]


def _reading(table: str, names: tuple[str, ...], monitor_ids: Iterable[int]) -> str:
    wanted = ",".join(map(str, sorted(map(int, monitor_ids))))
    return f"SELECT {', '.join(names)} FROM {table} WHERE {names[0]} IN ({wanted}) ORDER BY {names[0]}"  # noqa: S608


def save_plain(connection: Connection, rows: Sequence[tuple[int, Plain]]) -> None:
    """Write what nearly every sample changes, by monitor id."""
    _save(connection, PLAIN, [(*values, monitor_id) for monitor_id, values in rows])


def save_whole(connection: Connection, rows: Sequence[tuple[int, Plain, Rest]]) -> None:
    """Write all of it, by monitor id."""
    _save(connection, PLAIN + REST, [(*plain, *rest, monitor_id) for monitor_id, plain, rest in rows])


def _save(connection: Connection, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(_saving(names, connection.dialect.name == "sqlite"), rows)


@lru_cache(maxsize=8)
def _saving(names: tuple[str, ...], is_sqlite: bool) -> str:
    """SQLite takes an UPDATE a row without leaving the process; MariaDB all rows in one statement.

    Those rows exist and are locked, so that nothing is ever inserted by it.
    """
    if is_sqlite:
        values = ", ".join(f"{name} = ?" for name in names)
        return f"UPDATE monitor_state SET {values} WHERE monitor_id = ?"  # noqa: S608 - names are our own
    values = ", ".join(f"{name} = VALUES({name})" for name in names)
    marks = ", ".join(["%s"] * (len(names) + 1))
    listed = ", ".join((*names, "monitor_id"))
    return f"INSERT INTO monitor_state ({listed}) VALUES ({marks}) ON DUPLICATE KEY UPDATE {values}"  # noqa: S608
