"""A monitor and its stored results, put straight into the day tables, for the tests of time series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.engine.usability.series.packing import Stored
from app.models import Monitor, MonitorState, db, write
from app.models.day_table import is_day_table
from app.models.result import day_of, ensure_day_table, forget_known_days, result_table
from app.service.actor import Actor
from app.service.results.samples import forget_tables
from app.service.site import create_site

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
# A Monday long past, midnight UTC.
MONDAY = 1_767_571_200_000


def make_monitor(actor: Actor, *, interval_seconds: int = 60, site_id: int | None = None) -> Monitor:
    """A monitor that nothing schedules."""
    site_id = site_id or create_site(actor, {"name": "Shop", "base_url": "http://127.0.0.1:9/"}).id
    with write() as session:
        monitor = Monitor(
            organization_id=actor.organization_id,
            site_id=site_id,
            type="http",
            name="home",
            interval_seconds=interval_seconds,
            config={"url": "http://127.0.0.1:9/"},
        )
        session.add(monitor)
        session.flush()
        monitor.state = MonitorState(monitor_id=monitor.id, since_ms=0)
    return monitor


def stored(due_ms: int, status: int = 1, **values: Any) -> Stored:
    """A sample of 100 ms, failed ones with a reason."""
    given: dict[str, Any] = {
        "location_number": 1,
        "flags": 0,
        "reason": None if status == 1 else "timeout",
        "total_us": 100_000,
        "dns_us": 1_000,
        "connect_us": 9_000,
        "tls_us": None,
        "first_byte_us": 80_000,
        "transfer_us": 10_000,
        "late_us": 300,
        "lag_us": 10,
        "http_status": 200 if status == 1 else None,
        "address": "192.0.2.7",
        "detail": None if status == 1 else {"seconds": 10},
    }
    return Stored(due_ms=due_ms, status=status, **{**given, **values})


def put(monitor_id: int, samples: Iterable[Stored]) -> None:
    """Write samples as the recorder does: a slot that is taken stays as it is."""
    forget_known_days()
    by_day: dict[Any, list[dict[str, Any]]] = {}
    for each in samples:
        row = {"monitor_id": monitor_id, **each._asdict()}
        by_day.setdefault(day_of(each.due_ms), []).append(row)
    for day, rows in by_day.items():
        ensure_day_table(db.engine, day)
        with write() as session:
            session.execute(result_table(day).insert(), rows)
    forget_tables()


def every(step_ms: int, from_ms: int, to_ms: int, status: int = 1, **values: Any) -> list[Stored]:
    return [stored(due_ms, status, **values) for due_ms in range(from_ms, to_ms, step_ms)]


def day_tables() -> list[str]:
    """The day tables there are, by name."""
    from sqlalchemy import inspect

    return sorted(name for name in inspect(db.engine).get_table_names() if is_day_table(name))
