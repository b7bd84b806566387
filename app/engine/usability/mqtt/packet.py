"""MQTT's packets as bytes (OASIS MQTT 3.1.1 and 5.0)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

Version = Literal["3.1.1", "5"]
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
NAMES = {
    CONNACK: "CONNACK",
    PUBLISH: "PUBLISH",
    PUBACK: "PUBACK",
    SUBACK: "SUBACK",
    PINGRESP: "PINGRESP",
    DISCONNECT: "DISCONNECT",
}
_LEVEL = {"3.1.1": 4, "5": 5}
_CODES_3 = {
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorized",
}
# Table 2-6 of MQTT 5.0, those that a server may give to a client like us.
_CODES_5 = {
    0x80: "unspecified error",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x83: "implementation specific error",
    0x84: "unsupported protocol version",
    0x85: "client identifier not valid",
    0x86: "bad user name or password",
    0x87: "not authorized",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8B: "server shutting down",
    0x8C: "bad authentication method",
    0x8D: "keep alive timeout",
    0x8E: "session taken over",
    0x8F: "topic filter invalid",
    0x90: "topic name invalid",
    0x93: "receive maximum exceeded",
    0x95: "packet too large",
    0x96: "message rate too high",
    0x97: "quota exceeded",
    0x98: "administrative action",
    0x99: "payload format invalid",
    0x9A: "retain not supported",
    0x9B: "QoS not supported",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9E: "shared subscriptions not supported",
    0x9F: "connection rate exceeded",
    0xA1: "subscription identifiers not supported",
    0xA2: "wildcard subscriptions not supported",
}
LOGIN_CODES = {"3.1.1": (4, 5), "5": (0x86, 0x87, 0x8A, 0x8C)}
BUSY_CODES = {"3.1.1": (3,), "5": (0x88, 0x89, 0x8B, 0x97, 0x9F)}
_QUALITY_BITS = 0x06


class PacketError(ValueError):
    """The bytes are no packet of this kind; the message says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody published."""

    topic: str
    payload: bytes
    number: int
    """Which to acknowledge, 0 for none."""


def connect(version: Version, client_id: str, user: str, password: str, keep_alive: int) -> bytes:
    """A clean session, with a log-in when there is a user or a password."""
    flags = 0x02 | (0x80 if user or password else 0) | (0x40 if password else 0)
    body = text("MQTT") + struct.pack("!BBH", _LEVEL[version], flags, keep_alive)
    body += _properties(version) + text(client_id)
    if user or password:
        body += text(user)
    if password:
        body += text(password)
    return packet(CONNECT, 0, body)


def subscribe(version: Version, number: int, topic: str, quality: int) -> bytes:
    body = struct.pack("!H", number) + _properties(version) + text(topic) + bytes((quality,))
    return packet(SUBSCRIBE, 2, body)


def publish(version: Version, number: int, topic: str, payload: bytes, quality: int) -> bytes:
    mark = struct.pack("!H", number) if quality else b""
    return packet(PUBLISH, quality << 1, text(topic) + mark + _properties(version) + payload)


def puback(number: int) -> bytes:
    return packet(PUBACK, 0, struct.pack("!H", number))


def packet(kind: int, flags: int, body: bytes = b"") -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        length.append(low | (0x80 if size else 0))
        if not size:
            return bytes((kind << 4 | flags,)) + bytes(length) + body


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("!H", len(data)) + data


def _properties(version: Version) -> bytes:
    """None, which version 5 wants to be told."""
    return b"\0" if version == "5" else b""


def code_name(version: Version, code: int) -> str:
    names = _CODES_3 if version == "3.1.1" else _CODES_5
    return names.get(code, f"code {code:#04x}")


def read_connack(version: Version, body: bytes) -> int:
    """Its code, 0 for success. Raises PacketError."""
    if len(body) < 2 or (version == "3.1.1" and len(body) != 2):
        raise PacketError("a CONNACK of a wrong length")
    return body[1]


def read_suback(version: Version, body: bytes, number: int) -> int:
    """The code for the one topic. Raises PacketError."""
    if len(body) < 3 or int.from_bytes(body[:2], "big") != number:
        raise PacketError("a SUBACK for something else")
    return body[-1]


def read_puback(body: bytes, number: int) -> int:
    """Its code, 0 for success. Raises PacketError."""
    if len(body) < 2 or int.from_bytes(body[:2], "big") != number:
        raise PacketError("a PUBACK for something else")
    return body[2] if len(body) > 2 else 0


def read_publish(version: Version, flags: int, body: bytes) -> Message:
    """Raises PacketError."""
    size = int.from_bytes(body[:2], "big")
    at, quality = 2 + size, (flags & _QUALITY_BITS) >> 1
    if len(body) < at or quality > 1:
        raise PacketError("a PUBLISH that is cut off or of a quality nobody asked for")
    topic = body[2:at].decode("utf-8", "replace")
    number = 0
    if quality:
        number, at = int.from_bytes(body[at : at + 2], "big"), at + 2
        if not number or len(body) < at:
            raise PacketError("a PUBLISH without its number")
    if version == "5":
        at = _behind_properties(body, at)
    return Message(topic, body[at:], number)


def _behind_properties(body: bytes, at: int) -> int:
    size = shift = 0
    for count in range(4):
        if at >= len(body):
            break
        byte = body[at]
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            if at + size > len(body):
                break
            return at + size
        if count == 3:
            break
    raise PacketError("properties that are cut off")
