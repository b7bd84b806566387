"""Queue `bug`: weakness scans, and queue `report`: the turns that start and end them.

A scan runs in a process of its own (`tasks.bug_scan`): an hour's work with hostile pages.
"""

from __future__ import annotations

import logging

from app.core.clock import now
from app.core.redis import once_every
from tasks.apart import AWAY, Apart, Arguments, is_ending
from tasks.application import Told, celery, database
from tasks.record import nudge_delivery

log = logging.getLogger("cloudeye.bug")


@celery.task(name="bug.work")
def work() -> None:
    """Begin waiting scans as far as there are places. Rows are the queue; the message says only: look."""
    scans.begin()


def _claimed() -> Arguments | None:
    from app.service.bug.running import claim_scan

    with database():
        scan_id = claim_scan()
    return None if scan_id is None else (str(scan_id),)


def _note_end(arguments: Arguments, status: int) -> None:
    """A scan whose process was told to end waits for the next one; any other death is a failure."""
    from app.service.bug.running import end_scan, give_back

    scan_id = int(arguments[0])
    with database():
        if is_ending.is_set():
            give_back(scan_id)
            return
        done = end_scan(scan_id, "failed", "worker_lost", {"status": status})
    if done.deliveries:
        nudge_delivery()


scans = Apart("bug", "tasks.bug_scan", at_once=2, claim=_claimed, died=_note_end)


@celery.task(name="bug.turn")
def turn() -> Told:
    """Every few seconds: begin what is due, end what has died, open what is no longer accepted."""
    from app.service.bug.lapse import lapse_accepted
    from app.service.bug.running import sweep_lost
    from app.service.bug.scan import nudge
    from app.service.bug.triggers import has_waiting, start_changed, start_due

    if not once_every("bug.turn.done", 2):
        return None
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
        return {"problem": type(error).__name__}
    if deliveries:
        nudge_delivery()
    return {"deliveries": deliveries}


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
