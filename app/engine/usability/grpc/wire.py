"""gRPC's framing, status, and the two messages of `grpc.health.v1`, as bytes.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and …/doc/health-checking.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

PATH = "/grpc.health.v1.Health/Check"
SERVING = "SERVING"
_SERVING_STATUS = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
_CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
_HEAD = 5
_MAX_VARINT = 10
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_MAX_MESSAGE = 300


class WireError(ValueError):
    """The bytes are no answer of the health service; the message says why."""


def health_request(service: str) -> bytes:
    """A framed HealthCheckRequest: field 1 is the service's name, left out when empty."""
    name = service.encode()
    message = b"\x0a" + _varint(len(name)) + name if name else b""
    return b"\0" + len(message).to_bytes(4, "big") + message


def read_health(body: bytes) -> str:
    """The serving status of a framed HealthCheckResponse. Raises WireError."""
    if len(body) < _HEAD:
        raise WireError("no message")
    if body[0]:
        raise WireError("a compressed message, though none was asked for")
    size = int.from_bytes(body[1:_HEAD], "big")
    if len(body) != _HEAD + size:
        raise WireError("a message of another length than it says")
    status = _field_one(body[_HEAD:])
    return _SERVING_STATUS[status] if status < len(_SERVING_STATUS) else f"status {status}"


def _field_one(message: bytes) -> int:
    """The number in field 1, 0 when it is left out; other fields are passed over."""
    at = found = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _read_varint(message, at)
            found = value if key >> 3 == 1 else found
        elif kind == _LENGTH:
            size, at = _read_varint(message, at)
            at += size
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            raise WireError("a field of an unknown kind")
    if at != len(message):
        raise WireError("a field that is cut off")
    return found


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_MAX_VARINT):
        if at >= len(data):
            break
        value |= (data[at] & 0x7F) << (7 * place)
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
    raise WireError("a number without an end")


def header(lines: Sequence[bytes], name: str) -> str:
    """The last value of a header or trailer; empty when there is none."""
    prefix = name.encode() + b":"
    values = [line[len(prefix) :] for line in lines if line[: len(prefix)].lower() == prefix]
    return values[-1].strip().decode("latin-1")[:_MAX_MESSAGE] if values else ""


def status_of(lines: Sequence[bytes]) -> tuple[int | None, str, str]:
    """`grpc-status` as number and name, and its words; None when it is not told."""
    text = header(lines, "grpc-status")
    if not text.isdecimal():
        return None, "", ""
    code = int(text)
    name = _CODES[code] if code < len(_CODES) else f"code {code}"
    return code, name, unquote(header(lines, "grpc-message"))
