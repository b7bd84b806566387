"""Places with networks of their own: Linux network namespaces, joined to a target and to a control target.

Each place reaches the target over one wire and its control target over another, and the broker through a
relay on a unix socket, which no network namespace keeps apart. Any of the three can be cut and healed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.env import ROOT, VARIABLES
from tests.servers import ServerError

TARGET = "10.213.0.1"
PORT = 8080


def need_namespaces() -> None:
    """Skip where this machine lets nobody make network namespaces; in CI that is an error for root."""
    ip = shutil.which("ip")
    done = subprocess.run([ip, "netns", "list"], capture_output=True, check=False) if ip else None
    if os.getuid() == 0 and done is not None and done.returncode == 0 and _can_make():
        return
    reason = "needs root and `ip netns` (package iproute2)"
    if os.environ.get("CI") and os.getuid() == 0:
        raise ServerError(reason)
    pytest.skip(reason)


def _can_make() -> bool:
    name = f"ce-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    if made:
        ip("netns", "del", name)
    return made


def ip(*words: str) -> None:
    """Run `ip`; what it says when it fails is the error."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Relay:
    """A socket that passes everything on to another one, until it is cut."""

    def __init__(self, path: Path, onto: Path) -> None:
        self.path, self._onto = path, onto
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def heal(self) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and take no more."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.path.unlink(missing_ok=True)
        with self._guard:
            broken, self._open = self._open, set()
        for each in broken:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(str(self._onto))
            except OSError:
                near.close()
                far.close()
                continue
            with self._guard:
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        with self._guard:
            self._open.discard(source)
        source.close()


@dataclass
class Place:
    """A namespace with two wires. `number` chooses its networks; `code` is its location."""

    code: str
    number: int
    prefix: str
    relay: Relay
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def namespace(self) -> str:
        return f"{self.prefix}-{self.code}"

    @property
    def control(self) -> str:
        """Who answers at the other end of the second wire: refused, which is an answer."""
        return f"tcp://10.215.{self.number}.1:9"

    def build(self, target: str) -> None:
        ip("netns", "add", self.namespace)
        ip("-n", self.namespace, "link", "set", "lo", "up")
        self._wire("t", f"10.214.{self.number}", target)
        self._wire("c", f"10.215.{self.number}", None)
        ip("-n", self.namespace, "route", "add", TARGET, "via", f"10.214.{self.number}.1")

    def _wire(self, kind: str, network: str, other: str | None) -> None:
        near, far = f"{self.prefix[-5:]}{self.number}{kind}n", f"{self.prefix[-5:]}{self.number}{kind}f"
        ip("link", "add", near, "type", "veth", "peer", "name", far)
        ip("link", "set", near, "netns", self.namespace)
        ip("-n", self.namespace, "addr", "add", f"{network}.2/24", "dev", near)
        ip("-n", self.namespace, "link", "set", near, "up")
        where = ["-n", other] if other else []
        if other:
            ip("link", "set", far, "netns", other)
        ip(*where, "addr", "add", f"{network}.1/24", "dev", far)
        ip(*where, "link", "set", far, "up")

    def part_from_target(self) -> None:
        """The target's answers come no more; nobody says why."""
        ip("-n", f"{self.prefix}-target", "route", "add", "blackhole", f"10.214.{self.number}.2/32")

    def join_target(self) -> None:
        ip("-n", f"{self.prefix}-target", "route", "del", "blackhole", f"10.214.{self.number}.2/32")

    def part_from_control(self) -> None:
        ip("route", "add", "blackhole", f"10.215.{self.number}.2/32")

    def join_control(self) -> None:
        ip("route", "del", "blackhole", f"10.215.{self.number}.2/32")

    def start(self, key: str) -> None:
        """Start a probe there, which knows its location, its key and the broker."""
        self.relay.heal()
        words = ["-n", "worker", "-Q", f"probe.{self.code}", "--pool", "threads", "-c", "16"]
        settings = {
            "CLOUDEYE_ENV": "production",
            "CLOUDEYE_LOCATION": self.code,
            "CLOUDEYE_LOCATION_KEY": key,
            "CLOUDEYE_DATA_DIR": str(self.folder / "data"),
            "CLOUDEYE_LOG_DIR": str(self.folder / "log"),
            "CELERY_BROKER_URL": f"redis+socket://{self.relay.path}",
        }
        with (self.folder / "probe.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, sys.executable, "-m", "tasks", *words],
                cwd=ROOT,
                env={**os.environ, **{variable.name: "" for variable in VARIABLES}, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()  # Nobody needs what it might still have to say.
            process.wait()
        self.relay.cut()

    def remove(self) -> None:
        self.stop()
        subprocess.run(["ip", "netns", "del", self.namespace], capture_output=True, check=False)
        cut = ["ip", "route", "del", "blackhole", f"10.215.{self.number}.2/32"]
        subprocess.run(cut, capture_output=True, check=False)


@contextmanager
def places(folder: Path, broker: Path, *codes: str) -> Iterator[list[Place]]:
    """Places with these codes, none of them started, and a target that answers every one of them."""
    prefix = f"ce{os.getpid()}"
    target = f"{prefix}-target"
    with ExitStack() as undo:
        ip("netns", "add", target)
        undo.callback(lambda: subprocess.run(["ip", "netns", "del", target], check=False))
        ip("-n", target, "link", "set", "lo", "up")
        ip("-n", target, "addr", "add", f"{TARGET}/32", "dev", "lo")
        server = subprocess.Popen(
            ["ip", "netns", "exec", target, sys.executable, "-c", _SERVER],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        undo.callback(server.wait)
        undo.callback(server.terminate)
        made = []
        for number, code in enumerate(codes, 1):
            home = folder / code
            home.mkdir()
            place = Place(code, number, prefix, Relay(folder / f"{code}.sock", broker), home)
            undo.callback(place.remove)
            place.build(target)
            made.append(place)
        yield made


_SERVER = f"""
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok"
async def answer(reader, writer):
    try:
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(ANSWER)
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()
async def serve():
    server = await asyncio.start_server(answer, "{TARGET}", {PORT}, backlog=4096)
    await server.serve_forever()
asyncio.run(serve())
"""


def now_ms() -> int:
    return time.time_ns() // 1_000_000
