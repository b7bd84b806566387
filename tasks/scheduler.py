"""`python -m tasks.scheduler`: claims what is due and sends it to the probes and to those who watch pages.

Any number may run: a slot is claimed by exactly one of them. Four times a second it claims what is due
within the next second, so that the engine can start each check at its exact moment.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType

from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now_ms
from app.core.log import configure_logging
from app.core.redis import lock, once_every
from app.core.settings import get_settings
from app.models.errors import DATABASE_ERRORS
from app.service import schedule
from app.service.heartbeat import beat
from app.service.queue import send, send_batch
from app.service.tamper import timing
from config import ConfigError
from tasks.application import database

log = logging.getLogger("cloudeye.scheduler")
TURN_SECONDS = 0.25
BATCH = 100
CLAIM = 200


class Scheduler:
    """One scheduler of a location. `turn` is one round; `run` goes on until `stop` is set."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.turn()
            except (RedisError, OperationalError, OSError) as error:
                log.warning("scheduler.broker_away", extra={"error": type(error).__name__})
                self.stop.wait(0.5)
            self.stop.wait(TURN_SECONDS - now_ms() % int(TURN_SECONDS * 1000) / 1000)

    def turn(self) -> None:
        """1. the heartbeat, 2. what is due, 3. the periodic work that is up."""
        if once_every("beat:scheduler", 2):
            beat("scheduler")
        self.send_due()
        timing.send_due(at_ms=now_ms())
        self.periodic()

    def send_due(self) -> int:
        """Claim and send until nothing more is due; returns how many slots."""
        sent = 0
        while True:
            claimed = schedule.claim(self.location, at_ms=now_ms(), limit=CLAIM)
            for start in range(0, len(claimed), BATCH):
                part = claimed[start : start + BATCH]
                send_batch(self.location, [(each.item_id, each.due_ms, each.spec) for each in part])
                schedule.confirm(self.location, part)
            sent += len(claimed)
            if len(claimed) < CLAIM:
                return sent

    def periodic(self) -> None:
        if once_every(f"reconcile:{self.location}", 60) or schedule.reconcile_asked():
            self.reconcile()
        if once_every("deliver", 5):
            send("notify.deliver_due", "notify", [])
        if once_every("stale", 5):
            send("record.sweep", "record", [])
        if once_every("days", 3600):
            send("record.tend_days", "record", [])
        if once_every("tamper.tend", 86_400):
            send("tamper.tend", "tamper", [])
        if once_every("bug.turn", 10):
            send("bug.turn", "report", [])
        if once_every("bug.prove", 3600):
            send("bug.prove", "report", [])
        if once_every("bug.tend", 86_400):
            send("bug.tend", "report", [])

    def reconcile(self) -> None:
        """Make the due set agree with the database; without the database it stays as it is."""
        with lock(f"reconcile:{self.location}", 30) as alone:
            if not alone:
                return
            try:
                with database():
                    counts = schedule.reconcile(self.location)
                    watches = timing.reconcile()
            except DATABASE_ERRORS as error:
                log.warning("scheduler.database_away", extra={"error": type(error).__name__})
                return
        if any(counts.values()):
            log.info("scheduler.reconciled", extra=counts)
        if any(watches.values()):
            log.info("scheduler.watches_reconciled", extra=watches)


def main() -> int:
    try:
        settings = get_settings()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings, "scheduler")
    scheduler = Scheduler(settings.LOCATION)

    def end(number: int, frame: FrameType | None) -> None:
        scheduler.stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("scheduler.started", extra={"location": settings.LOCATION})
    try:
        scheduler.reconcile()
    except RedisError:
        log.warning("scheduler.first_reconcile_failed")
    scheduler.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
