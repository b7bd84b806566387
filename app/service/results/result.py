"""Reading raw results, newest first, over as many day tables as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import select

from app.core.clock import from_ms as moment
from app.core.clock import now_ms
from app.core.errors import InvalidError
from app.core.redis import TtlCache
from app.engine.usability.reasons import sentence
from app.engine.usability.series.packing import Stored
from app.engine.usability.series.rollup import MAINTAINED
from app.engine.usability.types import Sample
from app.models import Location, db
from app.models.result import PHASES, STATUS_NAME, STATUS_NUMBER
from app.models.rollup import DAY_MS
from app.service.actor import Actor
from app.service.monitor.manage import get_monitor
from app.service.paging import Page, decode_cursor, encode_cursor
from app.service.recording.record import location_number
from app.service.results.retention import kept_days
from app.service.results.samples import Slot, forget_tables, iter_samples, newest_first, slot_of

__all__ = [
    "document_of_run",
    "forget_days",
    "iter_samples",
    "list_results",
    "location_code",
    "location_numbers",
]
_locations: TtlCache[dict[int, str]] = TtlCache(30, 8)


def list_results(
    actor: Actor,
    monitor_id: int,
    *,
    from_ms: int | None = None,
    to_ms: int | None = None,
    failed: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[dict[str, Any]]:
    """A monitor's results, newest first; `from_ms` and `to_ms` bound the due time (unix ms, to exclusive).

    `failed` leaves out what was up. What the organization no longer keeps is not shown.
    """
    get_monitor(actor, monitor_id)
    at_ms = now_ms()
    before: Slot = (to_ms if to_ms is not None else at_ms + 60_000, -1)
    if cursor:
        due_ms, location = decode_cursor(cursor, [int, int])
        before = min(before, (due_ms, location))
    oldest_ms = at_ms - kept_days("raw", actor.organization.retention) * DAY_MS
    samples = newest_first(monitor_id, max(from_ms or 0, oldest_ms), before, limit + 1, failed_only=failed)
    items = [_document(monitor_id, each) for each in samples[:limit]]
    return Page(items, encode_cursor(slot_of(samples[limit - 1])) if len(samples) > limit else None)


def forget_days() -> None:
    """Look at the database again for its day tables and locations."""
    forget_tables()
    _locations.clear()


def location_numbers(codes: Sequence[str]) -> list[int]:
    """The short numbers of locations; an `InvalidError` names those there are not."""
    rows = db.session.execute(select(Location.code, Location.number).where(Location.code.in_(codes)))
    known = {row.code: row.number for row in rows}
    if strange := [code for code in codes if code not in known]:
        raise InvalidError({"locations": f"there is no location {', '.join(strange)}"})
    return list(known.values())


def location_code(number: int) -> str:
    codes = _locations.get_or_make(
        str(db.engine.url),
        lambda: {row.number: row.code for row in db.session.execute(select(Location.number, Location.code))},
    )
    return codes.get(number, str(number))


def _document(monitor_id: int, sample: Stored) -> dict[str, Any]:
    detail = sample.detail or {}
    durations = {f"{phase}_ms": _ms(getattr(sample, f"{phase}_us")) for phase in PHASES}
    return {
        "monitor_id": str(monitor_id),
        "due_at": moment(sample.due_ms).isoformat(),
        "due_ms": sample.due_ms,
        "location": location_code(sample.location_number),
        "status": STATUS_NAME[sample.status],
        "is_maintained": bool(sample.flags & MAINTAINED),
        "reason": sample.reason,
        "sentence": sentence(sample.reason, detail, "en") if sample.reason else "",
        "detail": detail,
        "total_ms": _ms(sample.total_us),
        "phases": durations,
        "late_ms": _ms(sample.late_us),
        "lag_ms": _ms(sample.lag_us),
        "http_status": sample.http_status,
        "address": sample.address,
    }


def _ms(us: int | None) -> float | None:
    return None if us is None else us / 1000


def document_of_run(wire: bytes) -> dict[str, Any]:
    """The result of a check made on demand, as it was recorded."""
    sample = Sample.from_wire(orjson.loads(wire))
    durations = [sample.total_ms, *(getattr(sample, f"{phase}_ms") for phase in PHASES)]
    stored = Stored._make(
        (
            sample.due_ms,
            location_number(sample.location),
            STATUS_NUMBER[sample.status],
            0,
            sample.reason,
            *(_us(each) for each in (*durations, sample.late_ms, sample.lag_ms)),
            sample.http_status,
            sample.address,
            sample.detail or None,
        )
    )
    return _document(sample.monitor_id, stored)


def _us(ms: float | None) -> int | None:
    return None if ms is None else max(0, round(ms * 1000))
