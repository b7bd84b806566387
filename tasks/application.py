"""Celery, with logging, heartbeats and the request's identifiers carried into tasks."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from celery import Celery, signals
from redis import RedisError

from app.core.celery import make_celery
from app.core.log import configure_logging, start_context
from app.core.settings import get_settings
from app.service.health.beat import beat
from app.service.scheduling.runs import begin_run, end_run
from config import ConfigError

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger("cloudeye.tasks")
Told = dict[str, Any] | None
"""What a scheduled task says of its run: counts, or a `problem` when it could do nothing."""
BEAT_SECONDS = 2.0

try:
    celery: Celery = make_celery(get_settings())
except ConfigError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
# Which modules hold a queue's tasks, by the queue's name up to the first dot.
MODULES: dict[str, tuple[str, ...]] = {
    "probe": ("tasks.probe", "tasks.probe_report", "tasks.probe_trace"),
    "record": ("tasks.record", "tasks.places", "tasks.passive"),
    "notify": ("tasks.letter", "tasks.notify"),
    "report": (
        "tasks.audit",
        "tasks.bug",
        "tasks.causes",
        "tasks.file",
        "tasks.job",
        "tasks.objective",
        "tasks.rollup",
        "tasks.usual",
    ),
    "tamper": ("tasks.tamper",),
    "browser": ("tasks.tamper", "tasks.probe"),
    "bug": ("tasks.bug",),
}


def modules_of(queues: Iterable[str]) -> list[str]:
    """The modules that hold these queues' tasks."""
    return sorted({module for queue in queues for module in MODULES[queue.partition(".")[0]]})


celery.conf.include = modules_of(MODULES)
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


@signals.task_prerun.connect
def _begin_run(task_id: str = "", task: Any = None, **_: Any) -> None:
    begin_run(task_id, task.name)


@signals.task_postrun.connect
def _end_run(task_id: str = "", task: Any = None, retval: Any = None, state: str = "", **_: Any) -> None:
    end_run(task_id, task.name, retval, failed=state == "FAILURE")


@signals.worker_ready.connect
def _start_beating(sender: Any = None, **_: Any) -> None:
    if get_settings().IS_REMOTE_PROBE:
        return  # It has no Redis to write to; its reports say that it lives.
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
