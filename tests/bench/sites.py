"""What a logged-in, database-backed answer costs beside the least that Flask can do.

`GET /sites` (a page of 20 of them, with a session, the actor and the permission asked each time) under one
gunicorn worker, against a bare Flask endpoint under the same worker class, each on one core with the client
on the other. Rounds alternate; the figures are medians. Then the same with 10,000 sites instead of 100.

BENCH_DATABASE=mariadb takes MariaDB instead of SQLite; BENCH_SECONDS is the length of a round.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

from config.env import ROOT, VARIABLES
from tests import servers
from tests.bench._figures import Figures
from tests.bench._fleet import Database
from tests.stack import ACCOUNT, PASSWORD, Stack

ROUNDS = 5
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
SIZES = (100, 10_000)
PATH = "/api/cloudeye/v1/sites?limit=20"
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = str(_CORES[-1]), str(_CORES[0])


def _rate(port: int, path: str, *headers: str) -> float:
    command = ["taskset", "-c", CLIENT_CORE, sys.executable, "-m", "tests.bench._requests"]
    said = subprocess.run(
        [*command, str(port), path, str(SECONDS), *headers],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS + 60,
    ).stdout
    told = json.loads(said)
    if told["refused"]:
        raise RuntimeError(f"{told['refused']} of {told['requests']} requests were refused")
    return float(told["requests"]) / float(told["seconds"])


@contextmanager
def _bare() -> Iterator[int]:
    port = servers.free_port()
    command = ["taskset", "-c", SERVER_CORE, sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1"]
    environment = os.environ | {variable.name: "" for variable in VARIABLES}
    with subprocess.Popen(
        [*command, "--no-control-socket", "-b", f"127.0.0.1:{port}", "tests.bench._bare:app"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            servers.wait_for(lambda: servers.is_listening(port), "the bare server")
            yield port
        finally:
            process.terminate()


@contextmanager
def _ours(sites: int) -> Iterator[tuple[int, str]]:
    """A running CloudEye with so many sites, its web worker alone on its core: port and session cookie."""
    with ExitStack() as stack:
        settings = {"CLOUDEYE_WEB_WORKERS": "1"}
        if os.environ.get("BENCH_DATABASE") == "mariadb":
            server = stack.enter_context(servers.mariadb_server(stack.enter_context(servers.short_folder())))
            settings["DATABASE_URL"] = stack.enter_context(server.database("cloudeye_bench"))
        running = Stack(stack.enter_context(servers.short_folder()), settings)
        stack.callback(running.stop)
        running.start()
        Database.of(running).add_sites(sites)
        for process in running.family():
            own = any("gunicorn" in word for word in process.cmdline())
            process.cpu_affinity([int(SERVER_CORE if own else CLIENT_CORE)])
        session = requests.Session()
        body = {"account": ACCOUNT, "password": PASSWORD}
        session.post(
            f"{running.base_url}/api/cloudeye/v1/user/login", json=body, timeout=30
        ).raise_for_status()
        yield running.port, f"Cookie: cloudeye={session.cookies['cloudeye']}"


def main() -> bool:
    figures = Figures("sites")
    rates: dict[int, list[float]] = {size: [] for size in SIZES}
    bare: list[float] = []
    with ExitStack() as stack:
        bare_port = stack.enter_context(_bare())
        ours = {size: stack.enter_context(_ours(size)) for size in SIZES}
        for _ in range(ROUNDS):
            bare.append(_rate(bare_port, "/"))
            for size, (port, cookie) in ours.items():
                rates[size].append(_rate(port, PATH, cookie))
    least = statistics.median(bare)
    few, many = (statistics.median(rates[size]) for size in SIZES)
    figures.tell("bare Flask", least, "requests/s")
    for size in SIZES:
        figures.tell(
            f"sites of {size}", statistics.median(rates[size]), "requests/s", against=round(least, 1)
        )
    figures.tell("share of bare Flask", few / least, "times", least=0.35, against=1.0)
    figures.tell("time with 10,000 sites by that with 100", few / many, "times", most=1.5, against=1.0)
    return figures.is_met
