"""A probe at another place: it starts with its location's key and the broker, and with nothing else."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from app.core.celery import make_celery
from app.core.clock import now_ms
from app.core.signing import given_key, open_message, seal
from app.engine.usability.types import Sample
from config import load_settings
from config.env import ROOT, VARIABLES
from tests.engine.targets import Target, reply
from tests.servers import RedisServer

KEY = "the-key-of-paris-that-was-shown-once"
START_SECONDS = 30


def settings_of(folder: Path, server: RedisServer) -> dict[str, str]:
    """All that the machine is told. The database is one that nobody reaches (RFC 5737)."""
    return {
        "CLOUDEYE_ENV": "production",
        "CLOUDEYE_LOCATION": "paris",
        "CLOUDEYE_LOCATION_KEY": KEY,
        "CLOUDEYE_DATA_DIR": str(folder / "data"),
        "CLOUDEYE_LOG_DIR": str(folder / "log"),
        "CLOUDEYE_LOG_OUTPUT": "stream",
        "CELERY_BROKER_URL": f"redis+socket://{server.socket}",
        "DATABASE_URL": "mysql://nobody@192.0.2.1/nothing",
    }


def environment(settings: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **{variable.name: "" for variable in VARIABLES}, **settings}


@contextmanager
def running_probe(folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    words = [
        sys.executable,
        "-m",
        "tasks",
        "-n",
        "worker",
        "-Q",
        "probe.paris",
        "--pool",
        "threads",
        "-c",
        "4",
    ]
    with (folder / "probe.log").open("wb") as log:
        process = subprocess.Popen(
            words, cwd=ROOT, env=environment(settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ask(settings: dict[str, str], key: str, port: int) -> None:
    """Send a batch with one check, signed with this key."""
    spec = ["http", {"url": f"http://127.0.0.1:{port}/"}, 2000, 60_000, ["127.0.0.0/8"], False]
    slots = json.dumps([["7", now_ms(), json.dumps(spec)]])
    celery = make_celery(load_settings({**settings, "CLOUDEYE_ENV": "testing"}))
    message = seal(given_key(key), "probe.batch", "paris", now_ms(), f"\n{slots}")
    celery.send_task("probe.batch", args=message, queue="probe.paris", ignore_result=True)
    celery.close()


def received(client: redis.Redis, task: str, process: subprocess.Popen[bytes]) -> list[Any]:
    """The arguments of the next message of this task on the recorder's queue."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        popped: Any = client.blpop(["record"], timeout=1)
        if popped:
            message = json.loads(popped[1])
            if message["headers"]["task"] == task:
                arguments: list[Any] = json.loads(base64.b64decode(message["body"]))[0]
                return arguments
    raise AssertionError(f"no {task} came")


@pytest.fixture
def probe(
    tmp_path: Path, redis_server: RedisServer, redis_client: redis.Redis
) -> Iterator[subprocess.Popen[bytes]]:
    with running_probe(tmp_path, settings_of(tmp_path, redis_server)) as process:
        yield process


def test_it_works_with_the_broker_and_its_key_alone(
    probe: subprocess.Popen[bytes], tmp_path: Path, redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    settings = settings_of(tmp_path, redis_server)
    with Target(reply()) as target:
        ask(settings, "somebody else's key", target.port)
        ask(settings, KEY, target.port)
        message = received(redis_client, "record.samples", probe)
    assert message[0] == "paris" and len(target.requests) == 1
    _, _, wire = open_message(message, "record.samples", given_key(KEY)).partition("\n")
    (sample,) = [Sample.from_wire(each) for each in json.loads(wire)]
    assert (sample.monitor_id, sample.location, sample.status) == (7, "paris", "up")
    report = received(redis_client, "record.report", probe)
    said = json.loads(open_message(report, "record.report", given_key(KEY)))
    assert said["refused"] == {"bad_signature": 1} and said["checks"] == 1
    assert not (tmp_path / "data" / "secrets.json").exists()
    assert not (tmp_path / "data" / "cloudeye.db").exists()
    assert {key.decode() for key in redis_client.scan_iter("*")} <= broker_keys(redis_client)


def broker_keys(client: redis.Redis) -> set[str]:
    """What Celery itself keeps; a probe writes nothing else."""
    return {key.decode() for key in client.scan_iter("_kombu*")} | {
        "unacked",
        "unacked_index",
        "unacked_mutex",
        "record",
        "probe.paris",
    }


def test_it_loads_neither_models_nor_flask(tmp_path: Path, redis_server: RedisServer) -> None:
    program = "import sys, tasks.probe, tasks.probe_report; print(*sorted(sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(settings_of(tmp_path, redis_server)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"sqlalchemy", "flask", "app.models", "pymysql"} & set(said)


@pytest.mark.parametrize("queues", ["record", "probe.tokyo", "probe.paris,notify"])
def test_it_refuses_to_be_anything_else(tmp_path: Path, redis_server: RedisServer, queues: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tasks", "-n", "worker", "-Q", queues],
        cwd=ROOT,
        env=environment(settings_of(tmp_path, redis_server)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "only probes" in done.stderr
