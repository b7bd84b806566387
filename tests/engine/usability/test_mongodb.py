"""MongoDB: a small server that speaks OP_MSG and SCRAM as the real one does, and servers that misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.usability.protocols import bson
from tests.engine.certs import Authority
from tests.engine.usability.peers import (
    Checked,
    Peer,
    dripping,
    echoing,
    flooding,
    saying,
    silent,
)

HOST = "127.0.0.1"
EVE = {"username": "eve", "password": "tops3cret"}
_SALT = b"0123456789abcdef"
_ROUNDS = 4096


class Mongo:
    """One server of a replica set, with the user eve."""

    def __init__(self, algorithm: str = "sha256", **hello: Any) -> None:
        self.algorithm = algorithm
        self.hello = {"isWritablePrimary": True, "maxWireVersion": 21, "setName": "rs0", **hello}
        self.ping: dict[str, Any] = {}
        self.is_impostor = False

    def __call__(self, _peer: Peer, connection: socket.socket) -> None:
        while True:
            head = connection.recv(16, socket.MSG_WAITALL)
            if len(head) < 16:
                return
            length, number, _to, code = struct.unpack("<iiii", head)
            assert code == 2013
            body = connection.recv(length - 16, socket.MSG_WAITALL)
            answer = bson.encode({"ok": 1, **self.answer(bson.decode(body[5:]))})
            wire = bytes(5) + answer
            connection.sendall(struct.pack("<iiii", len(wire) + 16, 9, number, 2013) + wire)

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["$db"] == "admin"
        if "hello" in asked:
            return self.hello
        if "saslStart" in asked:
            return self._start(asked)
        if "saslContinue" in asked:
            return self._continue(asked["payload"])
        return self.ping

    def _hmac(self, key: bytes, text: bytes) -> bytes:
        return hmac.digest(key, text, self.algorithm)

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["mechanism"] == f"SCRAM-{self.algorithm.upper().replace('SHA', 'SHA-')}"
        self.bare = asked["payload"].removeprefix(b"n,,")
        nonce = self.bare.split(b"r=")[1] + b"theirs"
        salt = base64.b64encode(_SALT)
        self.first = b"r=%s,s=%s,i=%d" % (nonce, salt, _ROUNDS)
        return {"payload": self.first, "conversationId": 7, "done": False}

    def _continue(self, payload: bytes) -> dict[str, Any]:
        without, _, proof = payload.partition(b",p=")
        message = self.bare + b"," + self.first + b"," + without
        password = b"tops3cret"
        if self.algorithm == "sha1":
            password = hashlib.md5(b"eve:mongo:tops3cret", usedforsecurity=False).hexdigest().encode()
        salted = hashlib.pbkdf2_hmac(self.algorithm, password, _SALT, _ROUNDS)
        key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self.algorithm, key).digest(), message)
        if bytes(a ^ b for a, b in zip(key, signature, strict=True)) != base64.b64decode(proof):
            return {"ok": 0, "code": 18, "errmsg": "Authentication failed."}
        server = self._hmac(self._hmac(salted, b"Server Key"), message)
        shown = bytes(len(server)) if self.is_impostor else server
        return {"payload": b"v=" + base64.b64encode(shown), "conversationId": 7, "done": True}


def test_a_server_that_answers_is_up(check: Checked) -> None:
    with Peer(Mongo()) as peer:
        sample = check("mongodb", host=HOST, port=peer.port, role="primary")
    assert (sample.status, sample.facts["role"], sample.facts["set"]) == ("up", "primary", "rs0")


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_it_logs_in_by_scram_under_tls(check: Checked, authority: Authority, algorithm: str) -> None:
    server = Mongo(algorithm)
    if algorithm == "sha1":
        server.hello["saslSupportedMechs"] = "SCRAM-SHA-1"
    with Peer(_listed(server), tls=authority.context(HOST)) as peer:
        sample = check("mongodb", host=HOST, port=peer.port, tls=True, **EVE)
    assert (sample.status, sample.reason) == ("up", None)


def _listed(server: Mongo) -> Any:
    """The server under TLS, naming its mechanisms in a list, which our encoder does not write."""

    def act(peer: Peer, connection: Any) -> None:
        while True:
            head = connection.recv(16)
            if len(head) < 16:
                return
            length, number, _to, _code = struct.unpack("<iiii", head)
            body = b""
            while len(body) < length - 16:
                body += connection.recv(length - 16 - len(body))
            answer = {"ok": 1, **server.answer(bson.decode(body[5:]))}
            mechanism = answer.pop("saslSupportedMechs", None)
            wire = bson.encode(answer)
            if mechanism:
                inner = b"\x04saslSupportedMechs\0" + bson.encode({"0": mechanism})
                wire = struct.pack("<i", len(wire) + len(inner)) + wire[4:-1] + inner + b"\0"
            connection.sendall(struct.pack("<iiii", len(wire) + 21, 9, number, 2013) + bytes(5) + wire)

    return act


@pytest.mark.parametrize(
    ("hello", "ping", "config", "reason"),
    [
        ({}, {}, {**EVE, "password": "wrong"}, "login_refused"),
        ({"isWritablePrimary": False, "secondary": True}, {}, {"role": "primary"}, "is_read_only"),
        ({}, {}, {"role": "secondary"}, "value_unexpected"),
        ({}, {"ok": 0, "code": 13, "errmsg": "needs authentication"}, {}, "login_required"),
        ({}, {"ok": 0, "code": 11600, "errmsg": "shutting down"}, {}, "server_starting"),
        ({}, {"ok": 0, "code": 2, "errmsg": "bad"}, {}, "server_error"),
    ],
)
def test_each_failure_has_its_reason(
    check: Checked, hello: dict[str, Any], ping: dict[str, Any], config: dict[str, str], reason: str
) -> None:
    server = Mongo(**hello)
    server.ping = ping
    with Peer(server) as peer:
        sample = check("mongodb", host=HOST, port=peer.port, **config)
    assert (sample.status, sample.reason) == ("down", reason)
    assert "tops3cret" not in str(sample.to_wire())


def test_an_impostor_is_found_out(check: Checked) -> None:
    server = Mongo()
    server.is_impostor = True
    with Peer(server) as peer:
        sample = check("mongodb", host=HOST, port=peer.port, **EVE)
    assert (sample.status, sample.reason) == ("down", "server_not_proved")


def _message(document: bytes, number: int = 1) -> bytes:
    return struct.pack("<iiii", len(document) + 21, 9, number, 2013) + bytes(5) + document


@pytest.mark.parametrize(
    "act",
    [
        silent,
        saying(),
        saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        saying(_message(b"\xff" * 30)),
        saying(_message(bson.encode({"ok": 1}), number=5)),
        saying(struct.pack("<iiii", 1 << 30, 9, 1, 2013)),
        dripping(b"x" * 50, 0.05),
        echoing,
        flooding(b"x" * 999),
    ],
)
def test_hostile_servers_are_down(check: Checked, act: Any) -> None:
    with Peer(act) as peer:
        sample = check("mongodb", host=HOST, port=peer.port, timeout_ms=400)
    assert sample.reason != "probe_error"
    assert sample.status != "up"


_values = st.recursive(
    st.text(max_size=9) | st.integers(-(2**31), 2**31 - 1) | st.booleans() | st.binary(max_size=9),
    lambda inner: st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=9,
)


@settings(deadline=None)
@given(st.dictionaries(st.text("abc", max_size=3), _values, max_size=4))
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    assert bson.decode(bson.encode(document)) == document


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 40))
def test_any_bytes_are_a_document_or_an_error(data: bytes, cut: int) -> None:
    whole = bson.encode({"a": {"b": "text"}, "c": 1})
    for each in (data, whole[:cut] + data, struct.pack("<i", len(data) + 5) + data + b"\0"):
        with suppress(bson.BsonError):
            assert isinstance(bson.decode(each), dict)
