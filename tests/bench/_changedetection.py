"""changedetection.io in a temporary environment of its own, and what its checks cost."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests import servers

VERSION = "0.60.10"
_INSTALL_SECONDS = 900
_ROUND_SECONDS = 300


class ChangeDetection:
    """Installed into `folder`; `cost` starts it anew with the pages it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = folder / "env" / "bin" / "changedetection.io"

    def install(self) -> None:
        """Raises ServerError with what pip said."""
        subprocess.run([sys.executable, "-m", "venv", str(self._folder / "env")], check=True)
        pip = [str(self._folder / "env" / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "install", "--quiet", f"changedetection.io=={VERSION}"],
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise servers.ServerError(f"changedetection.io cannot be installed: {done.stderr[-500:]}")

    def cost(self, urls: Sequence[str], rounds: int, asked: Callable[[], int]) -> float:
        """CPU milliseconds of a check of one of these pages, the median of so many rounds.

        The first two rounds are not counted: they only learn what the pages are.
        """
        port, store = servers.free_port(), self._folder / f"store-{time.monotonic_ns()}"
        store.mkdir()
        command = [str(self._program), "-d", str(store), "-h", "127.0.0.1", "-p", str(port), "-l", "ERROR"]
        command += [word for url in urls for word in ("-u", url)]
        environment = {
            **os.environ,
            "ALLOW_IANA_RESTRICTED_ADDRESSES": "true",
            "DISABLE_VERSION_CHECK": "true",
            "MINIMUM_SECONDS_RECHECK_TIME": "0",
        }
        with (self._folder / "said.log").open("wb") as said:
            process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        try:
            servers.wait_for(lambda: servers.is_listening(port), "changedetection.io", seconds=120)
            _settle(process.pid)
            costs = [self._round(process.pid, port, store, len(urls), asked) for _ in range(rounds + 2)]
        finally:
            process.terminate()
            process.wait(30)
        return statistics.median(costs[2:])

    def _round(self, pid: int, port: int, store: Path, pages: int, asked: Callable[[], int]) -> float:
        token = json.loads((store / "changedetection.json").read_text())["settings"]["application"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/watch?recheck_all=1",
            headers={"x-api-key": token["api_access_token"]},
        )
        had, cpu = asked(), _cpu_ms(pid)
        urllib.request.urlopen(request, timeout=60).read()
        servers.wait_for(lambda: asked() >= had + pages, "a round of checks", seconds=_ROUND_SECONDS)
        _settle(pid)
        return (_cpu_ms(pid) - cpu) / (asked() - had)


def _settle(pid: int) -> None:
    """Wait until what was begun is done: less than 5 % of a core for a second."""
    used = _cpu_ms(pid)
    while True:
        time.sleep(1)
        before, used = used, _cpu_ms(pid)
        if used - before < 50:
            return


def _cpu_ms(pid: int) -> float:
    process = psutil.Process(pid)
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return 1000 * float(sum(each.user + each.system for each in times))


@contextmanager
def running() -> Iterator[ChangeDetection]:
    with servers.short_folder() as folder:
        program = ChangeDetection(folder)
        program.install()
        yield program
