"""Queue `probe.<location>`: run checks in the engine and send what they measured to the recorder.

Knows the engine, the broker and nothing else: a remote probe has no database. Results are sent as they
come, at most half a second after the first of them, so a slow target delays nobody else's result. The
message is done when all its results have been sent.
"""

from __future__ import annotations

import logging
import resource
import threading
import time
from functools import lru_cache
from typing import Any

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now_ms
from app.core.settings import get_settings
from app.core.snowflake import NoWorkerNumberError, next_id
from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from app.service.queue import send_results
from tasks.application import celery

log = logging.getLogger("cloudeye.probe")
FLUSH_SECONDS = 0.5
TOO_OLD_MS = 30_000
DESCRIPTORS = 16_384


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process, with its one loop."""
    _raise_descriptor_limit()
    settings = get_settings()
    return Engine(
        ca_file=settings.CA_FILE, location=settings.LOCATION, dns_servers=settings.DNS_SERVERS, now_ms=now_ms
    )


def _raise_descriptor_limit() -> None:
    """A check in flight holds a socket: take all the descriptors this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@lru_cache(maxsize=50_000)
def _parsed(spec: str) -> tuple[str, dict[str, Any], int, int, tuple[str, ...]]:
    kind, config, timeout_ms, interval_ms, allow = orjson.loads(spec)
    return kind, config, timeout_ms, interval_ms, tuple(allow)


def _check(monitor_id: str, due_ms: int, spec: str) -> Check:
    kind, config, timeout_ms, _, allow = _parsed(spec)
    return Check(0, int(monitor_id), kind, config, due_ms, timeout_ms, allow)


def is_fresh(due_ms: int, interval_ms: int, at_ms: int) -> bool:
    """Whether a slot is still worth checking: a message that waited too long speaks of another time."""
    return at_ms - due_ms <= max(interval_ms, TOO_OLD_MS)


class Batch:
    """Collects the samples of one message. `take` is called in the engine's thread, `send_all` waits."""

    def __init__(self, expected: int, token: str = "") -> None:
        self._expected, self._token = expected, token
        self._samples: list[Sample] = []
        self._changed = threading.Condition()

    def take(self, sample: Sample) -> None:
        with self._changed:
            self._samples.append(sample)
            if len(self._samples) in (1, self._expected):
                self._changed.notify()

    def send_all(self) -> None:
        """Send samples until all have come. Returns when the last one has been sent."""
        while self._expected:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._samples))
                self._changed.wait_for(lambda: len(self._samples) == self._expected, FLUSH_SECONDS)
                ready, self._samples = self._samples, []
                self._expected -= len(ready)
            _send(ready, self._token)


def _send(samples: list[Sample], token: str) -> None:
    """Hand samples to the broker; while it is away they wait here, and nothing measured is lost."""
    pause = 0.1
    while True:
        try:
            for sample in samples:
                sample.id = sample.id or next_id()
            send_results(orjson.dumps([sample.to_wire() for sample in samples]).decode(), token)
            return
        except (OperationalError, RedisError, OSError, NoWorkerNumberError) as error:
            log.warning("probe.send_failed", extra={"samples": len(samples), "error": type(error).__name__})
            time.sleep(pause)
            pause = min(2.0, pause * 2)


@celery.task(name="probe.batch")
def run_batch(slots: list[list[Any]]) -> None:
    """A batch of slots: [[monitor id, slot in unix ms, compiled check], …]."""
    at_ms = now_ms()
    checks = [
        _check(monitor_id, due_ms, spec)
        for monitor_id, due_ms, spec in slots
        if is_fresh(due_ms, _parsed(spec)[3], at_ms)
    ]
    if len(checks) < len(slots):
        log.warning("probe.stale_slots_dropped", extra={"slots": len(slots) - len(checks)})
    batch = Batch(len(checks))
    engine().submit(checks, batch.take)
    batch.send_all()


@celery.task(name="probe.now")
def run_now(monitor_id: str, due_ms: int, spec: str, token: str) -> None:
    """One check at once, for somebody who waits."""
    log.info("probe.now", extra={"monitor_id": monitor_id})
    if not is_fresh(due_ms, 0, now_ms()):
        return
    batch = Batch(1, token)
    engine().submit([_check(monitor_id, due_ms, spec)], batch.take)
    batch.send_all()
