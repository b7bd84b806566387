"""When each scheduled job last ran, how long it took and what came of it: written by workers, read by a page.

A hash a job in Redis, for runs come every second and only the last one is of interest.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any, cast

import orjson
from redis import RedisError

from app.core.clock import now_ms
from app.core.redis import get_redis
from app.service.scheduling.table import NAMES

MOST_NOTE = 500


_begun: dict[str, int] = {}
_guard = threading.Lock()


def begin_run(task_id: str, name: str) -> None:
    """A task begins in this process; only scheduled ones are noted."""
    if name in NAMES:
        with _guard:
            _begun[task_id] = now_ms()


def end_run(task_id: str, name: str, result: Any, *, failed: bool) -> None:
    """It has ended with this result, or by an exception that `result` is then."""
    with _guard:
        begun_ms = _begun.pop(task_id, None)
    if begun_ms is not None:
        error = type(result).__name__ if failed else ""
        note_run(name, begun_ms=begun_ms, took_ms=now_ms() - begun_ms, result=result, error=error)


def note_run(name: str, *, begun_ms: int, took_ms: int, result: Any, error: str = "") -> None:
    """A run has ended. A `result` that is a mapping is kept; its `problem` is why it could do nothing."""
    problem = error or (str(result["problem"]) if isinstance(result, dict) and "problem" in result else "")
    facts: dict[str, Any] = {
        "begun_ms": begun_ms,
        "took_ms": took_ms,
        "problem": problem[:MOST_NOTE],
        "result": orjson.dumps(result)[:MOST_NOTE] if isinstance(result, dict) else b"",
        "host": socket.gethostname()[:100],
    }
    if problem:
        facts |= {"failed_ms": begun_ms, "failed_problem": problem[:MOST_NOTE]}
    with suppress(RedisError):
        pipe = get_redis().pipeline(transaction=False)
        pipe.hset(_key(name), mapping=cast("dict[Any, Any]", facts))
        pipe.hincrby(_key(name), "runs", 1)
        if problem:
            pipe.hincrby(_key(name), "failures", 1)
        pipe.execute()


def read_runs(names: list[str]) -> dict[str, dict[str, Any]]:
    """What is known of each job's last run; nothing of one that has never run."""
    pipe = get_redis().pipeline(transaction=False)
    for name in names:
        pipe.hgetall(_key(name))
    return {name: _told(raw) for name, raw in zip(names, pipe.execute(), strict=True)}


def _told(raw: dict[bytes, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in raw.items():
        name, text = key.decode(), value.decode(errors="replace")
        found[name] = int(text) if name.endswith("_ms") or name in ("runs", "failures") else text
    if found.get("result"):
        with suppress(orjson.JSONDecodeError):
            found["result"] = orjson.loads(found["result"])
    return found


def _key(name: str) -> str:
    return f"scheduled:{name}"
