"""The whole of CloudEye under many monitors: completeness, lateness, CPU and memory of all processes.

Every process counts, Redis, the database and one open page included; the web server that is checked and the
bench itself do not. What was due and never written is counted against the sum of all slots.

    steady   10,000 monitors at 20 s for 10 minutes, on SQLite and on MariaDB
    restart  everything is ended and begun again: is the full rate back within one interval?
    ladder   more and more checks a second, until something is unwritten or late: the most it holds
    flat     the same 100 checks a second from 100, 1,000, 10,000 and 30,000 monitors: CPU a check

Shorter while working on it, by environment: BENCH_PARTS=steady,flat BENCH_DATABASE=sqlite BENCH_MONITORS=2000
BENCH_INTERVAL=20 BENCH_SECONDS=60 BENCH_URL=https BENCH_RATES=500,1000 BENCH_SIZES=100,30000.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from redis import Redis

from tests import servers
from tests.bench._figures import Figures
from tests.bench._fleet import (
    Database,
    cpu_by_name,
    due_between,
    percentile,
    pss_mb,
    reconcile_now,
    target,
)
from tests.bench._page import OpenPage
from tests.stack import Stack

PARTS = os.environ.get("BENCH_PARTS", "steady,restart,ladder,flat").split(",")
DATABASES = os.environ.get("BENCH_DATABASE", "sqlite,mariadb").split(",")
MONITORS = int(os.environ.get("BENCH_MONITORS", "10000"))
INTERVAL = int(os.environ.get("BENCH_INTERVAL", "20"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "600"))
URL = os.environ.get("BENCH_URL", "http")
RATES = [int(rate) for rate in os.environ.get("BENCH_RATES", "600,700,800,900,1000,1100,1200").split(",")]
STEP_SECONDS = min(SECONDS, 120)
FLAT_RATE = 100
FLAT_SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "100,1000,10000,30000").split(",")]
DRAIN_SECONDS = 15
MOST_LATE_MS = 50.0


@dataclass
class House:
    """A running CloudEye, its database, what is checked, and who else is counted."""

    stack: Stack
    database: Database
    url: str
    others: tuple[int, ...]


@contextmanager
def house(kind: str) -> Iterator[House]:
    """A CloudEye on SQLite or MariaDB."""
    with ExitStack() as stack:
        url, ca_file = stack.enter_context(target(URL))
        settings = {"CLOUDEYE_CA_FILE": ca_file} if URL == "https" else {}
        others: tuple[int, ...] = ()
        if kind == "mariadb":
            server = stack.enter_context(servers.mariadb_server(stack.enter_context(servers.short_folder())))
            settings["DATABASE_URL"] = stack.enter_context(server.database("cloudeye_bench"))
            others = (server.pid,)
        running = Stack(stack.enter_context(servers.short_folder()), settings)
        stack.callback(running.stop)
        running.start()
        yield House(running, Database.of(running), url, others)


def fill(house: House, monitors: int, interval: int) -> None:
    """Put the monitors there and wait until each is in the due set and its first checks are over."""
    house.database.add_monitors(house.url, monitors, interval)
    reconcile_now(house.stack)
    with Redis(unix_socket_path=str(house.stack.folder / "data" / "run" / "redis.sock")) as client:
        end = time.monotonic() + 120
        while int(client.zcard("due:default")) != monitors and time.monotonic() < end:
            time.sleep(0.2)
    time.sleep(min(interval, 30) + 10)


def measure(
    house: House, figures: Figures, label: str, monitors: int, interval: int, seconds: int, *, goals: bool
) -> bool:
    """Tell the figures of `seconds` of running, in whole intervals; whether all was written and in time."""
    seconds = -(-seconds // interval) * interval
    before, since = cpu_by_name(house.stack, house.others), time.time_ns() // 1_000_000
    time.sleep(seconds)
    until = since + seconds * 1000
    cpu = cpu_by_name(house.stack, house.others) - before
    memory = pss_mb(house.stack, house.others)
    time.sleep(DRAIN_SECONDS)
    due = due_between(monitors, interval, since, until)
    written = len(house.database.slots(since, until))
    late = house.database.lateness_ms(since, until)
    p99, each = percentile(late, 0.99), 1000 / max(1, written)
    figures.tell(f"{label}: due", due, "results")
    figures.tell(f"{label}: unwritten", due - written, "results", most=0 if goals else None)
    figures.tell(f"{label}: not up", house.database.unsuccessful(since, until), "results")
    figures.tell(f"{label}: lateness p50", percentile(late, 0.50), "ms")
    figures.tell(f"{label}: lateness p99", p99, "ms", most=MOST_LATE_MS if goals else None)
    figures.tell(f"{label}: CPU", cpu.total() * each, "ms/check", most=1 if goals else None)
    for name, used in sorted(cpu.items()):
        figures.tell(f"{label}: CPU of {name}", used * each, "ms/check")
    figures.tell(f"{label}: memory", memory, "MB PSS", most=1024 if goals else None)
    return due == written and p99 <= MOST_LATE_MS


def steady(figures: Figures, kind: str) -> None:
    with house(kind) as here:
        fill(here, MONITORS, INTERVAL)
        with OpenPage(here.stack) as page:
            measure(here, figures, kind, MONITORS, INTERVAL, SECONDS, goals=True)
        figures.tell(f"{kind}: page told", page.told / SECONDS, "times/s", most=1)
        figures.tell(f"{kind}: page answers p50", percentile(sorted(page.took_ms), 0.5), "ms")
        figures.tell(f"{kind}: page answers p99", percentile(sorted(page.took_ms), 0.99), "ms")
        figures.tell(f"{kind}: page refused", page.refused, "answers", most=0)
        figures.tell(f"{kind}: false incidents", here.database.incidents(), "incidents", most=0)
        if "restart" in PARTS:
            restart(here, figures, kind)


def restart(house: House, figures: Figures, kind: str) -> None:
    """Everything is ended and begun again; the intervals after the start are looked at one by one."""
    house.stack.stop()
    begun = time.time_ns() // 1_000_000
    house.stack.start()
    up = time.time_ns() // 1_000_000
    time.sleep(3 * INTERVAL + DRAIN_SECONDS)
    figures.tell(f"{kind}: restart until it says it is up", (up - begun) / 1000, "s")
    step, due = INTERVAL * 1000, MONITORS
    for number in range(3):
        since = up + number * step
        written = len(house.database.slots(since, since + step))
        goal = 0 if number else None
        figures.tell(f"{kind}: unwritten of interval {number + 1} after", due - written, "results", most=goal)
    seconds = [0] * INTERVAL
    for (_, due_ms), count in house.database.slots(up + step, up + 2 * step).items():
        seconds[(due_ms - up - step) // 1000] += count
    share = max(seconds) * INTERVAL / MONITORS
    figures.tell(f"{kind}: fullest second after a restart", share, "times the mean", most=1.5)


def ladder(figures: Figures, kind: str) -> None:
    most = 0
    with house(kind) as here:
        for rate in RATES:
            fill(here, rate * INTERVAL, INTERVAL)
            label = f"{kind} {rate}/s"
            holds = measure(here, figures, label, rate * INTERVAL, INTERVAL, STEP_SECONDS, goals=False)
            here.database.remove_monitors()
            reconcile_now(here.stack)
            time.sleep(5)
            if not holds:
                break
            most = rate
    figures.tell(f"{kind}: most it holds", most, "checks/s", least=1000)


def flat(figures: Figures) -> None:
    costs: list[float] = []
    with house("sqlite") as here:
        for size in FLAT_SIZES:
            interval = size // FLAT_RATE
            fill(here, size, interval)
            before, since = cpu_by_name(here.stack), time.time_ns() // 1_000_000
            time.sleep(STEP_SECONDS)
            cpu = cpu_by_name(here.stack) - before
            time.sleep(5)
            written = len(here.database.slots(since, since + STEP_SECONDS * 1000))
            costs.append(1000 * cpu.total() / max(1, written))
            figures.tell(f"{size} monitors: CPU at {FLAT_RATE} checks/s", costs[-1], "ms/check")
            for name, used in sorted(cpu.items()):
                figures.tell(f"{size} monitors: CPU of {name}", 1000 * used / max(1, written), "ms/check")
            here.database.remove_monitors()
            reconcile_now(here.stack)
            time.sleep(5)
    figures.tell("dearest of them against the cheapest", max(costs) / min(costs), "times", most=1.5)


def main() -> bool:
    figures = Figures("fleet")
    for kind in DATABASES:
        if "steady" in PARTS:
            steady(figures, kind)
    for kind in DATABASES:
        if "ladder" in PARTS:
            ladder(figures, kind)
    if "flat" in PARTS:
        flat(figures)
    return figures.is_met


if __name__ == "__main__":
    sys.exit(not main())
