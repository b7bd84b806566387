"""Celery, with logging, heartbeats and the request's identifiers carried into tasks."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from celery import Celery, signals
from flask import Flask
from redis import RedisError

from app.core.celery import make_celery
from app.core.log import configure_logging, start_context
from app.core.settings import get_settings
from app.service.heartbeat import beat
from config import ConfigError

log = logging.getLogger("cloudeye.tasks")
BEAT_SECONDS = 2.0

try:
    celery: Celery = make_celery(get_settings())
except ConfigError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
# Which module holds a queue's tasks, by the queue's name up to the first dot.
MODULES = {
    "probe": "tasks.probe",
    "record": "tasks.record",
    "notify": "tasks.notify",
    "report": "tasks.bug",
    "tamper": "tasks.tamper",
    "browser": "tasks.tamper",
    "bug": "tasks.bug",
}
celery.conf.include = sorted(set(MODULES.values()))
app = celery


def process_name(hostname: str) -> str:
    """`recorder@host` → `recorder`."""
    return hostname.split("@", 1)[0] or "worker"


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    name = next(
        (argument for before, argument in zip(sys.argv, sys.argv[1:], strict=False) if before == "-n"),
        "worker",
    )
    configure_logging(get_settings(), process_name(name))


@signals.task_prerun.connect
def _carry_context(task: Any = None, **_: Any) -> None:
    context = getattr(task.request, "context", None) or (task.request.headers or {}).get("context") or {}
    start_context(**{name: str(value) for name, value in context.items()})


@signals.worker_ready.connect
def _start_beating(sender: Any = None, **_: Any) -> None:
    name = process_name(sender.hostname)
    threading.Thread(target=_beat_on, args=(name,), name="heartbeat", daemon=True).start()


def _beat_on(name: str) -> None:
    pause = threading.Event()
    while True:
        try:
            beat(name)
        except RedisError:
            log.warning("heartbeat.failed")
        pause.wait(BEAT_SECONDS)


@lru_cache(maxsize=1)
def flask_app() -> Flask:
    """The application of this process, for tasks that use the database. Probes never call it."""
    from app import create_app

    return create_app(get_settings(), faces=False, migrates=False)


@contextmanager
def database() -> Iterator[None]:
    """The database for the length of a block."""
    with flask_app().app_context():
        yield
