"""Queue `record`: the recorder, the only writer of results.

While the database is away the message waits here and the others behind it in the broker, in order. A
message no database would take is kept under `record:dead` for a person to look at.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import orjson
from celery import signals
from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.celery import restore_unacked
from app.core.clock import now_ms
from app.core.redis import get_redis, once_every
from app.core.signing import RefusedMessageError
from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.engine.usability.types import Sample
from app.models.errors import DATABASE_AWAY
from app.models.result import forget_known_days
from app.service.location.refused import UNRECORDABLE, bury
from tasks.application import celery, database, process_name

log = logging.getLogger("cloudeye.recorder")
IDS_AWAY = (RedisError, NoWorkerNumberError, ClockWentBackError)


@signals.worker_ready.connect
def _take_back(sender: Any = None, **_: Any) -> None:
    """What a killed recorder had taken and not finished comes back now, not after the visibility time."""
    if process_name(sender.hostname) == "recorder":
        count = restore_unacked(celery, "record")
        if count:
            log.info("recorder.messages_taken_back", extra={"messages": count})


@celery.task(name="record.samples")
def record(*message: Any) -> None:
    """Measured samples, as JSON, signed with the key of the location that measured them."""
    from app.service.live import heard, publish
    from app.service.location.taken import taken_samples
    from app.service.recording.record import Recorded, record_samples
    from app.service.scheduling.schedule import look_again

    samples: list[Sample] = []
    token = ""
    done = Recorded()
    pause = 0.2
    while True:
        try:
            with database():
                samples, token = taken_samples(message)
                done = record_samples(samples)
            break
        except RefusedMessageError as refused:
            bury(message, refused.reason, refused.location)
            break
        except (*DATABASE_AWAY, *IDS_AWAY) as error:
            log.warning("recorder.waiting", extra={"samples": len(samples), "error": type(error).__name__})
            forget_known_days()
            time.sleep(pause)
            pause = min(5.0, pause * 2)
        except Exception:  # Whatever it is, the messages behind this one must not wait for it for ever.
            log.exception("recorder.message_refused", extra={"samples": len(samples)})
            bury(message, UNRECORDABLE, "", is_whole=True)
            break
    _tell(samples, token)
    if done.live:
        publish(done.live)
    heard.add(done.heard)
    if done.again:
        look_again(done.again)
    if done.decisions:
        nudge("notify.decide")


def _tell(samples: list[Sample], token: str) -> None:
    """Answer whoever waits for a check made on demand."""
    if not token or not samples:
        return
    try:
        pipe = get_redis().pipeline()
        pipe.lpush(f"run:{token}", orjson.dumps(samples[0].to_wire()))
        pipe.expire(f"run:{token}", 30)
        pipe.execute()
    except RedisError:
        log.warning("recorder.answer_failed")


def nudge(task: str) -> None:
    """Rows are the queue; the scheduler nudges again should this one be lost."""
    from app.service.queue import send

    try:
        send(task, "notify", [])
    except (OperationalError, RedisError, OSError) as error:
        log.warning("recorder.nudge_failed", extra={"error": type(error).__name__})


def nudge_delivery() -> None:
    """Somebody has put messages into the outbox."""
    nudge("notify.deliver_due")


@celery.task(name="record.sweep")
def sweep(at_ms: int | None = None) -> None:
    """Turn what nobody has heard of into UNKNOWN; the scheduler asks every few seconds.

    `at_ms` is when it asked: a question that waited behind many results is about the time before them. It is
    never a time to come, since whoever reaches the broker could make everything seem silent with one.
    """
    from app.service.live import publish
    from app.service.recording.record import expire_stale

    if not once_every("sweep", 2):
        return
    with database():
        done = expire_stale(None if at_ms is None else min(at_ms, now_ms()))
    publish(done.live)


@celery.task(name="record.tend_days")
def tend_days() -> None:
    """Make the tables of tomorrow."""
    from app.service.results.days import tend

    with database():
        tend()
