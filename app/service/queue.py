"""Messages to the worker processes. Services name a task; where it runs is Celery's business.

Nothing here may be called inside a transaction: rows are the queue, a message is only a nudge.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from celery import Celery

from app.core.celery import make_celery
from app.core.clock import now_ms
from app.core.log import current
from app.core.settings import get_settings


@lru_cache(maxsize=1)
def celery_app() -> Celery:
    """The process's Celery application; made here so that services need not know the tasks."""
    return make_celery(get_settings())


def send(task: str, queue: str, args: Sequence[Any]) -> None:
    """Put one message on a queue, with the request's identifiers on it."""
    celery_app().send_task(
        task, args=list(args), queue=queue, headers={"context": current()}, ignore_result=True
    )


def send_batch(location: str, checks: list[tuple[int, int, bytes]]) -> None:
    """A batch for the probes of a location: (monitor id, slot in unix ms, compiled check)."""
    send("probe.batch", f"probe.{location}", [[[str(i), due, spec.decode()] for i, due, spec in checks]])


def send_run(location: str, monitor_id: int, spec: bytes, token: str) -> None:
    """One check at this moment; its result is also pushed to `run:<token>` when there is a token."""
    send("probe.now", f"probe.{location}", [str(monitor_id), now_ms(), spec.decode(), token])


def send_results(wire: str, token: str = "") -> None:
    """Measured samples, as JSON, to the recorder."""
    send("record.samples", "record", [wire, token])
