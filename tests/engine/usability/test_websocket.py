"""WebSocket: the handshake verified, messages and pings, and servers that break the rules."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.protocols import websocket
from app.engine.usability.registry import get_type
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
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Talk = Callable[[Any], object]


def _frame(opcode: int, payload: bytes, *, is_last: bool = True) -> bytes:
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2, "big")
    return bytes([opcode | (0x80 if is_last else 0)]) + size + payload


def _read(connection: Any) -> tuple[int, bytes]:
    """A client's frame, which must be masked."""
    first, second = _exactly(connection, 2)
    assert second & 0x80
    size = second & 127
    if size == 126:
        size = int.from_bytes(_exactly(connection, 2), "big")
    mask, payload = _exactly(connection, 4), _exactly(connection, size)
    return first & 15, bytes(each ^ mask[place % 4] for place, each in enumerate(payload))


def _exactly(connection: Any, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def _echo(connection: Any) -> None:
    """Messages come back, in two pieces with a ping between; pings are answered."""
    while True:
        opcode, payload = _read(connection)
        if opcode == 8:
            return
        if opcode == 9:
            connection.sendall(_frame(10, payload))
        elif opcode == 1:
            half = len(payload) // 2
            connection.sendall(_frame(1, payload[:half], is_last=False) + _frame(9, b"there?"))
            connection.sendall(_frame(0, payload[half:]))


def _server(talk: Talk = _echo, /, **changes: str) -> Callable[[Peer, socket.socket], None]:
    """Shakes hands rightly but for the changed headers (`Sec_WebSocket_Accept="x"`; "" leaves one out)."""

    def act(peer: Peer, connection: socket.socket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += connection.recv(1000)
        peer.heard.append(request)
        sent = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:] if line)
        accept = base64.b64encode(
            hashlib.sha1(sent[b"Sec-WebSocket-Key"] + _GUID, usedforsecurity=False).digest()
        ).decode()
        headers = {
            "Upgrade": "websocket",
            "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Accept": accept,
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        lines = [f"{name}: {value}" for name, value in headers.items() if value]
        connection.sendall("\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines]).encode() + b"\r\n\r\n")
        talk(connection)

    return act


def test_it_shakes_hands_and_pings(check: Checked) -> None:
    with Peer(_server()) as peer:
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/chat?a=b", headers={"X-Key": "tops3cret"})
    assert (sample.status, sample.reason, sample.http_status) == ("up", None, 101)
    assert peer.heard[0].startswith(b"GET /chat?a=b HTTP/1.1\r\n")
    assert b"X-Key: tops3cret\r\n" in peer.heard[0]


@pytest.mark.parametrize("text", ["hello", "x" * 200, "x" * 4000, "grüße"])
def test_it_sends_a_message_and_finds_the_answer(check: Checked, authority: Authority, text: str) -> None:
    with Peer(_server(), tls=authority.context(HOST)) as peer:
        sample = check("websocket", url=f"wss://{HOST}:{peer.port}/", send=text, expect=text)
    assert (sample.status, sample.reason) == ("up", None)
    assert sample.facts["message"][:4] == text[:4]
    assert sample.facts["tls"]["is_verified"] is True


def test_a_long_message_is_read_whole(check: Checked) -> None:
    def talk(connection: Any) -> None:
        connection.sendall(b"\x81\x7f" + (100_000).to_bytes(8, "big") + b"x" * 99_999 + b"!")
        _echo(connection)

    with Peer(_server(talk)) as peer:
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/", expect="x!")
    assert (sample.status, sample.reason) == ("up", None)


def test_a_subprotocol_must_be_chosen(check: Checked) -> None:
    with Peer(_server(Sec_WebSocket_Protocol="mqtt")) as peer:
        url = f"ws://{HOST}:{peer.port}/"
        good = check("websocket", url=url, subprotocol="soap, mqtt")
        bad = check("websocket", url=url, subprotocol="soap")
        none = check("websocket", url=url)
    assert (good.status, good.facts["subprotocol"]) == ("up", "mqtt")
    assert bad.reason == none.reason == "ws_subprotocol"


@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": ""},
        {"Upgrade": "h2c"},
        {"Connection": "close"},
        {"Sec_WebSocket_Accept": "AAAA"},
        {"Sec_WebSocket_Accept": ""},
        {"Sec_WebSocket_Extensions": "permessage-deflate"},
    ],
)
def test_a_wrong_handshake_is_told(check: Checked, changes: dict[str, str]) -> None:
    with Peer(_server(**changes)) as peer:
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/")
    assert (sample.status, sample.reason) == ("down", "ws_handshake")
    assert sample.detail["header"].replace("-", "_") in changes


def test_a_server_that_stays_with_http_is_told(check: Checked) -> None:
    said = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 21\r\n\r\nno tops3cret for you!"
    with Peer(saying(said)) as peer:
        words = {"headers": {"Authorization": "Bearer tops3cret"}}
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/", **words)
    assert (sample.reason, sample.detail["status"]) == ("ws_refused", 403)
    assert sample.facts["evidence"]["answers"] == ["HTTP/1.1 403 Forbidden", "no ••• for you!"]


def _says(*frames: bytes) -> Talk:
    def talk(connection: Any) -> None:
        connection.sendall(b"".join(frames))
        while connection.recv(1000):
            pass

    return talk


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ((_frame(8, b"\x03\xf3down for repair"),), "ws_closed"),
        ((_frame(8, b""),), "ws_closed"),
        ((b"\xc1\x00",), "ws_broken"),
        ((b"\x83\x00",), "ws_broken"),
        ((b"\x81\x81abcdx",), "ws_broken"),
        ((_frame(9, b"x", is_last=False),), "ws_broken"),
        ((_frame(0, b"x"),), "ws_broken"),
        ((_frame(1, b"a", is_last=False), _frame(1, b"b")), "ws_broken"),
        ((b"\x81\x7f" + b"\xff" * 8,), "answer_too_long"),
        ((_frame(1, b"") * 200,), "answer_too_long"),
    ],
)
def test_a_server_that_breaks_the_rules_is_down(
    check: Checked, frames: tuple[bytes, ...], reason: str
) -> None:
    with Peer(_server(_says(*frames))) as peer:
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/")
    assert (sample.status, sample.reason) == ("down", reason)


def test_other_messages_are_told_when_the_right_one_does_not_come(check: Checked) -> None:
    with Peer(_server(_says(_frame(1, b"tick"), _frame(1, b"tock")))) as peer:
        sample = check("websocket", url=f"ws://{HOST}:{peer.port}/", expect="bell", timeout_ms=400)
    assert (sample.reason, sample.detail["step"]) == ("timeout", "message")
    assert sample.facts["evidence"]["answers"][-2:] == ["tick", "tock"]


def test_a_server_that_never_pongs_is_a_timeout(check: Checked) -> None:
    with Peer(_server(_says(_frame(1, b"tick"), _frame(10, b"other")))) as peer:
        url = f"ws://{HOST}:{peer.port}/"
        assert check("websocket", url=url, timeout_ms=400).reason == "timeout"
        assert check("websocket", url=url, ping=False).status == "up"


@pytest.mark.parametrize(
    "act",
    [silent, saying(), saying(b"\xff\r\n\r\n"), dripping(b"H" * 50, 0.05), echoing, flooding(b"x" * 999)],
)
def test_hostile_servers_are_down(check: Checked, act: Any) -> None:
    with Peer(act) as peer:
        assert check("websocket", url=f"ws://{HOST}:{peer.port}/", timeout_ms=400).status != "up"


@pytest.mark.parametrize(
    "config",
    [
        {"url": "http://a/"},
        {"url": "ws://a b/"},
        {"url": "ws://u:p@a/"},
        {"url": "ws://a/", "headers": {"Host": "x"}},
        {"url": "ws://a/", "headers": {"Sec-WebSocket-Key": "x"}},
        {"url": "ws://a/", "headers": {"A": "x\r\nB: y"}},
        {"url": "ws://a/", "subprotocol": "a b"},
        {"url": "ws://a/", "expect": "(", "expect_format": "regex"},
    ],
)
def test_a_wrong_configuration_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        get_type("websocket").parse(config)


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_the_mask_is_that_of_the_rfc(payload: bytes, mask: bytes) -> None:
    expected = bytes(each ^ mask[place % 4] for place, each in enumerate(payload))
    assert websocket._masked(payload, mask) == expected
