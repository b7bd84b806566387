"""Queue `probe.<location>`: run checks in the engine and send what they measured to the recorder.

Knows the engine, the broker and nothing else: a remote probe has no database. A message is done when all its
results have been sent (`tasks.post`).
"""

from __future__ import annotations

import logging
import queue
import resource
import sys
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from celery import signals

from app.core.celery import restore_unacked
from app.core.clock import now_ms
from app.core.settings import get_settings
from app.engine.usability.types import Check, Sample
from app.service.location.probe_side import opened
from tasks.application import celery
from tasks.post import Batch, Post, send_patiently

if TYPE_CHECKING:
    from app.engine.usability.loop import Engine

log = logging.getLogger("cloudeye.probe")
TOO_OLD_MS = 10_000
TOO_EARLY_MS = 10_000
"""Slots are sent a second ahead: one that is much further off says that this machine's clock is behind."""
DESCRIPTORS = 16_384
SWITCH_SECONDS = 0.0005


_making = threading.Lock()


@signals.worker_ready.connect
def _take_back(sender: Any = None, **_: Any) -> None:
    """What a killed probe had taken is checked now, while it is worth it, not after the visibility time.

    Where several serve one location, what the others have under way is checked once more: a slot is recorded
    once, whoever measures it.
    """
    for queue_name in celery.amqp.queues.consume_from:
        if queue_name.startswith("probe."):
            count = restore_unacked(celery, queue_name)
            if count:
                log.info("probe.messages_taken_back", extra={"messages": count})


def engine() -> Engine:
    """The engine of this process, with its one loop; whichever thread asks first makes it."""
    with _making:
        return _engine()


@lru_cache(maxsize=1)
def _engine() -> Engine:
    from app.engine.usability.loop import Engine  # Others load these tasks and never make a check.

    _raise_descriptor_limit()
    # The loop must not wait five milliseconds for its turn whenever a message is being taken apart.
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = get_settings()
    return Engine(
        ca_file=settings.CA_FILE,
        location=settings.LOCATION,
        dns_servers=settings.DNS_SERVERS,
        now_ms=now_ms,
        chromium=vars(settings)["CHROMIUM"],
    )


def _raise_descriptor_limit() -> None:
    """A check in flight holds a socket: take all the descriptors this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@lru_cache(maxsize=50_000)
def _parsed(spec: str) -> tuple[str, dict[str, Any], int, int, tuple[str, ...], bool]:
    kind, config, timeout_ms, interval_ms, allow, is_inverted = orjson.loads(spec)
    return kind, config, timeout_ms, interval_ms, tuple(allow), is_inverted


def _check(monitor_id: str, due_ms: int, spec: str) -> Check:
    kind, config, timeout_ms, _, allow, is_inverted = _parsed(spec)
    return Check(0, int(monitor_id), kind, config, due_ms, timeout_ms, allow, is_inverted)


def is_fresh(due_ms: int, interval_ms: int, at_ms: int) -> bool:
    """Whether a slot is worth checking: a message that waited too long speaks of another time.

    So does one of a time to come: what would be measured then is no answer to what was asked.
    """
    return -TOO_EARLY_MS <= at_ms - due_ms <= max(interval_ms, TOO_OLD_MS)


post = Post()


@celery.task(name="probe.batch")
def run_batch(*message: Any) -> None:
    """A signed batch of slots: [[monitor id, slot in unix ms, compiled check], …]."""
    body = opened("probe.batch", message)
    if body is None:
        return
    slots: list[list[Any]] = orjson.loads(body)
    at_ms = now_ms()
    checks = [
        _check(monitor_id, due_ms, spec)
        for monitor_id, due_ms, spec in slots
        if is_fresh(due_ms, _parsed(spec)[3], at_ms)
    ]
    if len(checks) < len(slots):
        late_ms = max((at_ms - due_ms for _, due_ms, _ in slots), key=abs)
        dropped = {"slots": len(slots) - len(checks), "late_ms": late_ms}
        log.warning("probe.stale_slots_dropped", extra=dropped)
    batch = Batch(len(checks))
    engine().submit(checks, lambda sample: post.take(sample, batch))
    batch.wait()


@celery.task(name="probe.now")
def run_now(*message: Any) -> None:
    """One check at once, for somebody who waits: signed [monitor id, unix ms, compiled check, token]."""
    body = opened("probe.now", message)
    if body is None:
        return
    monitor_id, due_ms, spec, token = orjson.loads(body)
    log.info("probe.now", extra={"monitor_id": monitor_id})
    if not is_fresh(due_ms, 0, now_ms()):
        return
    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    engine().submit([_check(monitor_id, due_ms, spec)], samples.put)
    send_patiently([samples.get()], token)
