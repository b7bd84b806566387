"""Results as a network makes them, put straight into the tables: for benches of what time costs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from app.engine.usability.series.packing import Stored
from app.engine.usability.series.rollup import Rollup, gather
from app.models import Monitor, MonitorState, Site, db, write
from app.models.result import day_of, ensure_day_table, result_table
from app.models.rollup import DAY_MS, HOUR_MS, replace_rows, rollup_1d, rollup_1h
from app.service.actor import Actor
from app.service.rollup.rows import row_of

PHASES = ((7.0, 0.4), (9.6, 0.15), (10.2, 0.12), (10.8, 0.35), (6.5, 0.6))
"""Mean and spread of the logarithms of microseconds: name, connection, TLS, first byte, rest."""
FAILING = 0.002


def monitors(actor: Actor, count: int, seconds: int) -> list[int]:
    """Monitors that nothing schedules; gives their ids."""
    with write() as session:
        site = Site(organization_id=actor.organization_id, name="Bench", base_url="http://127.0.0.1:9/")
        session.add(site)
        session.flush()
        made = [
            Monitor(
                organization_id=actor.organization_id,
                site_id=site.id,
                type="http",
                name=f"m{number}",
                interval_seconds=seconds,
                config={"url": "http://127.0.0.1:9/"},
            )
            for number in range(count)
        ]
        session.add_all(made)
        session.flush()
        session.add_all([MonitorState(monitor_id=each.id, since_ms=0) for each in made])
    return sorted(each.id for each in made)


def samples(seed: int, from_ms: int, to_ms: int, step_ms: int) -> Iterator[Stored]:
    """An HTTPS monitor's samples; two in a thousand fail, with what proves it."""
    chance = random.Random(seed)
    host = f"shop{seed}.example"
    for due_ms in range(from_ms + seed * 37 % step_ms, to_ms, step_ms):
        phases = [int(chance.lognormvariate(mean, spread)) for mean, spread in PHASES]
        total_us = sum(phases) + chance.randrange(80, 400)
        late, lag = chance.randrange(50, 3000), chance.randrange(20, 900)
        if chance.random() < FAILING:
            detail = {"address": "203.0.113.7", "port": 443, "timeout_ms": 10_000, "host": host}
            yield Stored(
                due_ms, 1, 2, 0, "connect_timeout", 10_000_000 + late, phases[0], None, None, None, None,
                late, lag, None, "203.0.113.7", detail,
            )  # fmt: skip
        else:
            yield Stored(due_ms, 1, 1, 0, None, total_us, *phases, late, lag, 200, "203.0.113.7", None)  # type: ignore[call-arg, arg-type]


def put(ids: Sequence[int], from_ms: int, to_ms: int, step_ms: int) -> int:
    """Write raw results of one UTC day for each of these monitors; returns how many."""
    day = day_of(from_ms)
    ensure_day_table(db.engine, day)
    count = 0
    for seed, monitor_id in enumerate(ids):
        rows: list[dict[str, Any]] = [
            {"monitor_id": monitor_id, **each._asdict()} for each in samples(seed, from_ms, to_ms, step_ms)
        ]
        with write() as session:
            session.execute(result_table(day).insert(), rows)
        count += len(rows)
    return count


def put_days(ids: Sequence[int], first_ms: int, days: int) -> None:
    """Write days, and the last month's hours, all alike but for their time: what is measured is reading."""
    whole = Rollup()
    for each in gather(samples(1, 0, DAY_MS, 20_000), 20_000, DAY_MS, DAY_MS).values():
        whole.merge(each)
    for monitor_id in ids:
        rows = [row_of((monitor_id, first_ms + day * DAY_MS, 1), whole) for day in range(days)]
        last_ms = first_ms + days * DAY_MS
        hours = [row_of((monitor_id, last_ms - back * HOUR_MS, 1), whole) for back in range(1, 721)]
        with write() as session:
            replace_rows(session.connection(), rollup_1d, rows)
            replace_rows(session.connection(), rollup_1h, hours)
