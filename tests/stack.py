"""The whole of CloudEye in a temporary folder: every process, started and ended as `make run` does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from config.env import ROOT, VARIABLES
from config.launch import nginx
from tests import servers
from tests.client import Api

START_SECONDS = 180
STOP_SECONDS = 60
ACCOUNT, PASSWORD = "admin@example.org", "correct-horse-battery"


class Stack:
    """A running CloudEye. `base_url` has no slash at its end."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self.port = folder, servers.free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            **{variable.name: "" for variable in VARIABLES},  # the default of each, whatever .env says
            "CLOUDEYE_ENV": "development",
            "CLOUDEYE_PORT": str(self.port),
            "CLOUDEYE_DATA_DIR": str(folder / "data"),
            "CLOUDEYE_LOG_DIR": str(folder / "log"),
            "CLOUDEYE_ADMIN_EMAIL": ACCOUNT,
            "CLOUDEYE_ADMIN_PASSWORD": PASSWORD,
            "CLOUDEYE_ALLOW_PRIVATE_TARGETS": "1",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it says that it is up; `ServerError` with what it said instead."""
        with (self.folder / "run.log").open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "config.launch.run"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it" not in self.output():
            if self._process.poll() is not None or time.monotonic() > end:
                said = self.output() + self.logs()
                self.stop()
                raise servers.ServerError(f"CloudEye did not come up:\n{said}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does; gives the exit status."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        if process.poll() is None:
            process.send_signal(number)
        return process.wait(STOP_SECONDS)

    def end(self) -> None:
        """Kill all of it at once: its folder is thrown away. (Ending as Ctrl-C does takes eight seconds.)"""
        if self._process is None:
            return
        family = self.family() if self._process.poll() is None else []
        process, self._process = self._process, None
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait(STOP_SECONDS)
        servers.wait_for(lambda: not any(map(_lives, family)), "every process to end", seconds=STOP_SECONDS)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def output(self) -> str:
        return (self.folder / "run.log").read_text(errors="replace")

    def logs(self) -> str:
        """The end of every process's log, for a failed test's report."""
        paths = sorted((self.folder / "log").glob("*/*.log"))
        return "".join(f"\n== {path}\n{path.read_text(errors='replace')[-2000:]}" for path in paths)

    def api(self) -> Api:
        """A client that is logged in as the first administrator."""
        client = Api(self.base_url)
        client.log_in(ACCOUNT, PASSWORD)
        return client

    def supervisorctl(self, *words: str) -> str:
        """What supervisorctl says, given this CloudEye's socket."""
        socket = self.folder / "data" / "run" / "supervisor.sock"
        command = [sys.executable, "-m", "supervisor.supervisorctl", "-s", f"unix://{socket}", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    def pids(self) -> dict[str, int]:
        """Process id by name of everything that supervisor runs now."""
        found = re.findall(r"^(\S+)\s+RUNNING\s+pid (\d+)", self.supervisorctl("status"), re.MULTILINE)
        return {name: int(pid) for name, pid in found}

    def family(self) -> list[psutil.Process]:
        """Every process of this CloudEye, the starting one included."""
        root = psutil.Process(self.pid)
        return [root, *root.children(recursive=True)]

    def pss_bytes(self) -> int:
        """Proportional set size of all processes together."""
        return sum(process.memory_full_info().pss for process in self.family())


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def running_behind_nginx(tls: tuple[str, str] | None = None, **settings: str) -> Iterator[Stack]:
    """The same behind a real nginx, over a unix socket, as it is run for real; `base_url` is nginx's.

    `tls` is the paths of a certificate chain and its key.
    """
    with servers.short_folder() as folder:
        socket = folder / "web.sock"
        stack = Stack(folder, {"CLOUDEYE_BIND": f"unix:{socket}", "CLOUDEYE_TRUST_PROXY": "1", **settings})
        user = "root" if os.getuid() == 0 else None
        places = nginx.Places(str(socket), files=folder / "data" / "files")
        # Everybody of a test is one address.
        server = nginx.render(places, listen=f"127.0.0.1:{stack.port}", tls=tls, rate=10_000)
        if tls:
            stack.base_url = stack.base_url.replace("http:", "https:")
        (folder / "nginx").mkdir()
        whole = nginx.whole(server, folder / "nginx", user=user)
        try:
            stack.start()
            with servers.nginx_server(folder / "nginx", whole, stack.port):
                yield stack
        finally:
            stack.end()


@contextmanager
def running_stack(**settings: str) -> Iterator[Stack]:
    """A CloudEye with these settings besides the usual ones of a test."""
    with servers.short_folder() as folder:
        stack = Stack(folder, settings)
        try:
            stack.start()
            yield stack
        finally:
            stack.end()
