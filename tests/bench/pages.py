"""The pages at ten thousand monitors: how long each takes on one web worker, and how large it is.

10,000 sites with a monitor each, of which a hundredth is not well, in a real database; each page is asked for
20 times by a logged-in browser's request, everything included. The board is made anew each time.

BENCH_DATABASE=mariadb takes MariaDB instead of SQLite.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import insert

from app.core.clock import now_ms
from app.core.redis import delete_matching, use_redis
from app.core.snowflake import next_id, use_worker_number
from app.models import Monitor, MonitorState, Site, write
from app.service.actor import Actor
from app.service.organization import change_settings
from tests import servers
from tests.bench._figures import Figures
from tests.cast import make_organization, make_test_app, make_user
from tests.web.test_pages import enter

SITES = int(os.environ.get("BENCH_SITES", "10000"))
TIMES = 20
PAGES = {
    "overview": ("/overview", 150.0),
    "overview, its live part": ("/overview/live", 150.0),
    "list of sites": ("/sites", 150.0),
    "list of incidents": ("/incidents", 150.0),
}


@contextmanager
def _app(folder: Path) -> Iterator[Flask]:
    with ExitStack() as stack:
        short = stack.enter_context(servers.short_folder())
        redis_server = stack.enter_context(servers.redis_server(short))
        database = ""
        if os.environ.get("BENCH_DATABASE") == "mariadb":
            server = stack.enter_context(servers.mariadb_server(short))
            database = stack.enter_context(server.database("bench"))
        app = make_test_app(folder, redis_server.url, database)
        use_worker_number(1)
        with app.app_context():
            upgrade()
            yield app
        use_redis(None)


def _fill(owner: Actor) -> None:
    sites: list[dict[str, Any]] = []
    monitors: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    for number in range(SITES):
        site_id, monitor_id = next_id(), next_id()
        own = {"organization_id": owner.organization_id}
        name, url = f"Site number {number}", f"https://s{number}.example/"
        sites.append({"id": site_id, "name": name, "base_url": url, **own})
        monitors.append({"id": monitor_id, "site_id": site_id, "type": "http", "name": "home", **own})
        state = "DOWN" if number % 100 == 0 else "UP"
        states.append({"monitor_id": monitor_id, "state": state, "since_ms": now_ms(), "last_total_ms": 42.0})
    with write() as session:
        session.execute(insert(Site), sites)
        session.execute(insert(Monitor), monitors)
        session.execute(insert(MonitorState), states)


def _ask(client: FlaskClient, path: str) -> tuple[float, int]:
    delete_matching("board:*")
    began = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return took, len(answer.data)


def main() -> bool:
    figures = Figures("pages")
    with tempfile.TemporaryDirectory(prefix="cloudeye-bench-") as name, _app(Path(name)) as app:
        owner = make_user(make_organization("bench"), "owner", "owner")
        change_settings(owner, {"is_set_up": True})
        _fill(owner)
        client = enter(app, owner)
        for page, (path, goal_ms) in PAGES.items():
            _ask(client, path)
            answers = [_ask(client, path) for _ in range(TIMES)]
            figures.tell(f"{page}, median", statistics.median(ms for ms, _ in answers), "ms", most=goal_ms)
            figures.tell(f"{page}, worst of {TIMES}", max(ms for ms, _ in answers), "ms")
            figures.tell(f"{page}, size", answers[-1][1] / 1000, "kB", most=300)
    return figures.is_met
