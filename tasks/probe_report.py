"""A probe says every few seconds how it is: what it does, what control targets answer, what it refused."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import tomllib
from functools import lru_cache
from typing import Any

import orjson
from celery import signals
from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now_ms
from app.service.location.probe_side import control_targets, refused
from app.service.queue import clock_off_ms, send_from_probe
from config.env import ROOT
from tasks.probe import engine

log = logging.getLogger("cloudeye.probe")
PERIOD_SECONDS = 5.0
# A report that waited longer says nothing any more.
EXPIRES_SECONDS = 30


@signals.worker_ready.connect
def _start_reporting(**_: Any) -> None:
    threading.Thread(target=_report_on, name="probe-report", daemon=True).start()


def _report_on() -> None:
    running = engine()
    running.watch_own_network()
    before, at = running.done_count, time.monotonic()
    while True:
        running.use_control_targets(control_targets())
        time.sleep(PERIOD_SECONDS)
        done, moment = running.done_count, time.monotonic()
        per_second, before, at = (done - before) / (moment - at), done, moment
        off_ms = clock_off()
        try:
            send_from_probe("record.report", report(per_second, off_ms), expires=expires_seconds(off_ms))
        except (OperationalError, RedisError, OSError) as error:
            log.warning("probe.report_failed", extra={"error": type(error).__name__})


def clock_off() -> int | None:
    """How far this machine's clock is ahead of the broker's, in ms; None where nobody can tell."""
    try:
        return clock_off_ms()
    except (OperationalError, RedisError, OSError):  # Away, or an account that may not ask.
        return None


def expires_seconds(off_ms: int | None) -> float:
    """How long a report holds, counted from now by our clock and up by the recorder's."""
    return EXPIRES_SECONDS + max(0, -(off_ms or 0)) / 1000


def report(per_second: float, off_ms: int | None = None) -> str:
    """The report as JSON. `per_second` is how many checks it has finished lately, `off_ms` as `clock_off`."""
    running = engine()
    said = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "version": product_version(),
        "at_ms": now_ms(),
        "clock_off_ms": off_ms,
        "in_flight": running.in_flight,
        "checks": running.done_count,
        "per_second": round(per_second, 1),
        "lag_ms": running.worst_lag_ms(PERIOD_SECONDS),
        "control": running.control_report(),
        "refused": dict(refused),
    }
    return orjson.dumps(said).decode()


@lru_cache(maxsize=1)
def product_version() -> str:
    """This release, as the project's file names it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
