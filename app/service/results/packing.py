"""Packing a closed day: its raw results become packs, then its raw table is dropped whole.

1. The raw table is taken aside (renamed); what comes late from now on finds a fresh one.
2. Monitor by monitor, in the order of their ids, old packs and what was taken aside are merged into new
   packs, a few monitors a transaction. A mark says how far it came, for the turn after.
3. The table that was taken aside is dropped (on SQLite it has been emptied by then, part by part).

Results of monitors that are gone, and of organizations that keep less, are not packed: they end here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from app.core.clock import now_ms
from app.engine.usability.series.packing import Stored, pack
from app.models import Monitor, Organization, RollupMark, db, write
from app.models.day_table import PACKING, RESULTS, days_of
from app.models.pack import begin_packing, end_packing, pack_table, packing_table
from app.models.rollup import DAY_MS
from app.service.results.retention import kept_days
from app.service.results.samples import forget_tables, midnight_ms, samples_of_day

log = logging.getLogger("cloudeye.packing")
GRACE_MS = 2 * 3_600_000
PART = 5_000
"""Samples of one pack at most; a list that wants the newest of them opens one pack."""
MONITORS = 10
REST_SECONDS = 0.02


def pack_closed(
    at_ms: int | None = None,
    *,
    seconds: float = 50.0,
    rest: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Pack what is closed, for about `seconds` at most; returns how many results were packed."""
    at_ms = now_ms() if at_ms is None else at_ms
    end, packed = clock() + seconds, 0
    days = set(days_of(db.engine, RESULTS)) | set(days_of(db.engine, PACKING))
    for day in sorted(days):
        if midnight_ms(day) + DAY_MS + GRACE_MS > at_ms or clock() > end:
            break
        packed += _pack_day(day, at_ms, end, rest, clock)
    return packed


def _pack_day(
    day: date, at_ms: int, end: float, rest: Callable[[float], None], clock: Callable[[], float]
) -> int:
    db.session.commit()  # What it has read would keep the table from being renamed (MariaDB).
    if not begin_packing(db.engine, day):
        return 0
    forget_tables()
    packed, after = 0, _mark(day)
    while clock() < end:
        ids = _next_monitors(day, after)
        if not ids:
            db.session.commit()
            end_packing(db.engine, day)
            _set_mark(day, None)
            forget_tables()
            log.info("days.packed", extra={"day": day.isoformat()})
            break
        packed += _pack_monitors(day, _wanted(ids, day, at_ms), rest)
        after = ids[-1]
        _set_mark(day, after)
        if db.engine.dialect.name == "sqlite":
            _empty(day, after)
    return packed


def _next_monitors(day: date, after: int) -> list[int]:
    """The next monitors that have something to be packed: one seek in the key each."""
    own = packing_table(day).c.monitor_id
    ids: list[int] = []
    while len(ids) < MONITORS:
        found = db.session.scalar(select(func.min(own)).where(own > after))
        if found is None:
            break
        ids.append(found)
        after = found
    return ids


def _wanted(ids: list[int], day: date, at_ms: int) -> list[int]:
    age_days = at_ms // DAY_MS - midnight_ms(day) // DAY_MS
    rows = db.session.execute(
        select(Monitor.id, Organization.retention)
        .join(Organization, Organization.id == Monitor.organization_id)
        .where(Monitor.id.in_(ids))
        .order_by(Monitor.id)
    )
    return [row.id for row in rows if age_days <= kept_days("raw", row.retention)]


def _pack_monitors(day: date, ids: list[int], rest: Callable[[float], None]) -> int:
    rows: list[dict[str, Any]] = []
    start_ms = midnight_ms(day)
    for monitor_id in ids:
        rows += _packs_of(monitor_id, samples_of_day(day, monitor_id, start_ms, start_ms + DAY_MS))
        rest(REST_SECONDS)
    if not rows:
        return 0
    table = pack_table(day)
    with write() as session:
        session.execute(delete(table).where(table.c.monitor_id.in_(ids)))
        session.execute(table.insert(), rows)
    return sum(row["count"] for row in rows)


def _packs_of(monitor_id: int, samples: list[Stored]) -> list[dict[str, Any]]:
    by_location: dict[int, list[Stored]] = {}
    for each in samples:
        by_location.setdefault(each.location_number, []).append(each)
    rows = []
    for location, own in by_location.items():
        size = -(-len(own) // -(-len(own) // PART))
        rows += [_row(monitor_id, location, own[start : start + size]) for start in range(0, len(own), size)]
    return rows


def _row(monitor_id: int, location: int, part: list[Stored]) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "location_number": location,
        "first_ms": part[0].due_ms,
        "last_ms": part[-1].due_ms,
        "count": len(part),
        "failed": sum(each.status != 1 for each in part),
        "data": pack(part),
    }


def _empty(day: date, monitor_id: int) -> None:
    """Delete what is packed. SQLite writes every page of a table that it drops, and nobody else writes
    meanwhile: a second for three million results, so it is done in small parts."""
    table = packing_table(day)
    with write() as session:
        session.execute(delete(table).where(table.c.monitor_id <= monitor_id))


def _kind(day: date) -> str:
    return f"p{day:%y%m%d}"


def _mark(day: date) -> int:
    found: int | None = db.session.scalar(select(RollupMark.done_ms).where(RollupMark.kind == _kind(day)))
    return found or 0


def _set_mark(day: date, monitor_id: int | None) -> None:
    """How far the packing of a day came; None: to its end."""
    with write() as session:
        if monitor_id is None:
            session.execute(delete(RollupMark).where(RollupMark.kind == _kind(day)))
        else:
            session.merge(RollupMark(kind=_kind(day), done_ms=monitor_id))
