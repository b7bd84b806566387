"""Two machines: the web and the recorder on one, a probe on the other with nothing but the broker.

The other machine is a network namespace with one wire, on which there is a Redis with a password and nothing
else. Two web processes, each with folders of its own, share database, Redis and the secret key.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from config.env import ROOT, VARIABLES
from tests import servers
from tests.places import ip, need_namespaces
from tests.stack import ACCOUNT, PASSWORD, Stack

pytestmark = pytest.mark.stack
HERE, THERE = "10.216.7.1", "10.216.7.2"
PATIENCE_SECONDS = 60.0


@contextmanager
def other_machine() -> Iterator[str]:
    """A network namespace that reaches this machine at HERE, and nothing else; gives its name."""
    name, near, far = f"ce{os.getpid()}-b", f"ce{os.getpid() % 100000}a", f"ce{os.getpid() % 100000}b"
    ip("netns", "add", name)
    try:
        ip("link", "add", near, "type", "veth", "peer", "name", far)
        ip("link", "set", far, "netns", name)
        ip("addr", "add", f"{HERE}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", f"{THERE}/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        ip("netns", "del", name)


@contextmanager
def started(words: list[str], settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that knows these settings and no others."""
    bare = {**os.environ, **{variable.name: "" for variable in VARIABLES}}
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=ROOT, env={**bare, **settings}, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@dataclass
class Machines:
    """The first machine's CloudEye, the other's name, and where the second may keep its files."""

    stack: Stack
    other: str
    broker: str
    folder: Path

    def probe(self, code: str, key: str) -> list[str]:
        return [sys.executable, "-m", "tasks", "-n", "worker", "-Q", f"probe.{code}", "--pool", "threads"]

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < end, f"waited for {what}\n{self.stack.logs()}"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def machines(mariadb_server: servers.MariaDbServer) -> Iterator[Machines]:
    need_namespaces()
    with ExitStack() as stack:
        folder = stack.enter_context(servers.short_folder())
        other = stack.enter_context(other_machine())
        (folder / "redis").mkdir()
        redis_url = stack.enter_context(
            servers.redis_over_tcp(folder / "redis", HERE, secrets.token_urlsafe(16))
        )
        (folder / "one").mkdir()
        settings = {
            "REDIS_URL": redis_url,
            "DATABASE_URL": stack.enter_context(mariadb_server.database("ce_two_machines")),
            "CLOUDEYE_SECRET_KEY": secrets.token_urlsafe(32),
        }
        running = Stack(folder / "one", settings)
        stack.callback(running.stop)
        running.start()
        yield Machines(running, other, redis_url, folder)


def test_a_probe_on_another_machine_needs_the_broker_and_nothing_else(machines: Machines) -> None:
    api = machines.stack.api()
    key = api.post("/usability/locations", code="far", name="Far away")["key"]
    broker_port = int(machines.broker.rsplit(":", 1)[1].split("/")[0])
    site = api.post("/sites", name="Shop", base_url=f"http://{HERE}/")
    monitor = api.post(
        "/usability/monitors",
        site_id=site["id"],
        type="tcp",
        name="broker",
        interval_seconds=1,
        locations=["far"],
        config={"host": HERE, "port": broker_port},
    )["id"]
    home = machines.folder / "far"
    home.mkdir()
    settings = {
        "CLOUDEYE_ENV": "production",
        "CLOUDEYE_LOCATION": "far",
        "CLOUDEYE_LOCATION_KEY": key,
        "CLOUDEYE_DATA_DIR": str(home / "data"),
        "CLOUDEYE_LOG_DIR": str(home / "log"),
        "CELERY_BROKER_URL": machines.broker,
    }
    words = ["ip", "netns", "exec", machines.other, *machines.probe("far", key)]
    with started(words, settings, home / "probe.log"):
        machines.wait(lambda: api.get(f"/usability/monitors/{monitor}")["state"] == "UP", "the far probe")
        said = api.get(f"/usability/monitors/{monitor}/results")["items"]
    assert {each["location"] for each in said} == {"far"}


def test_nobody_is_logged_out_when_a_web_process_is_killed(machines: Machines) -> None:
    port = servers.free_port()
    home = machines.folder / "two"
    home.mkdir()
    settings = machines.stack.environment | {
        "CLOUDEYE_PORT": str(port),
        "CLOUDEYE_DATA_DIR": str(home / "data"),
        "CLOUDEYE_LOG_DIR": str(home / "log"),
    }
    words = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "cloudeye:app"]
    first, second = machines.stack.base_url, f"http://127.0.0.1:{port}"
    me = "/api/cloudeye/v1/user/me"
    with started(words, settings, home / "web.log") as process, requests.Session() as visitor:
        machines.wait(lambda: servers.is_listening(port), "the second web process")
        body = {"account": ACCOUNT, "password": PASSWORD}
        visitor.post(f"{second}/api/cloudeye/v1/user/login", json=body, timeout=30).raise_for_status()
        assert visitor.get(f"{first}{me}", timeout=30).status_code == 200
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        assert visitor.get(f"{first}{me}", timeout=30).json()["data"]["user"]["email"] == ACCOUNT
