"""Queue `record`, for what no probe measures: calls of targets, missed calls, and groups."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import orjson

from app.core.clock import now_ms
from app.core.redis import once_every
from app.engine.usability.types import Sample
from app.models.errors import DATABASE_AWAY
from app.service.queue import send_results
from tasks.application import celery, database

log = logging.getLogger("cloudeye.passive")
LOOK_SECONDS = 2


def _record(samples: list[Sample]) -> None:
    """Into the recorder's queue, like a probe's samples, so that they are recorded in one way only."""
    if samples:
        send_results(orjson.dumps([sample.to_wire() for sample in samples]).decode())


def _patiently(work: Callable[[], None]) -> None:
    """Do it now, or when the database is back: what has come in is not to be lost."""
    pause = 0.2
    while True:
        try:
            with database():
                work()
            return
        except DATABASE_AWAY as error:
            log.warning("passive.waiting", extra={"error": type(error).__name__})
            time.sleep(pause)
            pause = min(5.0, pause * 2)


@celery.task(name="record.call")
def call(*wire: Any) -> None:
    """A target has called."""
    from app.service.passive.heartbeat import Call, take_call

    _patiently(lambda: _record(take_call(Call(*wire))))


@celery.task(name="record.passive")
def look() -> None:
    """Who should have called and has not; groups whose members have changed. Asked every few seconds."""
    from app.service.passive.group import look_at_groups
    from app.service.passive.heartbeat import overdue, wait_on

    if not once_every("passive", LOOK_SECONDS):
        return
    with database():
        at_ms = now_ms()
        missed = overdue(at_ms)
        _record(missed)
        if missed:
            wait_on(missed, at_ms)
        _record(look_at_groups(at_ms))
