"""How far a job is, for those who look: kept in Redis while it runs, and told to open pages.

The word to stop is a key in Redis too, so that a job hears it within a fifth of a second; it is in the job's
row as well, for when Redis forgets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import orjson
from redis import RedisError

from app.core.redis import get_redis
from app.models import Job
from app.service.live import listen, publish

KEPT_SECONDS = 3600
LIFETIME_SECONDS = 600.0
PULSE_SECONDS = 15.0
GOING_ON = ("queued", "running")
Facts = dict[str, Any]


def facts_of(job: Job) -> Facts:
    """What is told about a job: {id, state, done, total, percent}; `percent` None: nobody knows."""
    done, total = job.done, job.total
    if job.state == "running":
        kept = _kept(job.id)
        done, total = kept if kept is not None else (done, total)
    return made(job.id, job.state, done, total)


def made(job_id: int, state: str, done: int, total: int | None) -> Facts:
    percent = None if not total else min(100, done * 100 // total)
    return {
        "id": str(job_id),
        "state": state,
        "done": done,
        "total": total,
        "percent": 100 if state == "done" else percent,
    }


def _kept(job_id: int) -> tuple[int, int | None] | None:
    with suppress(RedisError):
        raw: Any = get_redis().get(f"job:progress:{job_id}")
        if raw is not None:
            done, total = orjson.loads(raw)
            return done, total
    return None


def tell(job: Job) -> None:
    """Its state has changed."""
    publish({job.organization_id: [{"kind": "job", "job": made(job.id, job.state, job.done, job.total)}]})


def tell_progress(organization_id: int, job_id: int, done: int, total: int | None) -> None:
    with suppress(RedisError):
        get_redis().set(f"job:progress:{job_id}", orjson.dumps([done, total]), ex=KEPT_SECONDS)
    publish({organization_id: [{"kind": "job", "job": made(job_id, "running", done, total)}]})


def say_stop(job_id: int) -> None:
    with suppress(RedisError):
        get_redis().set(f"job:stop:{job_id}", "1", ex=KEPT_SECONDS)


def is_stopped(job_id: int) -> bool:
    try:
        return bool(get_redis().exists(f"job:stop:{job_id}"))
    except RedisError:
        return False


def forget(job_id: int) -> None:
    """It is over: nothing more is told about it here."""
    with suppress(RedisError):
        get_redis().delete(f"job:stop:{job_id}", f"job:progress:{job_id}")


def watch(
    organization_id: int,
    job_id: int,
    look: Callable[[], Facts],
    *,
    lifetime_seconds: float = LIFETIME_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Facts | None]:
    """A job's facts as they change, the last ones when it is over; None where nothing came for a while.

    `look` reads them from the database: once when we listen, since what was told before then is lost, and in
    every pause, since a message may be.
    """
    begun = pulsed = clock()
    last = look()
    yield last
    if last["state"] not in GOING_ON:
        return
    for batch in listen(organization_id, pulse_seconds=1.0):
        told = [
            each["job"] for each in batch if each.get("kind") == "job" and each["job"]["id"] == str(job_id)
        ]
        facts = told[-1] if told else (look() if not batch else last)
        if facts != last:
            last, pulsed = facts, clock()
            yield facts
        elif clock() - pulsed >= PULSE_SECONDS:
            pulsed = clock()
            yield None
        if last["state"] not in GOING_ON or clock() - begun >= lifetime_seconds:
            return
