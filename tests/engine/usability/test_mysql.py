"""MySQL and MariaDB: a real MariaDB, a small server with MySQL's newer log-in, and servers that misbehave."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pymysql
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.usability.protocols import mysql
from tests import servers
from tests.engine.certs import Authority
from tests.engine.usability.peers import Checked, Peer, echoing, saying, silent

HOST = "127.0.0.1"
EVE = {"username": "eve", "password": "tops3cret"}
SALT = bytes(range(1, 21))


@pytest.fixture(scope="module")
def port(authority: Authority) -> Iterator[int]:
    """A MariaDB with TLS on a port of loopback, whose user eve logs in by mysql_native_password."""
    install = servers.need("mariadb-install-db", package="mariadb-server")
    program = servers.need("mariadbd", package="mariadb-server")
    with servers.short_folder() as folder:
        user = ["--user=root"] if os.getuid() == 0 else []
        data, path, free = folder / "data", folder / "db.sock", servers.free_port()
        words = [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *user]
        subprocess.run([*words, "--auth-root-authentication-method=normal"], capture_output=True, check=True)
        certificate, key = authority.files(HOST)
        words = [program, "--no-defaults", f"--datadir={data}", f"--socket={path}", *user]
        words += [f"--port={free}", f"--bind-address={HOST}", f"--ssl-cert={certificate}", f"--ssl-key={key}"]
        words += ["--innodb-buffer-pool-size=16M", "--performance-schema=off", "--skip-log-bin"]
        with servers.running(servers.Server(words, folder, lambda: servers.is_listening(path))):
            with (
                pymysql.connect(unix_socket=str(path), user="root", autocommit=True) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("CREATE DATABASE shop")
                for name, limit in (("eve", 0), ("single", 1)):
                    limits = f"WITH MAX_CONNECTIONS_PER_HOUR {limit}"
                    cursor.execute(f"CREATE USER {name}@'%' IDENTIFIED BY 'tops3cret' {limits}")
                    cursor.execute(f"GRANT SELECT ON shop.* TO {name}@'%'")
            yield free


def test_it_logs_in_under_verified_tls_and_asks(check: Checked, port: int) -> None:
    sample = check("mysql", host=HOST, port=port, tls="on", query="SELECT 40 + 2", expected="42", **EVE)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["tls"]["is_verified"] is True
    assert "MariaDB" in sample.facts["version"]
    assert (sample.facts["value"], sample.detail) == ("42", {})


@pytest.mark.parametrize("tls", ["auto", "off"])
def test_it_logs_in_with_and_without_tls(check: Checked, port: int, tls: str) -> None:
    sample = check("mysql", host=HOST, port=port, tls=tls, database="shop", must_be_writable=True, **EVE)
    assert (sample.status, "tls" in sample.facts) == ("up", tls == "auto")


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"password": "wrong"}, "login_refused"),
        ({"password": ""}, "login_refused"),
        ({"database": "mysql"}, "login_refused"),
        ({"query": "SELECT nothing"}, "query_failed"),
        ({"query": "SELECT 1 WHERE false", "expected": "1"}, "value_missing"),
        ({"query": "SELECT NULL", "expected": "1"}, "value_missing"),
        ({"query": "DO 1", "expected": "1"}, "value_missing"),
        ({"query": "SELECT 1", "expected": "2"}, "value_unexpected"),
    ],
)
def test_each_failure_has_its_reason(check: Checked, port: int, config: dict[str, str], reason: str) -> None:
    sample = check("mysql", host=HOST, port=port, **{**EVE, **config})
    assert (sample.status, sample.reason) == ("down", reason)
    assert "tops3cret" not in str(sample.to_wire())


def test_too_many_connections_have_their_own_reason(check: Checked, port: int) -> None:
    words = {**EVE, "username": "single"}
    came = [check("mysql", host=HOST, port=port, **words).reason for _ in range(2)]
    assert came == [None, "too_many_connections"]


def test_a_long_answer_is_read_no_further_than_needed(check: Checked, port: int) -> None:
    query = "SELECT seq FROM seq_7_to_200000"
    sample = check("mysql", host=HOST, port=port, database="shop", query=query, expected="7", **EVE)
    assert (sample.status, sample.reason) == ("up", None)


def _packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def _greeting(plugin: bytes, flags: int = 0xFFFF_FFFF & ~0x800) -> bytes:
    wire = flags.to_bytes(4, "little")
    head = b"\x0a8.4.0\0" + bytes(4) + SALT[:8] + b"\0" + wire[:2] + b"\xff\x02\0" + wire[2:] + b"\x15"
    return head + bytes(10) + SALT[8:] + b"\0" + plugin + b"\0"


class _NewerServer:
    """MySQL 8's log-in for a password that its cache does not know yet, with TLS or its own key."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.tls = tls
        self.key = rsa.generate_private_key(65537, 2048)

    def __call__(self, _peer: Peer, connection: socket.socket) -> None:
        connection.sendall(
            _packet(0, _greeting(b"caching_sha2_password", 0xFFFF_FFFF if self.tls else 0xFFFF_F7FF))
        )
        number = 1
        if self.tls is not None:
            self._receive(connection, number)
            connection = self.tls.wrap_socket(connection, server_side=True)
            number += 1
        login = self._receive(connection, number)
        once = hashlib.sha256(b"tops3cret").digest()
        mixed = hashlib.sha256(hashlib.sha256(once).digest() + SALT).digest()
        assert bytes(a ^ b for a, b in zip(once, mixed, strict=True)) in login
        connection.sendall(_packet(number + 1, b"\x01\x04"))
        word = self._receive(connection, number + 2)
        number += 3
        if self.tls is None:
            assert word == b"\x02"
            encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            connection.sendall(_packet(number, b"\x01" + self.key.public_key().public_bytes(encoding, form)))
            oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303 - the protocol's
            mixed = self.key.decrypt(self._receive(connection, number + 1), oaep)
            word = bytes(each ^ SALT[place % 20] for place, each in enumerate(mixed))
            number += 2
        is_right = word == b"tops3cret\0"
        connection.sendall(_packet(number, b"\0\0\0\2\0\0\0" if is_right else b"\xff\x15\x04#28000no"))
        self._receive(connection, 0)
        connection.close()

    def _receive(self, connection: socket.socket, number: int) -> bytes:
        head = connection.recv(4, 0 if self.tls else socket.MSG_WAITALL)
        assert head[3] == number
        body = b""
        while len(body) < int.from_bytes(head[:3], "little"):
            body += connection.recv(int.from_bytes(head[:3], "little") - len(body))
        return body


@pytest.mark.parametrize("is_secure", [True, False])
def test_it_logs_in_in_mysqls_newer_way(check: Checked, authority: Authority, is_secure: bool) -> None:
    server = _NewerServer(authority.context(HOST) if is_secure else None)
    with Peer(server) as peer:
        sample = check("mysql", host=HOST, port=peer.port, **EVE)
    assert (sample.status, sample.reason) == ("up", None)
    assert ("tls" in sample.facts) is is_secure


def _switch(plugin: bytes) -> bytes:
    return _packet(0, _greeting(mysql.NATIVE.encode())) + _packet(2, b"\xfe" + plugin + b"\0" + SALT + b"\0")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "connection_closed"),
        (b"SSH-2.0-x\r\n", "unexpected_answer"),
        (_packet(0, b"\x0a8.0"), "unexpected_answer"),
        (_packet(0, b"\xff\x10\x04Too many connections"), "too_many_connections"),
        (_packet(0, b"\xff\x6a\x04Host is not allowed"), "host_not_allowed"),
        (_packet(5, _greeting(b"x")), "unexpected_answer"),
        (_switch(b"client_ed25519"), "login_unsupported"),
        (_switch(mysql.CLEAR.encode()), "login_unsupported"),
        (_packet(0, _greeting(b"x")) + _packet(2, b"\x01-----BEGIN PUBLIC KEY-----"), "unexpected_answer"),
        (_packet(0, _greeting(b"x")) + _packet(2, b"\x01\x09"), "unexpected_answer"),
        (_packet(0, _greeting(b"x")) + _packet(2, b"\x77"), "unexpected_answer"),
    ],
)
def test_a_wrong_server_is_down(check: Checked, said: bytes, reason: str) -> None:
    def act(peer: Peer, connection: socket.socket) -> None:
        connection.sendall(said)
        if said:
            silent(peer, connection)

    with Peer(act) as peer:
        sample = check("mysql", host=HOST, port=peer.port, timeout_ms=1000, **EVE)
    assert (sample.status, sample.reason) == ("down", reason)


def test_tls_that_is_demanded_must_be_offered(check: Checked) -> None:
    with Peer(saying(_packet(0, _greeting(b"x")))) as peer:
        sample = check("mysql", host=HOST, port=peer.port, tls="on", **EVE)
    assert sample.reason == "starttls_missing"


def test_silence_is_a_timeout(check: Checked) -> None:
    with Peer(silent) as peer:
        assert check("mysql", host=HOST, port=peer.port, timeout_ms=300, **EVE).reason == "timeout"


def test_an_echo_is_no_server(check: Checked) -> None:
    with Peer(echoing) as peer:
        assert check("mysql", host=HOST, port=peer.port, timeout_ms=300, **EVE).status != "up"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=20), st.integers(0, 25))
def test_lengths_survive_whatever_comes(data: bytes, place: int) -> None:
    number, end = mysql._length(data, place)
    assert number is None or 0 <= number < 1 << 64
    assert end > place
