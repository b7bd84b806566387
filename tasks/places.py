"""Queue `record`: what probes say of themselves, and the paths they have looked at."""

from __future__ import annotations

import logging
from typing import Any

from app.core.signing import RefusedMessageError
from app.models.errors import DATABASE_AWAY
from app.service.location.refused import bury
from tasks.application import celery, database

log = logging.getLogger("cloudeye.recorder")


@celery.task(name="record.report")
def take(*message: Any) -> None:
    """A probe's report, signed with the key of its location; the next one comes in five seconds."""
    from app.service.location.report import take_report

    try:
        with database():
            take_report(message)
    except RefusedMessageError as refused:
        bury(message, refused.reason, refused.location)
    except DATABASE_AWAY as error:
        log.warning("recorder.report_dropped", extra={"error": type(error).__name__})


@celery.task(name="record.trace")
def take_path(*message: Any) -> None:
    """The path to a target a probe could not connect to, signed with the key of its location."""
    from app.service.cause.traces import take_trace

    try:
        with database():
            take_trace(message)
    except RefusedMessageError as refused:
        bury(message, refused.reason, refused.location)
    except DATABASE_AWAY as error:
        log.warning("recorder.trace_dropped", extra={"error": type(error).__name__})
