"""Is everything there? The database, Redis, the broker, and fresh heartbeats of the other processes."""

from __future__ import annotations

import threading
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
ANSWER_SECONDS = 5.0
"""How long Redis and the broker are waited for; their clients would go on trying for minutes."""


def readiness() -> dict[str, str]:
    """Each part with "ok" or what is wrong with it."""
    parts = {part: part_state(part) for part in _PARTS}
    if parts["redis"] != "ok":
        return {**parts, **dict.fromkeys(PROCESSES, "not known without redis")}
    return {**parts, **{process: process_state(process) for process in PROCESSES}}


def part_state(part: str) -> str:
    """The database, Redis or the broker: "ok", or what is wrong with it. Asks that part alone."""
    try:
        _PARTS[part]()
    except (SQLAlchemyError, RedisError, KombuError, CeleryError, OSError) as error:
        return f"failed: {type(error).__name__}"
    return "ok"


def browser_state() -> str:
    """The process that shows pages in a browser: "ok", or what is wrong; only such watches need it."""
    needed = db.session.scalar(select(Watch.id).where(Watch.mode == "browser").limit(1)) is not None
    db.session.commit()
    state = process_state("browser")
    return state if needed or state == "ok" else "not needed"


def _database() -> None:
    db.session.execute(text("SELECT 1"))
    db.session.commit()


def _redis() -> None:
    client = get_redis()
    _answers(client.ping)


def _broker() -> None:
    _answers(_connect_to_broker)


def _connect_to_broker() -> None:
    with celery_app().connection_for_write() as connection:
        connection.connect()


def _answers(ask: Callable[[], object]) -> None:
    """Ask a server, for ANSWER_SECONDS; raises what asking it raised, or TimeoutError."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            ask()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    if thread.is_alive():
        raise TimeoutError
    if raised:
        raise raised[0]


_PARTS: dict[str, Callable[[], None]] = {"database": _database, "redis": _redis, "broker": _broker}


def process_state(process: str) -> str:
    """A process by its newest heartbeat, on any machine: "ok", or what is wrong. Raises RedisError."""
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
