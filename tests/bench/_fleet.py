"""Many monitors of one local nginx, and what their results say, read from the database itself."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from tests import servers
from tests.client import Api
from tests.stack import Stack

TARGET = """\
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 8192; }}
http {{
access_log off;
keepalive_timeout 0;
server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "well\\n"; }} }}
}}
"""


@contextmanager
def target() -> Iterator[str]:
    """URL of an nginx that answers 200 at once."""
    port = servers.free_port()
    with servers.short_folder() as folder:
        configuration = TARGET.format(folder=folder, port=port)
        with servers.nginx_server(folder, configuration, port):
            yield f"http://127.0.0.1:{port}/"


def make_monitors(api: Api, url: str, count: int, interval_seconds: int) -> list[int]:
    """Create a site with HTTP monitors; gives their ids."""
    site = api.post("/sites", name="Bench", base_url=url)
    common = {
        "site_id": site["id"],
        "type": "http",
        "interval_seconds": interval_seconds,
        "config": {"url": url},
    }
    return [
        int(api.post("/usability/monitors", name=f"m{number}", **common)["id"]) for number in range(count)
    ]


class Results:
    """The stored results of a CloudEye on SQLite, all days together."""

    def __init__(self, data_folder: Path) -> None:
        self._path = data_folder / "cloudeye.db"

    def _rows(self, columns: str, since_ms: int, until_ms: int) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'check_result_%'"
            days = [name for (name,) in connection.execute(query)]
            found: list[tuple[int, ...]] = []
            for day in days:
                statement = f"SELECT {columns} FROM {day} WHERE due_ms >= ? AND due_ms < ?"
                found += connection.execute(statement, (since_ms, until_ms)).fetchall()
        return found

    def slots(self, since_ms: int, until_ms: int) -> Counter[tuple[int, ...]]:
        """How often each (monitor id, due in unix ms) stands there, of those due in [since, until)."""
        return Counter(self._rows("monitor_id, due_ms", since_ms, until_ms))

    def lateness_ms(self, since_ms: int, until_ms: int) -> list[float]:
        """How late each check started, in milliseconds, sorted."""
        return sorted(late / 1000 for (late,) in self._rows("late_us", since_ms, until_ms))

    def incidents(self) -> int:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as connection:
            return int(connection.execute("SELECT count(*) FROM incident").fetchone()[0])


def due_between(monitors: int, interval_seconds: int, since_ms: int, until_ms: int) -> int:
    """How many slots were due in a window of whole intervals: each monitor has exactly one in each."""
    return monitors * (until_ms - since_ms) // (interval_seconds * 1000)


def cpu_seconds(stack: Stack) -> float:
    """CPU used so far by all living processes of a CloudEye."""
    total = 0.0
    for process in stack.family():
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


def percentile(ordered: list[float], share: float) -> float:
    """Nearest-rank percentile of sorted values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
