"""Kill -9 of one process after the other under load: what is lost, what is doubled, what alarms falsely.

50 monitors at 1 s for 2 minutes, a kill every 10 s, the embedded Redis, gunicorn's master and supervisord
itself among the killed. What was seen recorded before a kill must stand there afterwards.
"""

from __future__ import annotations

import os
import signal
import time
from itertools import cycle, islice

import psutil

from tests.bench._figures import Figures
from tests.bench._fleet import Database, due_between, make_monitors, target
from tests.stack import Stack, running_stack

MONITORS, INTERVAL_SECONDS = 50, 1
SECONDS, KILL_EVERY = 120, 10
VICTIMS = ("redis", "worker", "recorder", "scheduler", "web", "supervisord")
# A message of a killed worker is given to another one only after a while (VISIBILITY_SECONDS).
DRAIN_SECONDS = 150


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _kill(stack: Stack, victim: str) -> bool:
    if victim == "supervisord":
        (supervisor,) = psutil.Process(stack.pid).children()
        supervisor.kill()
        return True
    pid = stack.pids().get(victim)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    return pid is not None


def _drain(results: Database, since_ms: int, until_ms: int, due: int) -> None:
    """Wait until everything due is recorded, or nothing more can come."""
    end = time.monotonic() + DRAIN_SECONDS
    while len(results.slots(since_ms, until_ms)) < due and time.monotonic() < end:
        time.sleep(2)


def _measure(stack: Stack, url: str, figures: Figures) -> None:
    ids = make_monitors(stack.api(), url, MONITORS, INTERVAL_SECONDS)
    time.sleep(5)
    results = Database.of(stack)
    since = _now_ms()
    seen: set[tuple[int, ...]] = set()
    kills = 0
    for number, victim in enumerate(islice(cycle(VICTIMS), SECONDS // KILL_EVERY), 1):
        seen |= set(results.slots(since, _now_ms()))
        kills += _kill(stack, victim)
        time.sleep(max(0.0, since / 1000 + number * KILL_EVERY - time.time()))
    until = since + SECONDS * 1000
    due = due_between(len(ids), INTERVAL_SECONDS, since, until)
    _drain(results, since, until, due)
    slots = results.slots(since, until)
    figures.tell("kills", kills, "processes", least=SECONDS // KILL_EVERY)
    figures.tell("due", due, "results")
    figures.tell("recorded", len(slots), "results")
    figures.tell("never measured", due - len(slots), "results")
    figures.tell("recorded and lost", len(seen - set(slots)), "results", most=0)
    figures.tell("doubled", sum(slots.values()) - len(slots), "results", most=0)
    figures.tell("false incidents", results.incidents(), "incidents", most=0)


def main() -> bool:
    figures = Figures("kills")
    with target() as (url, _), running_stack() as stack:
        _measure(stack, url, figures)
    return figures.is_met
