"""Echo requests and what comes back, as bytes (RFC 792, RFC 4443)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Literal

TroubleKind = Literal["unreachable", "prohibited", "ttl_exceeded", "too_big"]
_HEAD = struct.Struct("!BBHHH")
_REQUEST = {4: 8, 6: 128}
_REPLY = {4: 0, 6: 129}
_PROTOCOL = {4: 1, 6: 58}
_IPV6_HEAD = 40


@dataclass(frozen=True, slots=True)
class Reply:
    """An echo reply. `payload` is what was sent, if the other side is honest."""

    ident: int
    sequence: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error about a request of ours, named by what it quotes of it."""

    kind: TroubleKind
    ident: int
    sequence: int
    destination: str


def echo_request(version: int, ident: int, sequence: int, payload: bytes) -> bytes:
    """For IPv6 the kernel fills in the checksum, since it covers the addresses."""
    kind = _REQUEST[version]
    if version == 6:
        return _HEAD.pack(kind, 0, 0, ident, sequence) + payload
    bare = _HEAD.pack(kind, 0, 0, ident, sequence) + payload
    return _HEAD.pack(kind, 0, checksum(bare), ident, sequence) + payload


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read_packet(version: int, data: bytes) -> Reply | Trouble | None:
    """What an ICMP message (without its own IP header) says to us; None for everything else."""
    if len(data) < _HEAD.size:
        return None
    kind, code, _checksum, ident, sequence = _HEAD.unpack_from(data)
    if kind == _REPLY[version]:
        return Reply(ident, sequence, data[_HEAD.size :])
    trouble = trouble_kind(version, kind, code)
    return _quoted(version, trouble, data[_HEAD.size :]) if trouble is not None else None


def trouble_kind(version: int, kind: int, code: int) -> TroubleKind | None:
    """What an ICMP error of this type and code means; None when it is no error."""
    if version == 4:
        if kind == 3 and code == 4:
            return "too_big"
        if kind == 3:
            return "prohibited" if code in (9, 10, 13) else "unreachable"
        return "ttl_exceeded" if kind == 11 else None
    if kind == 1:
        return "prohibited" if code in (1, 5, 6) else "unreachable"
    return {2: "too_big", 3: "ttl_exceeded"}.get(kind)  # type: ignore[return-value]


def strip_ipv4(data: bytes) -> bytes:
    """The message behind an IPv4 header; empty when the header lies about its length."""
    length = (data[0] & 0x0F) * 4 if data else 0
    return data[length:] if 20 <= length <= len(data) else b""


def _quoted(version: int, kind: TroubleKind, data: bytes) -> Trouble | None:
    """The request that an error quotes, if it is an echo request."""
    if version == 4:
        if len(data) < 20 or data[9] != _PROTOCOL[4]:
            return None
        destination, inner = socket.inet_ntop(socket.AF_INET, data[16:20]), strip_ipv4(data)
    else:
        if len(data) < _IPV6_HEAD or data[6] != _PROTOCOL[6]:
            return None
        destination, inner = socket.inet_ntop(socket.AF_INET6, data[24:40]), data[_IPV6_HEAD:]
    if len(inner) < _HEAD.size:
        return None
    inner_kind, _code, _checksum, ident, sequence = _HEAD.unpack_from(inner)
    return Trouble(kind, ident, sequence, destination) if inner_kind == _REQUEST[version] else None
