"""What a probe has measured, on its way to the recorder: the samples of all messages together.

A message costs the recorder a transaction, so samples wait for each other, half a second at most: a slow
target delays nobody else's result. A task is done when all its samples have been sent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import orjson
from kombu.exceptions import OperationalError
from redis import RedisError

from app.engine.usability.types import Sample
from app.service.queue import send_results

log = logging.getLogger("cloudeye.probe")
FLUSH_SECONDS = 0.5
MOST = 500


class Batch:
    """The samples of one task, counted until all of them have been sent."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._is_done = threading.Event()
        if not expected:
            self._is_done.set()

    def sent(self, count: int) -> None:
        """So many more have been sent. Called by one thread."""
        self._expected -= count
        if self._expected <= 0:
            self._is_done.set()

    def wait(self) -> None:
        self._is_done.wait()


class Post:
    """Sends samples in a thread of its own, begun with the first; `take` is quick and never waits for it."""

    def __init__(self) -> None:
        self._samples: list[tuple[Sample, Batch]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def take(self, sample: Sample, batch: Batch) -> None:
        with self._changed:
            self._samples.append((sample, batch))
            if len(self._samples) in (1, MOST):
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="post", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._samples))
                self._changed.wait_for(lambda: len(self._samples) >= MOST, FLUSH_SECONDS)
                ready, self._samples = self._samples, []
            for start in range(0, len(ready), MOST):
                part = ready[start : start + MOST]
                send_patiently([sample for sample, _ in part])
                for batch, count in Counter(batch for _, batch in part).items():
                    batch.sent(count)


def send_patiently(samples: Sequence[Sample], token: str = "") -> None:
    """Hand samples to the broker; while it is away they wait here, and nothing measured is lost."""
    pause = 0.1
    wire = _wire(samples)
    while True:
        try:
            send_results(wire, token)
            return
        except (OperationalError, RedisError, OSError) as error:
            log.warning("probe.send_failed", extra={"samples": len(samples), "error": type(error).__name__})
            time.sleep(pause)
            pause = min(2.0, pause * 2)


def _wire(samples: Sequence[Sample]) -> str:
    """Samples as JSON. What a stranger's answer made untellable is unknown, and holds up nobody else's."""
    try:
        return orjson.dumps([sample.to_wire() for sample in samples]).decode()
    except TypeError:
        return orjson.dumps([_tellable(sample).to_wire() for sample in samples]).decode()


def _tellable(sample: Sample) -> Sample:
    try:
        orjson.dumps(sample.to_wire())
    except TypeError as error:
        log.warning("probe.sample_untellable", extra={"monitor_id": sample.monitor_id})
        detail = {"error": f"{type(error).__name__}: {error}"[:200]}
        bare = replace(sample, status="unknown", reason="probe_error", detail=detail, facts={})
        return replace(bare, http_status=None, address=None)
    return sample
