"""`python -m tasks.scheduler`: claims what is due and sends it to the probes and to those who watch pages.

Any number may run, and each schedules every location: a slot is claimed by exactly one of them. Four times
a second it claims what is due within the next second, so that the engine can start each check at its exact
moment.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from types import FrameType

from kombu.exceptions import OperationalError
from redis import RedisError

from app.core.clock import now, now_ms
from app.core.log import configure_logging
from app.core.redis import lock, once_every
from app.core.settings import get_settings
from app.core.snowflake import ClockWentBackError, NoWorkerNumberError
from app.models.errors import DATABASE_ERRORS
from app.service.health.beat import beat
from app.service.location.known import enabled_codes, refresh
from app.service.queue import MOST_WAITING, browser_queue, send_batch, waiting
from app.service.scheduling import schedule, scheduled
from app.service.tamper import timing
from config import ConfigError
from tasks.application import database

log = logging.getLogger("cloudeye.scheduler")
TURN_SECONDS = 0.25
CLAIM = 500
PERIODIC_SECONDS = 1.0
AWAY_SECONDS = 30.0
IDS_AWAY = (RedisError, NoWorkerNumberError, ClockWentBackError)


class Scheduler:
    """Sends what is due, everywhere. `turn` is one round; `run` goes on until `stop` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._periodic_at = 0.0
        self._heard_at = time.monotonic()
        self._silent: frozenset[str] = frozenset()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.turn()
                self._heard_at = time.monotonic()
            except (RedisError, OperationalError, OSError) as error:
                log.warning("scheduler.broker_away", extra={"error": type(error).__name__})
                if time.monotonic() - self._heard_at > AWAY_SECONDS:
                    self.tell_silence()
                self.stop.wait(0.5)
            self.stop.wait(TURN_SECONDS - now_ms() % int(TURN_SECONDS * 1000) / 1000)

    def turn(self) -> None:
        """1. the heartbeat, 2. what is due, 3. once a second the periodic work that is up."""
        is_time = time.monotonic() >= self._periodic_at
        if is_time and once_every("beat:scheduler", 2):
            beat("scheduler")
        if is_time:
            self._look_round()
        for location in enabled_codes():
            self.send_due(location)
        timing.send_due(at_ms=now_ms())
        if is_time:
            self._periodic_at = time.monotonic() + PERIODIC_SECONDS
            self.periodic()

    def _look_round(self) -> None:
        """Which locations there are, and where nobody takes messages."""
        with database():
            codes = enabled_codes()
        queues = [queue for code in codes for queue in (f"probe.{code}", browser_queue(code))]
        silent = frozenset(queue for queue in queues if waiting(queue) >= MOST_WAITING)
        for queue in silent - self._silent:
            log.warning("scheduler.nobody_listens", extra={"queue": queue})
        self._silent = silent

    def send_due(self, location: str) -> int:
        """Claim and send until nothing more is due; returns how many slots.

        Where messages pile up unread their slots are let go: they would be too old once somebody comes.
        """
        sent = 0
        while True:
            claimed = schedule.claim(location, at_ms=now_ms(), limit=CLAIM)
            if claimed:
                slots = [(each.item_id, each.due_ms, each.spec) for each in claimed]
                send_batch(location, slots, but=self._silent)
                schedule.confirm(location, claimed)
            sent += len(claimed)
            if len(claimed) < CLAIM:
                return sent

    def periodic(self) -> None:
        if once_every("reconcile", 60) or schedule.reconcile_asked():
            self.reconcile()
        try:
            with database():
                scheduled.send_due(now())
        except DATABASE_ERRORS as error:
            log.warning("scheduler.database_away", extra={"error": type(error).__name__})

    def tell_silence(self) -> None:
        """Turn what is not heard of into UNKNOWN, as the recorder does while messages reach it."""
        from app.service.live import publish
        from app.service.recording.record import expire_stale

        try:
            if once_every("sweep", 2):
                with database():
                    publish(expire_stale().live)
        except (*DATABASE_ERRORS, *IDS_AWAY):
            return  # Redis or the database is away too, and nobody is shown anything.

    def reconcile(self) -> None:
        """Make the due set agree with the database; without the database it stays as it is."""
        with lock("reconcile", 60) as alone:
            if not alone:
                return
            try:
                with database():
                    refresh()
                    counts = schedule.reconcile()
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
    scheduler = Scheduler()

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
