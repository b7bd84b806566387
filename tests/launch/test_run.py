"""`make run`: everything comes up, comes back when killed, and ends together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from config.env import ROOT
from config.launch.place import PROCESSES
from config.launch.run import StartError, is_listening
from tests import servers
from tests.stack import ACCOUNT, PASSWORD, Stack, running_stack

pytestmark = pytest.mark.stack
KEPT_RUNNING = set(PROCESSES) - {"flower", "browser"}
MOST_PSS = 600 * 1024 * 1024


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    # Without a browser, which is not there on every machine and takes what its pages take.
    with running_stack(CLOUDEYE_CHROMIUM="no-such-browser") as started:
        yield started


def _is_ready(stack: Stack) -> bool:
    try:
        return requests.get(f"{stack.base_url}/readyz", timeout=30).status_code == 200
    except requests.RequestException:
        return False


def test_every_process_runs(stack: Stack) -> None:
    assert set(stack.pids()) == KEPT_RUNNING


def test_it_tells_address_and_log_in(stack: Stack) -> None:
    assert stack.base_url in stack.output()
    assert f"Log in as {ACCOUNT}" in stack.output()


def test_it_does_not_print_a_password_that_was_given(stack: Stack) -> None:
    assert PASSWORD not in stack.output() + stack.logs()


def test_idle_it_needs_less_than_600_megabytes(stack: Stack) -> None:
    assert stack.pss_bytes() < MOST_PSS


@pytest.mark.parametrize("name", sorted(KEPT_RUNNING))
def test_a_killed_process_comes_back(stack: Stack, name: str) -> None:
    before = stack.pids()[name]
    os.kill(before, signal.SIGKILL)
    servers.wait_for(lambda: stack.pids().get(name, before) != before, f"a new {name}")
    servers.wait_for(lambda: _is_ready(stack), "readiness")


def test_a_killed_supervisor_comes_back_with_all_processes(stack: Stack) -> None:
    before = stack.pids()
    (supervisor,) = psutil.Process(stack.pid).children()
    supervisor.kill()
    servers.wait_for(lambda: set(stack.pids()) == KEPT_RUNNING, "all processes")
    assert not set(before.values()) & set(stack.pids().values())
    servers.wait_for(lambda: _is_ready(stack), "readiness")


def test_a_second_start_on_the_same_data_is_refused(stack: Stack) -> None:
    words = [sys.executable, "-m", "config.launch.run"]
    second = subprocess.run(
        words, cwd=ROOT, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "runs already" in second.stderr


def test_a_new_release_by_hup_fails_no_request(stack: Stack) -> None:
    statuses = []
    for number in range(60):
        if number in (10, 30):
            stack.supervisorctl("signal", "HUP", "web")
        statuses.append(requests.get(f"{stack.base_url}/healthz", timeout=60).status_code)
    assert set(statuses) == {200}


def test_the_end_leaves_no_process_behind(folder: Path) -> None:
    with running_stack() as stack:
        family = stack.family()
        assert len(family) > len(KEPT_RUNNING)
        assert stack.stop() == 0
        assert [process for process in family if process.is_running()] == []


def test_the_end_of_a_killed_start_leaves_no_process_behind() -> None:
    with running_stack() as stack:
        family = stack.family()
        stack.stop(signal.SIGKILL)
        servers.wait_for(lambda: not any(map(_lives, family)), "the end of all processes", 60)


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"CLOUDEYE_PORT": "eighty"}, "CLOUDEYE_PORT must be a whole number from 1 to 65535"),
        ({"CLOUDEYE_ENV": "production"}, "CLOUDEYE_SECRET_KEY must be set in production"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(
    folder: Path, settings: dict[str, str], sentence: str
) -> None:
    environment = {**os.environ, "CLOUDEYE_DATA_DIR": str(folder), **settings}
    words = [sys.executable, "-m", "config.launch.run"]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert "Traceback" not in done.stderr


def test_a_taken_port_of_ipv6_is_noticed() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        assert is_listening(("::1", taken.getsockname()[1]))


def test_a_host_without_an_address_is_named() -> None:
    with pytest.raises(StartError, match=r"no-such-host\.invalid"):
        is_listening(("no-such-host.invalid", 8000))


def test_a_taken_port_is_named(folder: Path) -> None:
    port = servers.free_port()
    with servers.nginx_server(
        folder, f"pid p; events {{}} http {{ server {{ listen 127.0.0.1:{port}; }} }}", port
    ):
        environment = {**os.environ, "CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_PORT": str(port)}
        words = [sys.executable, "-m", "config.launch.run"]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
