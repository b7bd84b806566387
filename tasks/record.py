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
from app.core.redis import get_redis, once_every
from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.engine.usability.types import Sample
from app.models.errors import DATABASE_AWAY
from app.models.result import forget_known_days
from tasks.application import celery, database, process_name

log = logging.getLogger("cloudeye.recorder")
DEAD_KEPT = 1_000
IDS_AWAY = (RedisError, NoWorkerNumberError, ClockWentBackError)


@signals.worker_ready.connect
def _take_back(sender: Any = None, **_: Any) -> None:
    """What a killed recorder had taken and not finished comes back now, not after the visibility time."""
    if process_name(sender.hostname) == "recorder":
        count = restore_unacked(celery, "record")
        if count:
            log.info("recorder.messages_taken_back", extra={"messages": count})


@celery.task(name="record.samples")
def record(wire: str, token: str = "") -> None:
    """Measured samples, as JSON."""
    from app.service.live import publish
    from app.service.record import Recorded, decode_samples, record_samples

    samples = decode_samples(wire)
    done = Recorded()
    pause = 0.2
    while True:
        try:
            with database():
                done = record_samples(samples)
            break
        except (*DATABASE_AWAY, *IDS_AWAY) as error:
            log.warning("recorder.waiting", extra={"samples": len(samples), "error": type(error).__name__})
            forget_known_days()
            time.sleep(pause)
            pause = min(5.0, pause * 2)
        except Exception:  # Whatever it is, the messages behind this one must not wait for it for ever.
            log.exception("recorder.message_refused", extra={"samples": len(samples)})
            _bury(wire)
            break
    _tell(samples, token)
    publish(done.live)
    if done.deliveries:
        nudge_delivery()


def _bury(wire: str) -> None:
    get_redis().lpush("record:dead", wire)
    get_redis().ltrim("record:dead", 0, DEAD_KEPT - 1)


def _tell(samples: list[Sample], token: str) -> None:
    """Answer whoever waits for a check made on demand."""
    if not token:
        return
    try:
        pipe = get_redis().pipeline()
        pipe.lpush(f"run:{token}", orjson.dumps(samples[0].to_wire()))
        pipe.expire(f"run:{token}", 30)
        pipe.execute()
    except RedisError:
        log.warning("recorder.answer_failed")


def nudge_delivery() -> None:
    """Rows are the queue; the scheduler nudges again should this one be lost."""
    from app.service.queue import send

    try:
        send("notify.deliver_due", "notify", [])
    except (OperationalError, RedisError, OSError) as error:
        log.warning("recorder.nudge_failed", extra={"error": type(error).__name__})


@celery.task(name="record.sweep")
def sweep() -> None:
    """Turn what nobody has heard of into UNKNOWN; the scheduler asks every few seconds."""
    from app.service.live import publish
    from app.service.record import expire_stale

    if not once_every("sweep", 2):
        return
    with database():
        done = expire_stale()
    publish(done.live)


@celery.task(name="record.tend_days")
def tend_days() -> None:
    """Make tomorrow's table, and drop the days whose time is over, whole."""
    from app.service.days import tend

    with database():
        tend()
