"""Reading raw results, newest first, over as many day tables as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select

from app.core.clock import from_ms as moment
from app.core.clock import now_ms
from app.core.redis import TtlCache
from app.engine.usability.reasons import sentence
from app.engine.usability.types import Sample
from app.models import Location, db
from app.models.result import PHASES, STATUS_NAME, day_of, existing_days, result_table
from app.service.actor import Actor
from app.service.monitor import get_monitor
from app.service.paging import Page, decode_cursor, encode_cursor
from app.service.record import location_number, row_of

_days: TtlCache[list[date]] = TtlCache(5, 8)
_locations: TtlCache[dict[int, str]] = TtlCache(30, 8)


def list_results(
    actor: Actor,
    monitor_id: int,
    *,
    from_ms: int | None = None,
    to_ms: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict[str, Any]]:
    """A monitor's results, newest first; `from_ms` and `to_ms` bound the due time (unix ms, to exclusive)."""
    get_monitor(actor, monitor_id)
    before = to_ms if to_ms is not None else now_ms() + 60_000
    if cursor:
        before = min(before, decode_cursor(cursor, [int])[0])
    rows = _newest(monitor_id, from_ms or 0, before, limit + 1)
    items = [_document(row) for row in rows[:limit]]
    return Page(items, encode_cursor([rows[limit - 1]["due_ms"]]) if len(rows) > limit else None)


def _newest(monitor_id: int, from_ms: int, before_ms: int, limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    days = _days.get_or_make(str(db.engine.url), lambda: existing_days(db.session.connection()))
    for day in days:
        if day > day_of(min(before_ms, 4_000_000_000_000)) or day < day_of(
            max(0, min(from_ms, 4_000_000_000_000))
        ):
            continue
        table = result_table(day)
        statement = (
            select(table)
            .where(table.c.monitor_id == monitor_id, table.c.due_ms < before_ms, table.c.due_ms >= from_ms)
            .order_by(table.c.due_ms.desc())
            .limit(limit - len(rows))
        )
        rows.extend(dict(row) for row in db.session.execute(statement).mappings())
        if len(rows) >= limit:
            break
    return rows


def forget_days() -> None:
    """Look at the database again for its day tables and locations."""
    _days.clear()
    _locations.clear()


def _location_code(number: int) -> str:
    codes = _locations.get_or_make(
        str(db.engine.url),
        lambda: {row.number: row.code for row in db.session.execute(select(Location.number, Location.code))},
    )
    return codes.get(number, str(number))


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    detail = row["detail"] or {}
    return {
        "id": str(row["id"]),
        "monitor_id": str(row["monitor_id"]),
        "due_at": moment(row["due_ms"]).isoformat(),
        "due_ms": row["due_ms"],
        "location": _location_code(row["location_number"]),
        "status": STATUS_NAME[row["status"]],
        "reason": row["reason"],
        "sentence": sentence(row["reason"], detail, "en") if row["reason"] else "",
        "detail": detail,
        "total_ms": _ms(row["total_us"]),
        "phases": {f"{phase}_ms": _ms(row[f"{phase}_us"]) for phase in PHASES},
        "late_ms": _ms(row["late_us"]),
        "lag_ms": _ms(row["lag_us"]),
        "http_status": row["http_status"],
        "address": row["address"],
    }


def _ms(us: int | None) -> float | None:
    return None if us is None else us / 1000


def document_of_run(wire: bytes) -> dict[str, Any]:
    """The result of a check made on demand, as it was recorded."""
    sample = Sample.from_wire(orjson.loads(wire))
    return _document(row_of(sample, location_number(sample.location)))
