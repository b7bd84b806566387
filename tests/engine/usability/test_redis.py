"""Redis: a real server with users and TLS, and servers that misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import redis

from config.launch.redis_server import server_program
from tests import servers
from tests.engine.certs import Authority
from tests.engine.usability.peers import (
    Checked,
    Peer,
    dripping,
    echoing,
    flooding,
    line_server,
    saying,
    silent,
)

HOST = "127.0.0.1"


@dataclass
class Ports:
    clear: int
    secure: int


@pytest.fixture(scope="module")
def ports(authority: Authority) -> Iterator[Ports]:
    """A server whose default user has a password, with the user eve who may read keys that begin with a."""
    found = Ports(servers.free_port(), servers.free_port())
    certificate, key = authority.files(HOST)
    with servers.short_folder() as folder:
        path = folder / "redis.sock"
        words = [server_program(), "--port", str(found.clear), "--bind", HOST, "--unixsocket", str(path)]
        words += ["--requirepass", "tops3cret", "--save", "", "--dir", str(folder), "--daemonize", "no"]
        words += ["--tls-port", str(found.secure), "--tls-cert-file", certificate, "--tls-key-file", key]
        words += [
            "--tls-auth-clients",
            "no",
            "--user",
            "eve",
            "on",
            ">3vespw",
            "~a*",
            "+@read",
            "+ping",
            "+select",
            "--user",
            "nell",
            "on",
            "nopass",
            "~*",
            "+@all",
        ]
        with servers.running(servers.Server(words, folder, lambda: servers.is_listening(path))):
            with redis.Redis(unix_socket_path=str(path), password="tops3cret") as client:
                client.mset({"a": "42", "empty": ""})
                client.lpush("alist", "x")
            yield found


def test_it_logs_in_pings_and_reads_a_key(check: Checked, ports: Ports) -> None:
    words = {"password": "tops3cret", "key": "a", "expected": "42", "role": "master"}
    sample = check("redis", host=HOST, port=ports.clear, **words)
    assert (sample.status, sample.reason) == ("up", None)
    assert (sample.facts["value"], sample.facts["role"]) == ("42", "master")


def test_it_logs_in_as_a_user_without_a_password(check: Checked, ports: Ports) -> None:
    sample = check("redis", host=HOST, port=ports.clear, username="nell", key="a")
    assert (sample.status, sample.reason) == ("up", None)


def test_it_speaks_tls_as_a_named_user(check: Checked, ports: Ports) -> None:
    words = {"username": "eve", "password": "3vespw", "key": "a", "database": 0}
    sample = check("redis", host=HOST, port=ports.secure, tls=True, **words)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["tls"]["is_verified"] is True


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "login_required"),
        ({"password": "wr0ng"}, "login_refused"),
        ({"username": "mallory", "password": "tops3cret"}, "login_refused"),
        ({"username": "eve", "password": "3vespw", "key": "empty"}, "query_failed"),
        ({"password": "tops3cret", "key": "none"}, "value_missing"),
        ({"password": "tops3cret", "key": "alist"}, "query_failed"),
        ({"password": "tops3cret", "key": "a", "expected": "7"}, "value_unexpected"),
        ({"password": "tops3cret", "role": "slave"}, "value_unexpected"),
        ({"password": "tops3cret", "database": 9999}, "server_error"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, ports: Ports, config: dict[str, object], reason: str
) -> None:
    sample = check("redis", host=HOST, port=ports.clear, **config)
    assert (sample.status, sample.reason) == ("down", reason)
    assert not any(each in str(sample.to_wire()) for each in ("tops3cret", "3vespw", "wr0ng"))


def test_a_server_without_a_password_says_so(check: Checked) -> None:
    said = b"-ERR Client sent AUTH, but no password is set\r\n"
    with Peer(saying(said)) as peer:
        sample = check("redis", host=HOST, port=peer.port, password="tops3cret")
    assert sample.reason == "login_refused"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "connection_closed"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "server_starting"),
        (b"-ERR max number of clients reached\r\n", "too_many_connections"),
        (b"-DENIED Redis is running in protected mode\r\n", "host_not_allowed"),
        (b"-MISCONF cannot persist\r\n", "is_read_only"),
        (b"+HELLO\r\n", "unexpected_answer"),
        (b":x\r\n", "unexpected_answer"),
        (b"*1\r\n", "unexpected_answer"),
        (b"$-1\r\n", "unexpected_answer"),
        (b"$99999999999999\r\n", "unexpected_answer"),
        (b"$9999999\r\n", "answer_too_long"),
        (b"$\xd9\xa3\r\nabc\r\n", "unexpected_answer"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unexpected_answer"),
    ],
)
def test_a_wrong_server_is_down(check: Checked, said: bytes, reason: str) -> None:
    with Peer(saying(said)) as peer:
        sample = check("redis", host=HOST, port=peer.port)
    assert (sample.status, sample.reason) == ("down", reason)


def test_a_replica_takes_no_writes(check: Checked) -> None:
    info = b"# Replication\r\nrole:slave\r\n"
    answers = {b"PING": b"+PONG\r\n", b"replication": b"$%d\r\n%s\r\n" % (len(info), info)}
    with Peer(line_server(b"", answers, other=b"")) as peer:
        sample = check("redis", host=HOST, port=peer.port, role="master")
    assert (sample.reason, sample.facts["role"]) == ("is_read_only", "slave")


@pytest.mark.parametrize("act", [silent, dripping(b"x" * 50, 0.05), echoing, flooding(b"x" * 999)])
def test_hostile_servers_are_down(check: Checked, act: object) -> None:
    with Peer(act) as peer:  # type: ignore[arg-type]
        assert check("redis", host=HOST, port=peer.port, timeout_ms=400).status != "up"
