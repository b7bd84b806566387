"""A real Flower behind our log-in: passed on to the owner alone, to look only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.core import settings as process_settings
from app.core.celery import make_celery
from app.service.actor import Actor
from app.service.health.flower import FlowerAwayError, ask_flower
from app.web.family.flower import policy
from config.env import ROOT, VARIABLES
from tests.cast import Caller
from tests.servers import RedisServer

START_SECONDS = 60


@pytest.fixture(scope="module")
def flower_socket(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Flower and a worker, as supervisor.conf starts them."""
    folder = tmp_path_factory.mktemp("flower")
    socket = Path(f"/tmp/ce-flower-{os.getpid()}.sock")
    environment = {
        **os.environ,
        **{variable.name: "" for variable in VARIABLES},
        "CLOUDEYE_ENV": "testing",
        "CLOUDEYE_DATA_DIR": str(folder / "data"),
        "CLOUDEYE_LOG_DIR": str(folder / "log"),
        "REDIS_URL": redis_server.url,
        "CLOUDEYE_FLOWER": "1",
    }
    flower = ["-m", "celery", "-A", "tasks", "flower", "--url-prefix=flower", f"--unix-socket={socket}"]
    commands = [flower, ["-m", "tasks", "-n", "seen", "-Q", "notify"]]
    with (folder / "output").open("wb") as output:
        processes = [
            subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
            for command in commands
        ]
        try:
            _await(socket, processes, folder / "output")
            yield socket
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(20)
            socket.unlink(missing_ok=True)


def _await(socket: Path, processes: list[subprocess.Popen[bytes]], output: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            if b"seen@" in ask_flower("/flower/workers?json=1", path=socket).body:
                return
        except FlowerAwayError:
            pass
        assert all(process.poll() is None for process in processes), output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.2)


@pytest.fixture
def here(app: Flask, flower_socket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flower's socket is where this application looks for it."""
    monkeypatch.setattr("app.service.health.flower.flower_socket", lambda: flower_socket)


def test_the_owner_sees_the_workers(here: None, as_owner: Caller) -> None:
    answer = as_owner.client.get("/flower/workers")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "seen@" in page
    assert "'sha256-" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_its_files_come_by_the_same_way(here: None, as_owner: Caller) -> None:
    answer = as_owner.client.get("/flower/static/js/flower.js")
    assert answer.status_code == 200 and "javascript" in answer.content_type
    assert answer.data.count(b"type: 'GET',\n                url: url_prefix() + '/tasks/datatable'") == 1
    again = as_owner.client.get(
        "/flower/static/js/flower.js", headers={"If-None-Match": answer.headers["Etag"]}
    )
    assert again.status_code == 304


def test_nothing_can_be_done_with_it(here: None, as_owner: Caller) -> None:
    path = "/flower/api/worker/shutdown/seen"
    answer = as_owner.client.post(path, headers={"X-CSRF-Token": as_owner.csrf})
    assert answer.status_code == 405


def test_nobody_else_sees_it(
    here: None, app: Flask, owner: Actor, as_viewer: Caller, as_stranger: Caller
) -> None:
    assert as_viewer.client.get("/flower/").status_code == 403
    assert as_stranger.client.get("/flower/").status_code == 404
    assert "/login" in app.test_client().get("/flower/metrics").location


def test_where_it_does_not_run_the_page_says_so(app: Flask, as_owner: Caller) -> None:
    answer = as_owner.client.get("/flower/")
    assert answer.status_code == 502 and "CLOUDEYE_FLOWER=1" in answer.get_data(as_text=True)


def test_only_its_own_script_is_allowed() -> None:
    own = b'<script type="text/javascript">\n  var autorefresh = 1;\n</script>'
    other = b'<script type="text/javascript">var autorefresh = 1; alert(1)</script>'
    assert policy(own).count("sha256") == 1
    assert policy(other).count("sha256") == 0


def test_settings_say_whether_workers_tell_of_their_tasks(app: Flask) -> None:
    settings = process_settings.get_settings()
    assert make_celery(settings).conf.worker_send_task_events is False
