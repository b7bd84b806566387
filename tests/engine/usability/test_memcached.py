"""Memcached: a real server where one is installed, and servers that misbehave."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from app.engine.usability.registry import get_type
from tests import servers
from tests.engine.usability.peers import (
    Checked,
    Line,
    Peer,
    dripping,
    echoing,
    flooding,
    line_server,
    saying,
    silent,
)

HOST = "127.0.0.1"
_VERSION = b"VERSION 1.6.18\r\n"
_STATS = b"STAT curr_connections 2\r\nSTAT version 1.6\r\nEND\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    program = servers.need("memcached", package="memcached")
    free = servers.free_port()
    with servers.short_folder() as folder:
        words = [program, "-u", "nobody", "-l", HOST, "-p", str(free), "-m", "8", "-t", "1"]
        with servers.running(servers.Server(words, folder, lambda: servers.is_listening(free))):
            with socket.create_connection((HOST, free), timeout=5) as client:
                client.sendall(b"set a 0 0 2\r\n42\r\n")
                assert client.recv(100) == b"STORED\r\n"
            yield free


def test_a_real_server_tells_its_version_and_a_value(check: Checked, port: int) -> None:
    sample = check("memcached", host=HOST, port=port, key="a", expected="42")
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["value"] == "42"
    assert sample.facts["version"][0].isdigit()
    assert sample.facts["limit_maxbytes"] == 8 << 20


@pytest.mark.parametrize(
    ("config", "reason"),
    [({"key": "b"}, "value_missing"), ({"key": "a", "expected": "7"}, "value_unexpected")],
)
def test_another_value_is_told(check: Checked, port: int, config: dict[str, str], reason: str) -> None:
    sample = check("memcached", host=HOST, port=port, **config)
    assert (sample.status, sample.reason) == ("down", reason)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({b"version": b"ERROR Too many open connections\r\n"}, "too_many_connections"),
        ({b"version": b"SERVER_ERROR out of memory\r\n"}, "server_error"),
        ({b"version": b"HTTP/1.1 400\r\n"}, "unexpected_answer"),
        ({b"stats": b"STAT x\r\n"}, "unexpected_answer"),
        ({b"stats": b"STAT a b\r\n" * 600}, "answer_too_long"),
        ({b"get": b"VALUE a 0 99999999\r\n"}, "answer_too_long"),
        ({b"get": b"VALUE a 0 -5\r\n"}, "unexpected_answer"),
        ({b"get": b"VALUE\r\n"}, "unexpected_answer"),
    ],
)
def test_a_wrong_server_is_down(check: Checked, answers: dict[bytes, Line], reason: str) -> None:
    good: dict[bytes, Line] = {
        b"version": _VERSION,
        b"stats": _STATS,
        b"get": b"VALUE a 0 2\r\n42\r\nEND\r\n",
    }
    with Peer(line_server(b"", {**good, **answers})) as peer:
        sample = check("memcached", host=HOST, port=peer.port, key="a")
    assert (sample.status, sample.reason) == ("down", reason)


@pytest.mark.parametrize(
    "act", [silent, saying(), dripping(b"x" * 50, 0.05), echoing, flooding(b"x" * 999), saying(b"\xff\r\n")]
)
def test_hostile_servers_are_down(check: Checked, act: object) -> None:
    with Peer(act) as peer:  # type: ignore[arg-type]
        assert check("memcached", host=HOST, port=peer.port, timeout_ms=400).status != "up"


@pytest.mark.parametrize("key", ["a b", "a\r\nflush_all", "x" * 251])
def test_commands_cannot_be_slipped_in(key: str) -> None:
    with pytest.raises(ValidationError):
        get_type("memcached").parse({"host": "a.test", "key": key})
