"""Many monitors of one local nginx, and what their results say, read from the database itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from sqlalchemy import Connection, create_engine, func, inspect, select, text, update
from sqlalchemy.pool import NullPool

from app.core.clock import now
from app.core.snowflake import Snowflake
from app.models import Location, Monitor, MonitorState, Site
from app.models.base import prepare_engine
from tests import servers
from tests.client import Api
from tests.engine.certs import Authority
from tests.stack import Stack

TARGET = """\
pid {folder}/nginx.pid;
worker_processes 1;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
access_log off;
keepalive_timeout 0;
ssl_certificate {certificate};
ssl_certificate_key {key};
ssl_session_cache off;
ssl_session_tickets off;
server {{
  listen 127.0.0.1:{http} backlog=4096;
  listen 127.0.0.1:{https} ssl backlog=4096;
  location / {{ return 200 "well\\n"; }}
}}
}}
"""
MONITORS_PER_SITE = 10
INSERT_AT_ONCE = 1_000


@contextmanager
def target(kind: str = "http") -> Iterator[tuple[str, str]]:
    """URL of an nginx that answers 200 at once, and the file of the authority of its certificate."""
    ports = {"http": servers.free_port(), "https": servers.free_port()}
    with servers.short_folder() as folder:
        authority = Authority(folder)
        certificate, key = authority.files("127.0.0.1")
        configuration = TARGET.format(folder=folder, certificate=certificate, key=key, **ports)
        with servers.nginx_server(folder, configuration, ports[kind]):
            yield f"{kind}://127.0.0.1:{ports[kind]}/", authority.ca_file


def make_monitors(api: Api, url: str, count: int, interval_seconds: int) -> list[int]:
    """Create a site with HTTP monitors through the API, as people do; gives their ids."""
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


class Database:
    """The database of a running CloudEye, looked at from outside."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, poolclass=NullPool)
        prepare_engine(self._engine)
        self._flake = Snowflake(1023)

    @classmethod
    def of(cls, stack: Stack) -> Database:
        given = stack.environment.get("DATABASE_URL", "").replace("mysql://", "mysql+pymysql://")
        return cls(given or f"sqlite:///{stack.folder / 'data' / 'cloudeye.db'}")

    def add_monitors(self, url: str, count: int, interval_seconds: int) -> list[int]:
        """Put many HTTP monitors straight into the tables; the next reconciliation schedules them."""
        with self._engine.begin() as connection:
            organization_id = int(connection.execute(text("SELECT min(id) FROM organization")).scalar_one())
            sites = self._add_sites(connection, organization_id, url, -(-count // MONITORS_PER_SITE))
        ids = [self._flake.next_id() for _ in range(count)]
        for start in range(0, count, INSERT_AT_ONCE):
            part = range(start, min(count, start + INSERT_AT_ONCE))
            with self._engine.begin() as connection:
                self._add_part(connection, organization_id, sites, ids, part, url, interval_seconds)
        return ids

    def add_sites(self, count: int, url: str = "https://shop.example/") -> None:
        """Put so many sites without monitors straight into the table."""
        with self._engine.begin() as connection:
            organization_id = int(connection.execute(text("SELECT min(id) FROM organization")).scalar_one())
            self._add_sites(connection, organization_id, url, count)

    def _add_sites(self, connection: Connection, organization_id: int, url: str, count: int) -> list[int]:
        rows = [
            {
                "id": self._flake.next_id(),
                "organization_id": organization_id,
                "name": f"Bench {number}",
                "base_url": url,
                **_moments(),
            }
            for number in range(count)
        ]
        connection.execute(Site.__table__.insert(), rows)  # type: ignore[attr-defined]
        return [int(row["id"]) for row in rows]

    def _add_part(
        self,
        connection: Connection,
        organization_id: int,
        sites: Sequence[int],
        ids: Sequence[int],
        part: range,
        url: str,
        interval_seconds: int,
    ) -> None:
        monitors = [
            {
                "id": ids[number],
                "organization_id": organization_id,
                "site_id": sites[number // MONITORS_PER_SITE],
                "type": "http",
                "name": f"m{number}",
                "interval_seconds": interval_seconds,
                "config": {"url": url},
                **_moments(),
            }
            for number in part
        ]
        states = [{"monitor_id": ids[number], "since_ms": time.time_ns() // 1_000_000} for number in part]
        connection.execute(Monitor.__table__.insert(), monitors)  # type: ignore[attr-defined]
        connection.execute(MonitorState.__table__.insert(), states)  # type: ignore[attr-defined]

    def add_location(self, code: str) -> None:
        """Enter another location."""
        with self._engine.begin() as connection:
            number = connection.execute(select(func.max(Location.number))).scalar_one() or 0
            row = {"id": self._flake.next_id(), "code": code, "name": code, "number": number + 1}
            connection.execute(
                Location.__table__.insert(),  # type: ignore[attr-defined]
                {**row, **_moments()},
            )

    def set_locations(self, codes: Sequence[str]) -> None:
        """Let every monitor be checked from these."""
        with self._engine.begin() as connection:
            connection.execute(update(Monitor).values(locations=list(codes), revision=Monitor.revision + 1))

    def remove_monitors(self) -> None:
        """Take away what `add_monitors` put, results included."""
        with self._engine.begin() as connection:
            for name in self._days(connection):
                connection.execute(text(f"DELETE FROM {name}"))
            connection.execute(text("DELETE FROM monitor_state"))
            connection.execute(text("DELETE FROM monitor"))
            connection.execute(text("DELETE FROM site"))

    def _days(self, connection: Connection) -> list[str]:
        return [name for name in inspect(connection).get_table_names() if name.startswith("check_result_2")]

    def _results(self, columns: str, since_ms: int, until_ms: int) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            found: list[tuple[Any, ...]] = []
            for day in self._days(connection):
                statement = text(f"SELECT {columns} FROM {day} WHERE due_ms >= :since AND due_ms < :until")
                found += map(tuple, connection.execute(statement, {"since": since_ms, "until": until_ms}))
        return found

    def slots(self, since_ms: int, until_ms: int) -> Counter[tuple[int, int]]:
        """How often each (monitor id, due in unix ms) stands there, of those due in [since, until)."""
        return Counter((row[0], row[1]) for row in self._results("monitor_id, due_ms", since_ms, until_ms))

    def lateness_ms(self, since_ms: int, until_ms: int) -> list[float]:
        """How late each check started, in milliseconds, sorted."""
        return sorted(row[0] / 1000 for row in self._results("late_us", since_ms, until_ms))

    def unsuccessful(self, since_ms: int, until_ms: int) -> int:
        """How many checks were not up."""
        return sum(row[0] != 1 for row in self._results("status", since_ms, until_ms))

    def incidents(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM incident")).scalar_one())

    def states(self) -> Counter[str]:
        """How many monitors are in each state."""
        with self._engine.connect() as connection:
            return Counter(connection.scalars(select(MonitorState.state)))


def _moments() -> dict[str, Any]:
    return {"created_at": now(), "updated_at": now()}


def reconcile_now(stack: Stack) -> None:
    """Let the scheduler look at the database at once."""
    with Redis(unix_socket_path=str(stack.folder / "data" / "run" / "redis.sock")) as client:
        client.set("schedule:reconcile_now", "1", ex=120)


def due_between(monitors: int, interval_seconds: int, since_ms: int, until_ms: int) -> int:
    """How many slots were due in a window of whole intervals: each monitor has exactly one in each."""
    return monitors * (until_ms - since_ms) // (interval_seconds * 1000)


def name_of(process: psutil.Process) -> str:
    """What a process of CloudEye is called: recorder, worker, scheduler, web, redis …"""
    words: list[str] = process.cmdline()
    if "-n" in words:
        return words[words.index("-n") + 1]
    for part, name in (
        ("tasks.scheduler", "scheduler"),
        ("gunicorn", "web"),
        ("redis", "redis"),
        ("valkey", "redis"),
        ("mariadbd", "database"),
    ):
        if any(part in Path(word).name or part in word for word in words[:8]):
            return name
    return "supervisor"


def cpu_by_name(stack: Stack, extra: Sequence[int] = ()) -> Counter[str]:
    """CPU seconds used so far by all living processes of a CloudEye, and of those with the ids in `extra`."""
    total: Counter[str] = Counter()
    for process in [*stack.family(), *map(psutil.Process, extra)]:
        try:
            used = process.cpu_times()
            total[name_of(process)] += used.user + used.system
        except psutil.NoSuchProcess:
            continue
    return total


def cpu_seconds(stack: Stack, extra: Sequence[int] = ()) -> float:
    return sum(cpu_by_name(stack, extra).values())


def pss_mb(stack: Stack, extra: Sequence[int] = ()) -> float:
    """Proportional set size of all processes together, megabytes."""
    more: int = sum(psutil.Process(pid).memory_full_info().pss for pid in extra)
    return (stack.pss_bytes() + more) / 1024**2


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest-rank percentile of sorted values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
