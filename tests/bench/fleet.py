"""2,000 HTTP monitors at 20 s for 5 minutes on this machine: completeness, lateness and CPU of all processes.

BENCH_SECONDS shortens it while working on it.
"""

from __future__ import annotations

import os
import time

from tests.bench._figures import Figures
from tests.bench._fleet import Results, cpu_seconds, due_between, make_monitors, percentile, target
from tests.stack import Stack, running_stack

MONITORS, INTERVAL_SECONDS = 2000, 20
SECONDS = int(os.environ.get("BENCH_SECONDS", "300"))
SETTLE_SECONDS = 2 * INTERVAL_SECONDS
DRAIN_SECONDS = 15


def _measure(stack: Stack, url: str, figures: Figures) -> None:
    make_monitors(stack.api(), url, MONITORS, INTERVAL_SECONDS)
    time.sleep(SETTLE_SECONDS)
    since, cpu_before = time.time_ns() // 1_000_000, cpu_seconds(stack)
    time.sleep(SECONDS)
    until, cpu = since + SECONDS * 1000, cpu_seconds(stack) - cpu_before
    time.sleep(DRAIN_SECONDS)
    results = Results(stack.folder / "data")
    due = due_between(MONITORS, INTERVAL_SECONDS, since, until)
    written = len(results.slots(since, until))
    late = results.lateness_ms(since, until)
    figures.tell("due", due, "results")
    figures.tell("unwritten", due - written, "results", most=0)
    figures.tell("lateness p50", percentile(late, 0.50), "ms")
    figures.tell("lateness p99", percentile(late, 0.99), "ms", most=50)
    figures.tell("CPU of all processes", 1000 * cpu / max(1, written), "ms/check", most=2)
    figures.tell("memory of all processes", stack.pss_bytes() / 1024**2, "MB PSS")
    figures.tell("false incidents", results.incidents(), "incidents", most=0)


def main() -> bool:
    figures = Figures("fleet")
    with target() as url, running_stack() as stack:
        _measure(stack, url, figures)
    return figures.is_met
