"""Throw-away servers for tests: real Redis, MariaDB and nginx in temporary folders, on sockets or free ports.

A missing program skips the tests that need it and says so; where CI=true it fails them, so that CI cannot
pass by skipping.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pymysql
import pytest
import redis

from config.launch.redis_server import arguments, server_program

START_SECONDS = 60
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 6 * 2**30
"""What must be free of the memory before files are kept there: a few databases and a Debian root."""


class ServerError(Exception):
    """A throw-away server did not start; the message holds what it printed."""


def need(*names: str, package: str) -> str:
    """Path of the first of these programs; without one the test is skipped, or fails where CI=true."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    reason = f"{names[0]} is missing: apt-get install {package}"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(where: int | Path, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections on a port of this machine, or on a socket file."""
    with socket.socket(socket.AF_UNIX if isinstance(where, Path) else socket.AF_INET) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(str(where) if isinstance(where, Path) else (host, where)) == 0


def wait_for(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Poll a condition that announces itself in no other way; `TimeoutError` names what was awaited."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def has_quick_files() -> bool:
    """Whether throw-away files may lie in memory: a database on a disk waits for it at each commit."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    free = min(shutil.disk_usage(MEMORY).free, int(psutil.virtual_memory().available))
    return free >= MEMORY_BYTES


def place_of_devices() -> str | None:
    """Where a whole root folder may lie: memory takes its devices on some machines only."""
    return "/var/tmp" if os.statvfs(tempfile.gettempdir()).f_flag & os.ST_NODEV else None


@contextmanager
def short_folder(within: str | None = None) -> Iterator[Path]:
    """A temporary folder whose path is short enough for sockets; pytest's own are not always."""
    folder = Path(tempfile.mkdtemp(prefix="ce-", dir=within))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """A process in a folder, which can be killed and started again on the same files."""

    words: Sequence[str]
    folder: Path
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        with (self.folder / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                list(self.words),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(self._is_up_or_dead, Path(self.words[0]).name)
        except TimeoutError as error:
            self.stop()
            raise ServerError(f"{error}\n{self.output()}") from error
        if self.process.poll() is not None:
            raise ServerError(f"{self.words[0]} ended at its start\n{self.output()}")

    def _is_up_or_dead(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None or self.is_ready()

    def output(self) -> str:
        """The end of what it printed."""
        return (self.folder / "output.log").read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(self.stop_signal)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass
class RedisServer(Server):
    socket: Path = Path()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A Redis with the settings of the embedded one, on a socket in `folder`."""
    path = folder / "redis.sock"

    def is_ready() -> bool:
        with redis.Redis.from_url(f"unix://{path}") as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    server = RedisServer([server_program(), *arguments(path, folder)], folder, is_ready, socket=path)
    with running(server):
        yield server


@contextmanager
def redis_over_tcp(folder: Path, host: str, password: str) -> Iterator[str]:
    """A Redis at an address of this machine, as other machines use it; gives its URL."""
    port = free_port()
    url = f"redis://:{password}@{host}:{port}/0"
    words = [server_program(), "--bind", host, "--port", str(port), "--requirepass", password, "--save", ""]
    own = ["--dir", str(folder), "--appendonly", "no", "--daemonize", "no"]
    with running(Server([*words, *own], folder, lambda: is_listening(port, host))):
        yield url


def _rows(cursor: pymysql.cursors.Cursor, question: str) -> Sequence[tuple[str, ...]]:
    cursor.execute(question)
    return cursor.fetchall()


@dataclass
class MariaDbServer(Server):
    socket: Path = Path()

    def connect(self) -> pymysql.connections.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True)

    def description(self, name: str) -> list[str]:
        """The statements that make the tables, rows and triggers of a database in another one.

        The rows are copied from the database itself, which must still be there.
        """
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"USE `{name}`")
            tables = _rows(cursor, "SHOW TABLES")
            made = [_rows(cursor, f"SHOW CREATE TABLE `{table}`")[0][1] for (table, *_) in tables]
            full = [table for (table, *_) in tables if _rows(cursor, f"SELECT 1 FROM `{table}` LIMIT 1")]
            made += [f"INSERT INTO `{table}` SELECT * FROM `{name}`.`{table}`" for table in full]
            triggers = [row[0] for row in _rows(cursor, "SHOW TRIGGERS")]
            return made + [_rows(cursor, f"SHOW CREATE TRIGGER `{each}`")[0][2] for each in triggers]

    def make(self, name: str, statements: Sequence[str]) -> None:
        """Carry out statements in a database, in any order of its foreign keys."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"USE `{name}`")
            cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            for statement in statements:
                cursor.execute(statement)

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """An empty database; gives its DATABASE_URL and drops it afterwards."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        yield f"mysql://root@localhost/{name}?unix_socket={self.socket}"
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")


@contextmanager
def mariadb_server(folder: Path) -> Iterator[MariaDbServer]:
    """A MariaDB with an empty root password on a socket in `folder`, quick rather than durable."""
    install = need("mariadb-install-db", package="mariadb-server")
    program = need("mariadbd", package="mariadb-server")
    path, data = folder / "mariadb.sock", folder / "data"
    user = ["--user=root"] if os.getuid() == 0 else []
    made = subprocess.run(
        [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *user,
         "--auth-root-authentication-method=normal"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise ServerError(f"mariadb-install-db failed\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
    words = [
        program, "--no-defaults", f"--datadir={data}", f"--socket={path}", "--skip-networking", *user,
        f"--pid-file={folder / 'mariadb.pid'}", "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M", "--performance-schema=off", "--skip-log-bin",
        "--character-set-server=utf8mb4",
    ]  # fmt: skip

    # PyMySQL leaves its socket open when connecting fails, so readiness is asked of the bare socket.
    server = MariaDbServer(words, folder, lambda: is_listening(path), socket=path)
    with running(server):
        yield server


@contextmanager
def nginx_server(folder: Path, configuration: str, port: int) -> Iterator[Server]:
    """A real nginx with this whole configuration, which must listen on `port` of 127.0.0.1."""
    program = need("nginx", package="nginx")
    path = folder / "nginx.conf"
    path.write_text(configuration)
    words = [
        program,
        "-p",
        str(folder),
        "-c",
        str(path),
        "-e",
        str(folder / "error.log"),
        "-g",
        "daemon off;",
    ]
    with running(Server(words, folder, lambda: is_listening(port), stop_signal=signal.SIGQUIT)) as server:
        yield server
