"""The installation in figures, for Prometheus: what it is made of, what waits, how everything is.

A figure is a name, what it means, and values by labels. A part that is away leaves its figures out and shows
as 0 in `cloudeye_part_up`; it never keeps the others from being told.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis import RedisError
from sqlalchemy import func, select

from app.core.clock import now_ms
from app.core.redis import find_and_get, get_redis
from app.core.settings import get_settings
from app.models import Alert, Delivery, Incident, MonitorState, db
from app.models.errors import DATABASE_ERRORS
from app.models.usability import STATES
from app.service.health.check import readiness
from app.service.health.release import release
from app.service.location.known import enabled_codes
from app.service.location.refused import REASONS, refused_counts
from app.service.queue import browser_queue, waiting

QUEUES = ("record", "notify", "report", "tamper", "bug")
PAGES = "@tamper"
"""The due set of watched pages; every other one is called after its location."""
Values = dict[Any, float]
"""By the values of the labels, as a tuple."""
AWAY = (*DATABASE_ERRORS, RedisError, KombuError, CeleryError, OSError)


@dataclass(frozen=True, slots=True)
class Figure:
    """`kind` is counter (only grows, named …_total) or gauge."""

    name: str
    about: str
    labels: tuple[str, ...]
    values: Values
    kind: str = "gauge"


def figures() -> list[Figure]:
    """Everything there is to tell now. Reads the database and Redis, some milliseconds."""
    told: list[Figure] = []
    for part in PARTS:
        try:
            told.extend(part())
        except AWAY:
            continue  # Which part is away stands in `cloudeye_part_up`.
        finally:
            _leave_database()
    return told


def _leave_database() -> None:
    try:
        db.session.rollback()
    except DATABASE_ERRORS:
        db.session.remove()


def _parts() -> Iterable[Figure]:
    up = {(name,): float(state == "ok") for name, state in readiness().items()}
    yield Figure("cloudeye_part_up", "Whether a part of the installation is there: 1 or 0.", ("part",), up)
    runs: Values = {(release(), db.engine.dialect.name): 1.0}
    yield Figure("cloudeye_release", "Always 1; the labels say what runs.", ("release", "database"), runs)


def _processes() -> Iterable[Figure]:
    at_ms = now_ms()
    ages = {_process(key): (at_ms - int(value)) / 1000 for key, value in find_and_get("heartbeat:*").items()}
    yield Figure(
        "cloudeye_process_heartbeat_age_seconds", "Since a process was heard of.", ("process", "host"), ages
    )
    found = {_process(key): orjson.loads(value) for key, value in find_and_get("vitals:*").items()}
    for name, about, key, kind in VITALS:
        values = {process: float(vitals[key]) for process, vitals in found.items()}
        yield Figure(name, about, ("process", "host"), values, kind)


VITALS = (
    ("cloudeye_process_resident_bytes", "Memory of a process.", "resident_bytes", "gauge"),
    ("cloudeye_process_cpu_seconds_total", "Processor time of a process.", "cpu_seconds", "counter"),
    ("cloudeye_process_threads", "Threads of a process.", "threads", "gauge"),
    ("cloudeye_process_open_files", "Open files of a process.", "open_files", "gauge"),
    ("cloudeye_process_start_seconds", "When a process started, in unix time.", "started", "gauge"),
)


def _process(key: str) -> tuple[str, str]:
    _, process, host = key.split(":", 2)
    return process, host


def _queues() -> Iterable[Figure]:
    codes = enabled_codes()
    names = {*QUEUES, *(f"probe.{code}" for code in codes), *(browser_queue(code) for code in codes)}
    depths = {(name,): float(waiting(name)) for name in sorted(names)}
    yield Figure("cloudeye_queue_messages", "Messages that nobody has taken yet.", ("queue",), depths)


def _schedule() -> Iterable[Figure]:
    at_ms, client = now_ms(), get_redis()
    lags: Values = {}
    sizes: Values = {}
    for name in (*enabled_codes(), PAGES):
        first = cast("list[tuple[bytes, float]]", client.zrange(f"due:{name}", 0, 0, withscores=True))
        lags[name,] = max(0.0, at_ms - first[0][1]) / 1000 if first else 0.0
        sizes[name,] = float(client.zcard(f"due:{name}"))
    yield Figure(
        "cloudeye_schedule_lag_seconds", "How long ago the oldest check not sent yet was due.", ("due",), lags
    )
    yield Figure("cloudeye_schedule_checks", "What is checked on a schedule.", ("due",), sizes)


def _refused() -> Iterable[Figure]:
    # From nothing on: Prometheus sees no increase in a count that begins with what it counts.
    counts: Values = {(reason,): 0.0 for reason in REASONS}
    counts |= {(reason,): float(count) for reason, count in refused_counts().items()}
    about = "Messages the recorder did not take."
    yield Figure("cloudeye_messages_refused_total", about, ("reason",), counts, "counter")


def _states() -> Iterable[Figure]:
    statement = select(MonitorState.state, func.count()).group_by(MonitorState.state)
    by_state: Values = {(state,): 0.0 for state in STATES}
    by_state |= {(row[0],): float(row[1]) for row in db.session.execute(statement)}
    yield Figure("cloudeye_monitors", "Monitors by their present state.", ("state",), by_state)


def _open() -> Iterable[Figure]:
    incidents = select(func.count()).where(Incident.closed_at.is_(None), Incident.is_withdrawn.is_(False))
    alerts = select(func.count()).where(
        Alert.state == "open", Alert.level == "alert", Alert.parent_id.is_(None)
    )
    waits = select(func.count()).where(Delivery.state == "pending")
    for name, about, statement in (
        ("cloudeye_incidents_open", "Incidents that are not over.", incidents),
        ("cloudeye_alerts_open", "Alerts of tampering that wait for somebody's word.", alerts),
        ("cloudeye_deliveries_waiting", "Notifications that are still to be delivered.", waits),
    ):
        yield Figure(name, about, (), {(): float(db.session.scalar(statement) or 0)})


def _disk() -> Iterable[Figure]:
    usage = shutil.disk_usage(get_settings().DATA_DIR)
    yield Figure("cloudeye_disk_free_bytes", "Free bytes where the data folder is.", (), {(): usage.free})
    yield Figure("cloudeye_disk_bytes", "Size of the disk where the data folder is.", (), {(): usage.total})


PARTS: tuple[Callable[[], Iterable[Figure]], ...] = (
    _parts,
    _disk,
    _processes,
    _queues,
    _schedule,
    _refused,
    _states,
    _open,
)
