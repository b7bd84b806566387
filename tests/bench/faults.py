"""What goes wrong round CloudEye, and what of the measurements is lost, doubled or taken for an outage.

The targets are well all the time, so any result but *up* and any incident is a fault of ours. Every part runs
on its own CloudEye: 200 monitors at 5 s.

    broker    Redis is killed every 10 s
    database  MariaDB is killed, and away for 5 minutes
    worker    the probe is killed every 10 s
    clock     the clock of all our processes is set back by 5 s
    location  one of two locations is cut off from the broker, and comes back

*lost* is what had been recorded and is there no more, *unwritten* what was due and never recorded: after a
kill what nobody was there to measure is a gap, while the broker or the database is away nothing may be.
BENCH_PARTS chooses, BENCH_AWAY shortens the five minutes, BENCH_SECONDS the rest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from config.env import ROOT
from tests import servers
from tests.bench._figures import Figures
from tests.bench._fleet import Database, due_between, reconcile_now, target
from tests.stack import Stack

PARTS = os.environ.get("BENCH_PARTS", "broker,database,worker,clock,location").split(",")
AWAY_SECONDS = int(os.environ.get("BENCH_AWAY", "300"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
MONITORS, INTERVAL = 200, 5
KILL_EVERY, SET_BACK = 10, 5
SETTLE_SECONDS, DRAIN_SECONDS = 15, 180
# What every Python process of that CloudEye loads first: its wall clock is behind by what a file says.
CLOCK = """
import time
def behind(real=time.time, told=[0.0, 0.0]):
    present = real()
    if present - told[0] > 0.1:
        told[:] = [present, float(open({path!r}).read())]
    return told[1]
def later(function, unit):
    return lambda: function() - type(function())(behind() * unit)
time.time, time.time_ns = later(time.time, 1), later(time.time_ns, 1_000_000_000)
"""


@dataclass
class Case:
    """A CloudEye under trial; `step` seconds the clock of its processes is behind ours."""

    stack: Stack
    database: Database
    figures: Figures
    name: str
    step: float = 0.0
    seen: set[tuple[int, int]] = field(default_factory=set)

    def now_ms(self) -> int:
        return int((time.time() - self.step) * 1000)

    def count(self, since: int, until: int, *, places: int = 1, may_miss: int | None = 0) -> None:
        """Wait until everything due is there, or nothing more can come, and tell the figures."""
        due = due_between(MONITORS, INTERVAL, since, until) * places
        end = time.monotonic() + DRAIN_SECONDS
        slots = self.database.slots(since, until)
        last = time.monotonic()
        while slots.total() < due and time.monotonic() < end and time.monotonic() - last < 40:
            time.sleep(2)
            before, slots = slots.total(), self.database.slots(since, until)
            last = last if slots.total() == before else time.monotonic()
        tell = self.figures.tell
        tell(f"{self.name}: due", due, "results")
        tell(f"{self.name}: unwritten", due - slots.total(), "results", most=may_miss)
        tell(f"{self.name}: recorded and lost", len(self.seen - set(slots)), "results", most=0)
        doubled = sum(count - places for count in slots.values() if count > places)
        tell(f"{self.name}: doubled", doubled, "results", most=0)
        tell(f"{self.name}: not up", self.database.unsuccessful(since, until), "results", most=0)
        tell(f"{self.name}: false incidents", self.database.incidents(), "incidents", most=0)

    def notice(self, since: int) -> None:
        """Note what is recorded by now: it must be there at the end."""
        self.seen |= set(self.database.slots(since, self.now_ms()))

    def every(self, seconds: float, act: Callable[[], None]) -> tuple[int, int]:
        """Do something again and again for the length of a part; the window in unix ms."""
        since = self.now_ms()
        for number in range(1, int(SECONDS // seconds) + 1):
            self.notice(since)
            act()
            time.sleep(max(0.0, since / 1000 + number * seconds - self.now_ms() / 1000))
        return since, since + int(SECONDS // seconds * seconds) * 1000


@contextmanager
def case(name: str, figures: Figures, **settings: str) -> Iterator[Case]:
    """A CloudEye with its monitors checked once."""
    with ExitStack() as stack:
        url, _ = stack.enter_context(target())
        running = Stack(stack.enter_context(servers.short_folder()), settings)
        stack.callback(running.stop)
        running.start()
        database = Database.of(running)
        database.add_monitors(url, MONITORS, INTERVAL)
        reconcile_now(running)
        time.sleep(SETTLE_SECONDS)
        yield Case(running, database, figures, name)


def broker(figures: Figures) -> None:
    with case("broker", figures) as trial:
        since, until = trial.every(KILL_EVERY, lambda: _kill(trial.stack, "redis"))
        trial.count(since, until)


def worker(figures: Figures) -> None:
    with case("worker", figures) as trial:
        since, until = trial.every(KILL_EVERY, lambda: _kill(trial.stack, "worker"))
        trial.count(since, until)


def _kill(stack: Stack, name: str) -> None:
    pid = stack.pids().get(name)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def database(figures: Figures) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(servers.mariadb_server(stack.enter_context(servers.short_folder())))
        url = stack.enter_context(server.database("cloudeye_bench"))
        _make_durable(server)
        trial = stack.enter_context(case("database", figures, DATABASE_URL=url))
        since = trial.now_ms()
        time.sleep(INTERVAL)
        trial.notice(since)
        server.kill()
        time.sleep(AWAY_SECONDS)
        server.start()
        until = since + (AWAY_SECONDS + 4 * INTERVAL) // INTERVAL * INTERVAL * 1000
        time.sleep(max(0.0, until / 1000 - time.time()) + 5)
        trial.count(since, until)
        figures.tell("database: unknown", trial.database.states()["UNKNOWN"], "monitors", most=0)


def _make_durable(server: servers.MariaDbServer) -> None:
    """As MariaDB is by itself; the tests' own forgets the last second when it is killed."""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")


def clock(figures: Figures) -> None:
    with servers.short_folder() as folder:
        behind = folder / "behind"
        behind.write_text("0")
        (folder / "sitecustomize.py").write_text(CLOCK.format(path=str(behind)))
        with case("clock", figures, PYTHONPATH=str(folder)) as trial:
            since = trial.now_ms()
            time.sleep(SECONDS / 2)
            trial.notice(since)
            draft = folder / "draft"
            draft.write_text(str(SET_BACK))
            draft.rename(behind)
            trial.step = SET_BACK
            time.sleep(SECONDS / 2 + SET_BACK)
            until = since + SECONDS // INTERVAL * INTERVAL * 1000
            trial.count(since, until)


def location(figures: Figures) -> None:
    """Two of two have to agree; one is stopped for half of the time, as if its line were cut."""
    with ExitStack() as stack:
        trial = stack.enter_context(case("location", figures))
        trial.database.add_location("far")
        trial.database.set_locations(["default", "far"])
        environment = {**trial.stack.environment, "CLOUDEYE_LOCATION": "far"}
        environment["REDIS_URL"] = f"unix://{trial.stack.folder / 'data' / 'run' / 'redis.sock'}"
        words = [
            sys.executable,
            "-m",
            "tasks",
            "-n",
            "far",
            "-Q",
            "probe.far",
            "--pool",
            "threads",
            "-c",
            "16",
        ]
        output = stack.enter_context((trial.stack.folder / "far.log").open("wb"))
        with subprocess.Popen(words, cwd=ROOT, env=environment, stdout=output, stderr=output) as probe:
            reconcile_now(trial.stack)
            time.sleep(SETTLE_SECONDS)
            since = trial.now_ms()
            time.sleep(SECONDS / 3)
            probe.send_signal(signal.SIGSTOP)
            time.sleep(SECONDS / 3)
            probe.send_signal(signal.SIGCONT)
            time.sleep(SECONDS / 3)
            until = since + SECONDS // INTERVAL * INTERVAL * 1000
            trial.count(since, until, places=2, may_miss=None)
            probe.terminate()
        figures.tell("location: up", trial.database.states()["UP"], "monitors", least=MONITORS)


def main() -> bool:
    figures = Figures("faults")
    trials = {"broker": broker, "database": database, "worker": worker, "clock": clock, "location": location}
    for name in PARTS:
        trials[name](figures)
    return figures.is_met


if __name__ == "__main__":
    sys.exit(not main())
