"""The day tables' comings and goings, and the end of what an organization does not keep."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Table, delete, func, select

from app.core.clock import now
from app.models import Monitor, Organization, db, write
from app.models.day_table import FIVES, PACKS, changing_tables, days_of
from app.models.pack import pack_table
from app.models.result import drop_days_before, ensure_day_table
from app.models.rollup import ensure_five_table, five_table, rollup_1d, rollup_1h
from app.service.results.retention import kept_days
from app.service.results.samples import forget_tables, midnight_ms

log = logging.getLogger("cloudeye.days")
MONITORS = 50
"""Of so many monitors at most one transaction deletes."""
PACKS_AT_ONCE, ROLLUPS_AT_ONCE = 100, 20_000


def tend(today: date | None = None) -> None:
    """Make the tables of today and tomorrow."""
    today = today or now().date()
    for day in (today, today + timedelta(days=1)):
        ensure_day_table(db.engine, day)
        ensure_five_table(db.engine, day)
    forget_tables()


def drop_old(today: date | None = None) -> None:
    """Drop the day tables that are older than the installation keeps."""
    today = today or now().date()
    first, first_five = (today - timedelta(days=kept_days(kind)) for kind in ("raw", "5m"))
    db.session.commit()  # What it has read would keep tables from being dropped (MariaDB).
    for day in drop_days_before(db.engine, first):
        log.info("days.dropped", extra={"day": day.isoformat()})
    for day in days_of(db.engine, PACKS):
        if day < first:
            _drop(pack_table(day), PACKS_AT_ONCE)
            log.info("days.dropped", extra={"day": day.isoformat()})
    for day in days_of(db.engine, FIVES):
        if day < first_five:
            _drop(five_table(day), ROLLUPS_AT_ONCE)
    forget_tables()


def _drop(table: Table, rows: int) -> None:
    """Drop a table whole; on SQLite, which lets nobody write meanwhile, once it is emptied bit by bit."""
    own = table.c.monitor_id
    while db.engine.dialect.name == "sqlite":
        border = db.session.scalar(select(own).order_by(own).offset(rows).limit(1))
        if border is None:
            break
        with write() as session:
            session.execute(delete(table).where(own <= border))
    db.session.commit()
    with changing_tables(db.engine) as connection:
        table.drop(connection, checkfirst=True)


def trim(today: date | None = None) -> int:
    """Delete hours and days past their time, and what organizations keep for less than others; how many."""
    today = today or now().date()
    deleted = 0
    for organization_id, retention in db.session.execute(
        select(Organization.id, Organization.retention)
    ).all():
        for ids in _monitors(organization_id):
            deleted += _trim_long(ids, retention, today)
            if retention:
                deleted += _trim_days(ids, retention, today)
    return deleted + _trim_orphans()


def _trim_long(ids: list[int], retention: dict[str, int] | None, today: date) -> int:
    deleted = 0
    for kind, table in (("1h", rollup_1h), ("1d", rollup_1d)):
        cut_ms = midnight_ms(today - timedelta(days=kept_days(kind, retention)))
        deleted += _delete(table, ids, table.c.start_ms < cut_ms)
    return deleted


def _trim_days(ids: list[int], retention: dict[str, int], today: date) -> int:
    """The rows of day tables that others keep for longer."""
    deleted = 0
    packed, rolled = days_of(db.engine, PACKS), days_of(db.engine, FIVES)
    for kind, there, table_of in (("raw", packed, pack_table), ("5m", rolled, five_table)):
        first = today - timedelta(days=kept_days(kind, retention))
        deleted += sum(_delete(table_of(day), ids, None) for day in there if day < first)
    return deleted


def _delete(table: Table, ids: list[int], older: object) -> int:
    statement = delete(table).where(table.c.monitor_id.in_(ids))
    if older is not None:
        statement = statement.where(older)  # type: ignore[arg-type]
    with write() as session:
        count: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
    return max(0, count)


def _monitors(organization_id: int) -> Iterator[list[int]]:
    after = 0
    while True:
        ids = list(
            db.session.scalars(
                select(Monitor.id)
                .where(Monitor.organization_id == organization_id, Monitor.id > after)
                .order_by(Monitor.id)
                .limit(MONITORS)
            )
        )
        if not ids:
            return
        yield ids
        after = ids[-1]


def _trim_orphans() -> int:
    """The roll-ups of monitors that are gone, also of those that did not see the end of their first day."""
    deleted = 0
    for table in (rollup_1h, rollup_1d):
        after = 0
        while ids := _rolled_up(table, after):
            alive = set(db.session.scalars(select(Monitor.id).where(Monitor.id.in_(ids))))
            if gone := [each for each in ids if each not in alive]:
                deleted += _delete(table, gone, None)
            after = ids[-1]
    return deleted


def _rolled_up(table: Table, after: int) -> list[int]:
    """The next monitors that have any: one seek in the key each, however many rows there are."""
    own = table.c.monitor_id
    ids: list[int] = []
    while len(ids) < MONITORS:
        after = db.session.scalar(select(func.min(own)).where(own > after)) or 0
        if not after:
            break
        ids.append(after)
    return ids
