"""A whole CloudEye that watches pages, told to check them as its scheduler tells it."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import psutil
from sqlalchemy import select

from app import create_app
from app.core.settings import use_settings
from app.models import Membership, db
from app.service.auth import load_actor
from app.service.site import create_site
from app.service.tamper.timing import BATCH, send_batch
from app.service.tamper.watch import MAX_AT_ONCE, create_watches
from config import load_settings
from tests import servers
from tests.stack import Stack, running_stack

COUNTED = ("tamper", "redis")
"""The processes that have to do with a check."""
_SECONDS = 300
_ONCE_A_DAY = 86_400


class Ours:
    def __init__(self, stack: Stack, asked: Callable[[], int]) -> None:
        self._stack, self._asked = stack, asked
        self._path = stack.folder / "data" / "cloudeye.db"
        self._processes = [psutil.Process(stack.pids()[name]) for name in COUNTED]
        self._due_ms = 0

    def watch(self, name: str, base_url: str, urls: Sequence[str]) -> list[int]:
        """Watches of these pages, learned; their ids."""
        member = db.session.scalars(select(Membership)).first()
        assert member is not None
        actor = load_actor(member.user_id, member.organization_id, 1, way="session", ip="127.0.0.1")
        assert actor is not None
        site = create_site(actor, {"name": name, "base_url": base_url})
        values = {"interval_seconds": _ONCE_A_DAY}
        made = [
            watch.id
            for start in range(0, len(urls), MAX_AT_ONCE)
            for watch in create_watches(actor, site.id, list(urls[start : start + MAX_AT_ONCE]), values)
        ]
        servers.wait_for(lambda: "LEARNING" not in self.states(made), "the pages to be learned", _SECONDS)
        self._due_ms = time.time_ns() // 1_000_000 + 60_000
        return made

    def states(self, watches: Sequence[int]) -> Counter[str]:
        rows = self._rows(f"SELECT state FROM watch_state WHERE watch_id IN ({','.join(map(str, watches))})")
        return Counter(str(row[0]) for row in rows)

    def check(self, watches: Sequence[int], rounds: int = 1) -> tuple[float, float]:
        """(CPU milliseconds of a check, checks a second), all of these pages so many times."""
        had, cpu, began = self._asked(), self._cpu_ms(), time.monotonic()
        for _ in range(rounds):
            self._due_ms += 1
            slots = [(watch, self._due_ms) for watch in watches]
            for start in range(0, len(slots), BATCH["plain"]):
                send_batch("plain", slots[start : start + BATCH["plain"]])
        servers.wait_for(lambda: self._are_done(watches), "a round of checks", _SECONDS)
        seconds, checks = time.monotonic() - began, self._asked() - had
        return (self._cpu_ms() - cpu) / checks, checks / seconds

    def _are_done(self, watches: Sequence[int]) -> bool:
        ids = ",".join(map(str, watches))
        rows = self._rows(f"SELECT min(last_due_ms) FROM watch_state WHERE watch_id IN ({ids})")
        return bool(rows[0][0] >= self._due_ms)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    def _cpu_ms(self) -> float:
        times = [process.cpu_times() for process in self._processes]
        return 1000 * float(sum(each.user + each.system for each in times))


@contextmanager
def running_ours(asked: Callable[[], int]) -> Iterator[Ours]:
    """`asked` says how many pages have been fetched."""
    with ExitStack() as stack:
        started = stack.enter_context(running_stack(CLOUDEYE_CHROMIUM="no-such-browser"))
        settings = load_settings(started.environment)
        use_settings(settings)
        stack.callback(use_settings, None)
        stack.enter_context(create_app(settings, faces=False, migrates=False).app_context())
        yield Ours(started, asked)
