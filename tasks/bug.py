"""Queue `bug`: weakness scans, and queue `report`: the turns that start and end them.

A scan runs in a process of its own (`tasks.bug_scan`), so that an hour's work with hostile pages holds up no
page check, takes no memory while nothing is scanned, and takes nothing with it when it dies. Here a thread of
its own waits for it; the worker's threads are free at once.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import Any

from celery import signals
from redis import RedisError

from app.core.clock import now
from app.core.redis import once_every
from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.models.errors import DATABASE_AWAY
from config.env import ROOT
from tasks.application import celery, database
from tasks.record import nudge_delivery

log = logging.getLogger("cloudeye.bug")
AWAY = (*DATABASE_AWAY, RedisError, NoWorkerNumberError, ClockWentBackError)
AT_ONCE = 2
"""Scans of one process of workers."""
LOOK_SECONDS = 0.5
CHILD = ROOT / "config" / "launch" / "child.py"
END_SECONDS = 5.0

_places = threading.BoundedSemaphore(AT_ONCE)
_is_ending = threading.Event()


@signals.worker_shutting_down.connect
def _end(**_: Any) -> None:
    _is_ending.set()


@celery.task(name="bug.work")
def work() -> None:
    """Begin waiting scans as far as there are places. Rows are the queue; the message says only: look."""
    while not _is_ending.is_set() and _places.acquire(blocking=False):
        scan_id = _claimed()
        if scan_id is None:
            _places.release()
            return
        threading.Thread(target=_attend, args=(scan_id,), name=f"scan-{scan_id}", daemon=True).start()


def _claimed() -> int | None:
    from app.service.bug.running import claim_scan

    try:
        with database():
            return claim_scan()
    except AWAY as error:
        log.warning("bug.cannot_claim", extra={"error": type(error).__name__})
        return None


def _attend(scan_id: int) -> None:
    """Wait for a scan's process, and say so when it did not come to its end."""
    try:
        status = _run(scan_id)
        if status != 0:
            _note_end(scan_id, status)
    except Exception:
        log.exception("bug.attend_failed", extra={"scan_id": scan_id})
    finally:
        _places.release()
    if not _is_ending.is_set():
        work()


def _run(scan_id: int) -> int:
    """The process's exit status; it is ended with this one."""
    # child.py ends it with this process, however that ends.
    command = [sys.executable, str(CHILD), sys.executable, "-m", "tasks.bug_scan", str(scan_id)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    while True:
        try:
            return process.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if _is_ending.is_set():
                process.terminate()
                try:
                    return process.wait(END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def _note_end(scan_id: int, status: int) -> None:
    """A scan whose process was told to end waits for the next one; any other death is a failure."""
    from app.service.bug.running import end_scan, give_back

    log.warning("bug.scan_process_ended", extra={"scan_id": scan_id, "status": status})
    with database():
        if _is_ending.is_set():
            give_back(scan_id)
            return
        done = end_scan(scan_id, "failed", "worker_lost", {"status": status})
    if done.deliveries:
        nudge_delivery()


@celery.task(name="bug.turn")
def turn() -> None:
    """Every few seconds: begin what is due, end what has died, open what is no longer accepted."""
    from app.service.bug.lapse import lapse_accepted
    from app.service.bug.running import sweep_lost
    from app.service.bug.scan import nudge
    from app.service.bug.triggers import has_waiting, start_changed, start_due

    if not once_every("bug.turn.done", 2):
        return
    try:
        with database():
            at = now()
            start_due(at)
            if once_every("bug.changes", 120):
                start_changed(at)
            deliveries = sum(done.deliveries for done in sweep_lost(at)) + lapse_accepted(at)
            if has_waiting(at):
                nudge()
    except AWAY as error:
        log.warning("bug.cannot_turn", extra={"error": type(error).__name__})
        return
    if deliveries:
        nudge_delivery()


@celery.task(name="bug.prove")
def prove() -> None:
    """Every hour: look again at hosts whose 30 days are over."""
    from app.service.bug.proving import prove_due

    with database():
        prove_due(now())
    nudge_delivery()


@celery.task(name="bug.tend")
def tend() -> None:
    """Once a day: what is too old of what was kept goes."""
    from app.service.bug.retention import tend_scans

    with database():
        tend_scans(now())
