"""Whatever a server says, a check ends with a verdict about the server, not with an error of the probe."""

from __future__ import annotations

import itertools
import queue
import random
import socket

import pytest

from app.engine.usability.loop import Engine
from app.engine.usability.types import Check, Sample
from tests.engine.certs import Authority
from tests.engine.conftest import LOOPBACK, now_ms
from tests.engine.usability.peers import Peer

_ROUNDS = 60
_LOGIN = {"username": "eve", "password": "tops3cret"}
# What each kind of server says first when it is well; and a configuration that goes on from there.
_FIRST: dict[str, tuple[bytes, dict[str, object]]] = {
    "tcp": (b"hello\r\n", {"expect": "hello"}),
    "tls": (bytes.fromhex("160303007a020000760303") + bytes(120), {}),
    "smtp": (b"220 mx\r\n250-mx\r\n250 AUTH PLAIN\r\n235 in\r\n221 bye\r\n", {**_LOGIN, "security": "none"}),
    "imap": (b"* OK hi\r\n* CAPABILITY X\r\na1 OK\r\na2 OK\r\n", {**_LOGIN, "security": "none"}),
    "pop3": (b"+OK hi\r\n+OK\r\n+OK\r\n+OK\r\n", {**_LOGIN, "security": "none"}),
    "ftp": (
        b"220 hi\r\n331 and\r\n230 in\r\n200 ok\r\n213 9\r\n",
        {**_LOGIN, "security": "none", "file": "x"},
    ),
    "ssh": (b"SSH-2.0-x\r\n\0\0\0\x1c\x0a\x14" + bytes(26), {}),
    "redis": (b"+OK\r\n+PONG\r\n$2\r\n42\r\n", {"password": "tops3cret", "key": "a"}),
    "memcached": (b"VERSION 1\r\nSTAT a b\r\nEND\r\nVALUE a 0 2\r\n42\r\nEND\r\n", {"key": "a"}),
    "mysql": (
        b"\x48\0\0\0\x0a8.0.1\0" + bytes(13) + b"\xff\xf7" + bytes(50),
        {**_LOGIN, "query": "SELECT 1"},
    ),
    "postgresql": (b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", {**_LOGIN, "tls": "off", "query": "SELECT 1"}),
    "mongodb": (
        bytes.fromhex("2600000009000000010000 00dd070000") + bytes(5) + b"\x11\0\0\0\x01ok\0" + bytes(9),
        {},
    ),
    "websocket": (b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x01x", {}),
}


def _spoilt(good: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled; or nothing but noise."""
    data = bytearray(good)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(data) + 1)
        what = dice.randrange(5)
        if what == 0:
            data[place:place] = dice.randbytes(dice.randint(1, 8))
        elif what == 1:
            del data[place : place + dice.randint(1, 6)]
        elif what == 2:
            data[place : place + 4] = b"\xff\xff\xff\xff"
        elif what == 3:
            data[place : place + 1] = dice.randbytes(1)
        else:
            data[:] = dice.randbytes(dice.randint(0, 60))
    return bytes(data)


@pytest.mark.parametrize("kind", _FIRST)
def test_spoilt_answers_are_no_error_of_the_probe(authority: Authority, kind: str) -> None:
    good, config = _FIRST[kind]
    dice = random.Random(7)
    answers = [_spoilt(good, dice) for _ in range(_ROUNDS)]
    numbers = itertools.count()

    def act(_peer: Peer, connection: socket.socket) -> None:
        connection.sendall(answers[next(numbers) % _ROUNDS])
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    samples: queue.SimpleQueue[Sample] = queue.SimpleQueue()
    with Peer(act) as peer, Engine(ca_file=authority.ca_file, location="x", now_ms=now_ms) as engine:
        where: dict[str, object] = {"host": "127.0.0.1", "port": peer.port}
        where = {"url": f"ws://127.0.0.1:{peer.port}/"} if kind == "websocket" else where
        checks = [Check(n, n, kind, {**where, **config}, now_ms(), 3000, LOOPBACK) for n in range(_ROUNDS)]
        engine.submit(checks, samples.put)
        came = [samples.get(timeout=10) for _ in checks]
    wrong = [(each.reason, each.detail) for each in came if each.reason in ("probe_error", "config_invalid")]
    assert wrong == []
    assert all(each.status == "down" for each in came if each.reason is not None)
