"""WebSocket (RFC 6455) as a client: the handshake, and frames without extensions."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.engine.net.target import Target
from app.engine.usability.stream.stream import Stream, TalkError

_MAX_HEAD = 32_768
_MAX_EXCERPT = 500
_MAX_CONTROL = 125
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(r"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?")
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_KNOWN = {0, TEXT, BINARY, CLOSE, PING, PONG}


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's half of the handshake; header names are in lower case, of equal ones the first counts."""

    status: int
    headers: Mapping[str, str]


async def shake_hands(
    stream: Stream, target: Target, headers: Mapping[str, str], subprotocols: Sequence[str]
) -> Answer:
    """Ask for WebSocket and verify the answer (RFC 6455 §4.1). Raises TalkError."""
    stream.step = "handshake"
    key = base64.b64encode(secrets.token_bytes(16))
    lines = [
        f"GET {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
    ]
    if subprotocols:
        lines.append(f"Sec-WebSocket-Protocol: {', '.join(subprotocols)}")
    given = {name.lower() for name in headers}
    if "user-agent" not in given:
        lines.append("User-Agent: CloudEye")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    await stream.send("\r\n".join(lines).encode() + b"\r\n\r\n")
    answer = _answer(stream, await stream.read_until(b"\r\n\r\n", _MAX_HEAD))
    await _verify(stream, answer, key, subprotocols)
    return answer


def _answer(stream: Stream, head: bytes) -> Answer:
    first, *lines = head[:-4].decode("utf-8", "replace").split("\r\n")
    match = _STATUS.fullmatch(first)
    stream.note(first)
    if match is None:
        raise stream.unexpected(first, "HTTP/1.1 101")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return Answer(int(match[1]), headers)


async def _verify(stream: Stream, answer: Answer, key: bytes, subprotocols: Sequence[str]) -> None:
    headers = answer.headers
    if answer.status != 101:
        if "location" in headers:
            stream.note(headers["location"])
        if await stream.has_more(0.2):
            stream.note(await stream.read_some(_MAX_EXCERPT))
        raise TalkError("ws_refused", {"status": answer.status})
    upgrade, connection = headers.get("upgrade", ""), headers.get("connection", "")
    if upgrade.lower() != "websocket":
        raise _wrong(stream, "Upgrade", upgrade)
    if "upgrade" not in {each.strip().lower() for each in connection.split(",")}:
        raise _wrong(stream, "Connection", connection)
    accept = headers.get("sec-websocket-accept", "")
    # The protocol fixes SHA-1; it shows that the server speaks WebSocket, and guards nothing.
    digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
    if accept != base64.b64encode(digest).decode():
        raise _wrong(stream, "Sec-WebSocket-Accept", accept)
    if headers.get("sec-websocket-extensions"):
        raise _wrong(stream, "Sec-WebSocket-Extensions", headers["sec-websocket-extensions"])
    chosen = headers.get("sec-websocket-protocol", "")
    if chosen not in subprotocols and (chosen or subprotocols):
        detail = {"answer": stream.shown(chosen), "expected": ", ".join(subprotocols) or "–"}
        raise TalkError("ws_subprotocol", detail)


def _wrong(stream: Stream, header: str, value: str) -> TalkError:
    return TalkError("ws_handshake", {"header": header, "answer": stream.shown(value)})


async def send(stream: Stream, opcode: int, payload: bytes) -> None:
    """Send a frame, masked as clients must (§5.3)."""
    mask = secrets.token_bytes(4)
    size = len(payload)
    if size <= _MAX_CONTROL:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 1 << 16:
        head = bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8, "big")
    await stream.send(head + mask + _masked(payload, mask))


def _masked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    whole = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")


async def receive(stream: Stream, limit: int) -> tuple[int, bytes]:
    """The next message or pong: its opcode and payload. Answers pings. Raises TalkError, `ws_closed` too."""
    kind, message = 0, b""
    while True:
        is_last, opcode, payload = await _frame(stream, limit - len(message))
        if opcode == PING:
            await send(stream, PONG, payload)
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            raise TalkError("ws_closed", {"code": code, "answer": stream.shown(payload[2:])})
        elif opcode == PONG:
            return opcode, payload
        else:
            if (opcode == 0) != (kind != 0):
                raise _broken("continuation")
            kind = kind or opcode
            message += payload
            if is_last:
                return kind, message


async def _frame(stream: Stream, limit: int) -> tuple[bool, int, bytes]:
    first, second = await stream.read_exactly(2)
    opcode, size = first & 15, second & 127
    if first & 0x70 or opcode not in _KNOWN:
        raise _broken("opcode")
    if second & 0x80:
        raise _broken("mask")
    if opcode >= CLOSE and (size > _MAX_CONTROL or not first & 0x80):
        raise _broken("control frame")
    if size == 126:
        size = int.from_bytes(await stream.read_exactly(2), "big")
    elif size == 127:
        size = int.from_bytes(await stream.read_exactly(8), "big")
    if size > max(limit, _MAX_CONTROL if opcode >= CLOSE else 0):
        raise TalkError("answer_too_long", {"step": stream.step, "limit": limit})
    return bool(first & 0x80), opcode, await stream.read_exactly(size)


def _broken(error: str) -> TalkError:
    return TalkError("ws_broken", {"error": error})
