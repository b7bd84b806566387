"""Two probes in two network namespaces, and wires that are cut: what is taken for an outage, lost or doubled.

40 monitors at 1 s, checked from both places, of which two have to agree; the target is well all the time.

    partition  one place cannot reach the target: REGIONAL, never DOWN, and over after the heal
    offline    one place has no network at all: its results are unknown, and nothing opens
    broker     one place cannot reach the broker: the other goes on, and nothing recorded is lost or doubled

Needs root and `ip netns`. BENCH_SECONDS is the length of each cut.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.bench._figures import Figures
from tests.places import PORT, TARGET, Place, now_ms, places
from tests.stack import Stack, running_stack

SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
MONITORS, INTERVAL = 40, 1
PATIENCE_SECONDS = 90
UNKNOWN, BAD = 3, (2, 4)


class Trial:
    """A CloudEye with two places; rows are read from its database."""

    def __init__(self, stack: Stack, first: Place, second: Place, figures: Figures) -> None:
        self.first, self.second, self.figures = first, second, figures
        self._database = stack.folder / "data" / "cloudeye.db"
        api = stack.api()
        for place in (first, second):
            made = api.post("/usability/locations", code=place.code, control_targets=[place.control])
            place.start(made["key"])
        url = f"http://{TARGET}:{PORT}/"
        site = api.post("/sites", name="Far", base_url=url)
        for number in range(MONITORS):
            api.post(
                "/usability/monitors",
                site_id=site["id"],
                type="http",
                name=f"m{number}",
                interval_seconds=INTERVAL,
                timeout_seconds=1,
                config={"url": url},
                locations=[first.code, second.code],
                quorum=2,
            )
        self.wait(lambda: self.states() == {"UP": MONITORS})
        time.sleep(5)

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._database)) as database:
            return database.execute(question, values).fetchall()

    def wait(self, is_so: Callable[[], bool]) -> float:
        """Seconds until it was so; at most the patience."""
        began = time.monotonic()
        while not is_so() and time.monotonic() - began < PATIENCE_SECONDS:
            time.sleep(0.2)
        return time.monotonic() - began

    def states(self) -> dict[str, int]:
        return dict(self.ask("SELECT state, COUNT(*) FROM monitor_state GROUP BY state"))

    def incidents(self, *, level: str | None = None, is_open: bool = False) -> int:
        rows = self.ask("SELECT level, closed_at FROM incident")
        return sum(1 for each, end in rows if level in (None, each) and (end is None or not is_open))

    def results(self, since: int, place: Place) -> list[tuple[int, int, int]]:
        """(monitor, due, status) of a place."""
        names = self.ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'check_result_%'")
        rows: list[Any] = []
        for (name,) in names:
            question = f"SELECT monitor_id, due_ms, status FROM {name} r JOIN location l"
            question += " ON l.number = r.location_number WHERE due_ms >= ? AND l.code = ?"
            rows += self.ask(question, since, place.code)
        return rows

    def has_heard(self, place: Place) -> bool:
        """Whether every monitor has a result of the place."""
        return len({monitor for monitor, _, _ in self.results(0, place)}) == MONITORS

    def ever_down(self, since: int) -> int:
        """How many monitors were taken for DOWN."""
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(since / 1000))
        return len(
            self.ask("SELECT DISTINCT monitor_id FROM event WHERE kind = 'monitor.down' AND at >= ?", at)
        )


def partition(trial: Trial) -> None:
    since, tell = now_ms(), trial.figures.tell
    trial.first.part_from_target()
    found = trial.wait(lambda: trial.states().get("REGIONAL") == MONITORS)
    tell("partition: until all are REGIONAL", found, "s", most=15)
    time.sleep(SECONDS)
    trial.first.join_target()
    healed = trial.wait(lambda: trial.incidents(is_open=True) == 0)
    tell("partition: until all are closed", healed, "s", most=15)
    tell("partition: regional incidents", trial.incidents(level="regional"), "incidents", least=MONITORS)
    tell("partition: false DOWN", trial.ever_down(since), "monitors", most=0)


def offline(trial: Trial) -> None:
    since, tell, before = now_ms(), trial.figures.tell, trial.incidents()
    trial.first.part_from_control()
    trial.first.part_from_target()
    time.sleep(SECONDS)
    trial.first.join_target()
    trial.first.join_control()
    trial.wait(lambda: trial.states() == {"UP": MONITORS})
    statuses = Counter(status for _, _, status in trial.results(since, trial.first))
    tell("offline: unknown results", statuses[UNKNOWN], "results", least=MONITORS)
    tell("offline: taken for failures", sum(statuses[each] for each in BAD), "results", most=0)
    tell("offline: false incidents", trial.incidents() - before, "incidents", most=0)


def broker(trial: Trial) -> None:
    since, tell, before = now_ms(), trial.figures.tell, trial.incidents()
    time.sleep(5)
    trial.second.relay.cut()
    noted = {(monitor, due) for monitor, due, _ in trial.results(since, trial.second)}
    time.sleep(SECONDS)
    trial.second.relay.heal()
    trial.wait(lambda: trial.states() == {"UP": MONITORS})
    time.sleep(10)
    slots = Counter((monitor, due) for monitor, due, _ in trial.results(since, trial.second))
    tell("broker: recorded before the cut and lost", len(noted - set(slots)), "results", most=0)
    tell("broker: doubled", sum(count - 1 for count in slots.values()), "results", most=0)
    others = len(trial.results(since, trial.first))
    tell("broker: of the other place", others, "results", least=MONITORS * SECONDS * 0.9)
    tell("broker: false incidents", trial.incidents() - before, "incidents", most=0)


def main() -> bool:
    figures = Figures("places")
    with running_stack() as stack:
        socket: Path = stack.folder / "data" / "run" / "redis.sock"
        with places(stack.folder, socket, "aaa", "bbb") as (first, second):
            trial = Trial(stack, first, second, figures)
            # Probes take a while to start; what is measured is how soon a cut is seen.
            trial.wait(lambda: all(trial.has_heard(place) for place in (first, second)))
            for part in (partition, offline, broker):
                part(trial)
    return figures.is_met
