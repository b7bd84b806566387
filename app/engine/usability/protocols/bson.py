"""As much of BSON (bsonspec.org, version 1.1) as it takes to speak with a MongoDB server."""

from __future__ import annotations

import struct
from typing import Any

_MAX_DEPTH = 20
_FIXED = {0x01: 8, 0x07: 12, 0x08: 1, 0x09: 8, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16}
_EMPTY = {0x06, 0x0A, 0x7F, 0xFF}


class BsonError(ValueError):
    """The bytes are no document."""


def encode(document: dict[str, Any]) -> bytes:
    """A document of texts, 32-bit integers, truth values, bytes and documents."""
    body = b"".join(_element(name, value) for name, value in document.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _element(name: str, value: Any) -> bytes:
    key = name.encode() + b"\0"
    if isinstance(value, bool):
        return b"\x08" + key + (b"\1" if value else b"\0")
    if isinstance(value, int):
        return b"\x10" + key + struct.pack("<i", value)
    if isinstance(value, bytes):
        return b"\x05" + key + struct.pack("<i", len(value)) + b"\0" + value
    if isinstance(value, dict):
        return b"\x03" + key + encode(value)
    text = str(value).encode() + b"\0"
    return b"\x02" + key + struct.pack("<i", len(text)) + text


def decode(data: bytes) -> dict[str, Any]:
    """The document in these bytes. Raises BsonError. What we never look at is given as its bytes."""
    try:
        document, end = _document(data, 0, 0)
    except BsonError:
        raise
    except (struct.error, IndexError, ValueError):
        raise BsonError("it is broken off") from None
    if end != len(data):
        raise BsonError("it has another length")
    return document


def _document(data: bytes, place: int, depth: int) -> tuple[dict[str, Any], int]:
    (length,) = struct.unpack_from("<i", data, place)
    end = place + length
    if depth > _MAX_DEPTH or length < 5 or end > len(data) or data[end - 1] != 0:
        raise BsonError("it is no document")
    place += 4
    found: dict[str, Any] = {}
    while place < end - 1:
        kind = data[place]
        stop = data.index(b"\0", place + 1, end)
        name = data[place + 1 : stop].decode("utf-8", "replace")
        found[name], place = _value(kind, data, stop + 1, depth)
    if place != end - 1:
        raise BsonError("its parts are longer than itself")
    return found, end


def _value(kind: int, data: bytes, place: int, depth: int) -> tuple[Any, int]:
    if kind in (0x03, 0x04):
        document, end = _document(data, place, depth + 1)
        return list(document.values()) if kind == 0x04 else document, end
    if kind in (0x02, 0x0D, 0x0E):
        return _text(data, place)
    if kind == 0x05:
        (length,) = struct.unpack_from("<i", data, place)
        _check(data, place + 5, length)
        return data[place + 5 : place + 5 + length], place + 5 + length
    if kind in _EMPTY:
        return None, place
    if kind not in _FIXED:
        raise BsonError(f"it has a value of kind {kind}")
    _check(data, place, _FIXED[kind])
    return _number(kind, data, place), place + _FIXED[kind]


def _number(kind: int, data: bytes, place: int) -> Any:
    if kind == 0x01:
        return struct.unpack_from("<d", data, place)[0]
    if kind == 0x08:
        return data[place] != 0
    if kind in (0x10, 0x12):
        return struct.unpack_from("<i" if kind == 0x10 else "<q", data, place)[0]
    return data[place : place + _FIXED[kind]]


def _text(data: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<i", data, place)
    _check(data, place + 4, length)
    return data[place + 4 : place + 3 + length].decode("utf-8", "replace"), place + 4 + length


def _check(data: bytes, place: int, length: int) -> None:
    if length < 0 or place + length > len(data):
        raise BsonError("it is broken off")
