"""What time costs: bytes a packed result on both databases, a year's chart as years go by, the roller.

The chart is asked of one web worker in this process, through the whole application. The roller is given an
hour of 400 monitors at 20 s, five minutes at a time, as it comes.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app.core.clock import now_ms
from app.core.redis import use_redis
from app.core.snowflake import use_worker_number
from app.models import RollupMark, db, write
from app.models.rollup import DAY_MS, FIVE_MS, HOUR_MS
from app.service.actor import Actor
from app.service.results.packing import pack_closed
from app.service.results.samples import forget_tables
from app.service.rollup.dirty import GRACE_MS
from app.service.rollup.roller import roll
from tests import servers
from tests.bench import _history
from tests.bench._figures import Figures
from tests.cast import Caller, make_organization, make_test_app, make_user

PACKED_MONITORS, PACKED_STEP_MS = 100, 20_000
CHART_MONITORS, CHART_TRIES = 100, 15
ROLLED_MONITORS, ROLLED_STEP_MS = 400, 20_000
MOST_BYTES, MOST_CHART_MS, MOST_ROLL_MS = 40, 150, 0.03
MOST_GROWTH = 1.3


def _no_rest(_seconds: float) -> None:
    """The bench does not rest."""


@contextmanager
def _application(database_url: str = "") -> Iterator[tuple[Flask, Actor]]:
    with (
        servers.short_folder() as folder,
        servers.redis_server(folder) as redis,
        tempfile.TemporaryDirectory() as data,
    ):
        (Path(data) / "data").mkdir()
        use_worker_number(1)
        app = make_test_app(Path(data), redis.url, database_url)
        with redis.client() as client, app.app_context():
            use_redis(client)
            upgrade()
            forget_tables()
            yield app, make_user(make_organization("bench"), "bench", "owner")
            db.session.remove()
            db.engine.dispose()
        use_redis(None)
    forget_tables()


def _bytes_of_sqlite() -> int:
    """Bytes of the database file that hold something."""
    with db.engine.connect() as connection:
        pages, free, size = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def _bytes_of_mariadb() -> int:
    """The files of the tables of packs, as large as they are on the disk."""
    asked = (
        "SELECT coalesce(sum(FILE_SIZE), 0) FROM information_schema.INNODB_SYS_TABLESPACES "
        "WHERE NAME LIKE '%result_pack%'"
    )
    with db.engine.connect() as connection:
        return int(connection.execute(text(asked)).scalar_one())


def _packing(actor: Actor, name: str, size: Callable[[], int], figures: Figures) -> None:
    day_ms = now_ms() // DAY_MS * DAY_MS - 2 * DAY_MS
    before = size()
    ids = _history.monitors(actor, PACKED_MONITORS, PACKED_STEP_MS // 1000)
    count = _history.put(ids, day_ms, day_ms + DAY_MS, PACKED_STEP_MS)
    raw, began = size() - before, time.process_time()
    packed = pack_closed(seconds=3600, rest=_no_rest)
    used = time.process_time() - began
    figures.tell(f"{name}: results that were packed", packed, "results", least=count)
    figures.tell(
        f"{name}: bytes a packed result",
        (size() - before) / count,
        "bytes",
        most=MOST_BYTES,
        against=round(raw / count, 1) if raw else None,
    )
    figures.tell(f"{name}: CPU of packing", 1000 * used / count, "ms/check")


def _chart_ms(caller: Caller, monitor_id: int) -> float:
    end = now_ms()
    path = f"/usability/monitors/{monitor_id}/series?from={end - 365 * DAY_MS}&to={end}"
    took = []
    for _ in range(CHART_TRIES):
        began = time.perf_counter()
        caller.get(path)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def _charts(app: Flask, actor: Actor, figures: Figures) -> None:
    today_ms = now_ms() // DAY_MS * DAY_MS
    ids = _history.monitors(actor, CHART_MONITORS, 20)
    caller = Caller(app.test_client()).log_in(actor)
    took = {}
    for years in (1, 5):
        days = years * 365
        _history.put_days(ids, today_ms - days * DAY_MS, days)
        with write() as session:
            for kind in ("5m", "1h", "1d"):
                session.merge(RollupMark(kind=kind, done_ms=today_ms))
        took[years] = _chart_ms(caller, ids[len(ids) // 2])
        figures.tell(f"a year's chart after {years} years", took[years], "ms", most=MOST_CHART_MS)
    figures.tell("growth from 1 to 5 years", took[5] / took[1], "times", most=MOST_GROWTH)


def _rolling(actor: Actor, name: str, pid: int | None, figures: Figures) -> None:
    hour_ms = now_ms() // DAY_MS * DAY_MS - 3 * HOUR_MS
    ids = _history.monitors(actor, ROLLED_MONITORS, ROLLED_STEP_MS // 1000)
    count = _history.put(ids, hour_ms, hour_ms + HOUR_MS, ROLLED_STEP_MS)
    with write() as session:
        for kind in ("5m", "1h"):
            session.merge(RollupMark(kind=kind, done_ms=hour_ms))
    server = psutil.Process(pid) if pid else None
    began = time.process_time() + _used(server)
    for step in range(1, HOUR_MS // FIVE_MS + 1):
        roll(hour_ms + step * FIVE_MS + GRACE_MS, seconds=600, rest=_no_rest)
    used = time.process_time() + _used(server) - began
    figures.tell(f"{name}: CPU of rolling up", 1000 * used / count, "ms/check", most=MOST_ROLL_MS)


def _used(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> bool:
    figures = Figures("series")
    with _application() as (app, actor):
        _packing(actor, "SQLite", _bytes_of_sqlite, figures)
    with _application() as (app, actor):
        _rolling(actor, "SQLite", None, figures)
    with _application() as (app, actor):
        _charts(app, actor, figures)
    with servers.short_folder() as folder, servers.mariadb_server(folder) as server:
        with server.database("bench") as url, _application(url) as (app, actor):
            _packing(actor, "MariaDB", _bytes_of_mariadb, figures)
        with server.database("bench") as url, _application(url) as (app, actor):
            _rolling(actor, "MariaDB", int((folder / "mariadb.pid").read_text()), figures)
    return figures.is_met
