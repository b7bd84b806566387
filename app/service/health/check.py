"""Is everything there? The database, Redis, the broker, and fresh heartbeats of the other processes."""

from __future__ import annotations

from collections.abc import Callable

from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis import RedisError
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import now_ms
from app.core.redis import find_and_get, get_redis
from app.models import Watch, db
from app.service.queue import celery_app

PROCESSES = ("scheduler", "worker", "recorder", "tamper")
FRESH_MS = 15_000


def readiness() -> dict[str, str]:
    """Each part with "ok" or what is wrong with it."""
    parts = {"database": _tried(_database), "redis": _tried(_redis), "broker": _tried(_broker)}
    if parts["redis"] != "ok":
        return {**parts, **dict.fromkeys(PROCESSES, "not known without redis")}
    return {**parts, **{process: _heartbeat(process) for process in PROCESSES}}


def browser_state() -> str:
    """The process that shows pages in a browser: "ok", or what is wrong; only such watches need it."""
    needed = db.session.scalar(select(Watch.id).where(Watch.mode == "browser").limit(1)) is not None
    db.session.commit()
    state = _heartbeat("browser")
    return state if needed or state == "ok" else "not needed"


def _tried(part: Callable[[], None]) -> str:
    try:
        part()
    except (SQLAlchemyError, RedisError, KombuError, CeleryError, OSError) as error:
        return f"failed: {type(error).__name__}"
    return "ok"


def _database() -> None:
    db.session.execute(text("SELECT 1"))
    db.session.commit()


def _redis() -> None:
    get_redis().ping()


def _broker() -> None:
    with celery_app().connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=2)


def _heartbeat(process: str) -> str:
    beats = [int(value) for value in find_and_get(f"heartbeat:{process}:*").values()]
    if not beats:
        return "no heartbeat"
    age = now_ms() - max(beats)
    return "ok" if age < FRESH_MS else f"last heartbeat {age // 1000} s ago"


def running_processes() -> list[str]:
    """Which processes of this installation were heard of just now, on any machine."""
    beats = find_and_get("heartbeat:*")
    fresh = {name.split(":")[1] for name, value in beats.items() if now_ms() - int(value) < FRESH_MS}
    return sorted(fresh)
