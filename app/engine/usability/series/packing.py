"""A day's samples of one monitor at one location as few bytes: columns, cut into byte planes, deflated.

1. Each column becomes whole numbers ≥ 0: due times as what differs from the smallest step, texts as places in
   a list, durations above their smallest with 0 for none, the total as what the phases do not explain.
2. A column's numbers are cut into planes, one a byte of their width: the high planes are nearly all zero and
   vanish, the low ones are the noise of the network and cost what they are.
3. All of it is deflated behind one byte that names the form. Nothing is rounded.

Cutting and joining are slices of byte strings, so a day is packed and read at the speed of C.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from app.engine.usability.series.varint import read_varint, unzigzag, write_varint, zigzag

FORM = 1
_LEVEL = 6
_COLUMNS = 14


class Stored(NamedTuple):
    """A sample as it is kept. Durations are microseconds; `status` is a number (1 up, 2 down, 3 unknown,
    4 degraded); bit 0 of `flags` says that it was measured during planned work."""

    due_ms: int
    location_number: int
    status: int
    flags: int
    reason: str | None
    total_us: int | None
    dns_us: int | None
    connect_us: int | None
    tls_us: int | None
    first_byte_us: int | None
    transfer_us: int | None
    late_us: int
    lag_us: int
    http_status: int | None
    address: str | None
    detail: dict[str, Any] | None


def pack(samples: Sequence[Stored]) -> bytes:
    """The samples of one location in the order of due time, at least one, as bytes."""
    reasons, addresses = _Texts(), _Texts()
    due, location, status, flags, why, total, *rest = zip(*samples, strict=True)
    phases, (late, lag, http_status, address, detail) = rest[:5], rest[5:]
    steps = [after - before for before, after in pairwise(due)]
    step = min(steps, default=0)
    columns: list[Sequence[int | None]] = [
        [0, *(each - step for each in steps)],
        status,
        [each or 0 for each in flags],
        [reasons.place(each) for each in why],
        _unexplained(total, phases),
        *phases,
        late,
        lag,
        http_status,
        [addresses.place(each) for each in address],
    ]
    out = bytearray()
    for value in (len(samples), due[0], step, location[0]):
        write_varint(out, value)
    for column in columns:
        _write_column(out, column)
    out += orjson.dumps(
        [reasons.texts, addresses.texts, [[place, each] for place, each in enumerate(detail) if each]]
    )
    return bytes((FORM,)) + zlib.compress(out, _LEVEL)


def unpack(data: bytes) -> list[Stored]:
    """Undo `pack`. Raises ValueError of what is no pack."""
    if data[:1] != bytes((FORM,)):
        raise ValueError("this is no pack of a form that is known here")
    try:
        raw = zlib.decompress(memoryview(data)[1:])
    except zlib.error as error:
        raise ValueError("the pack is broken") from error
    at = 0
    heads = []
    for _ in range(4):
        value, at = read_varint(raw, at)
        heads.append(value)
    count, first_ms, step, location = heads
    columns: list[list[Any]] = []
    for _ in range(_COLUMNS):
        column, at = _read_column(raw, at, count)
        columns.append(column)
    reasons, addresses, details = orjson.loads(memoryview(raw)[at:])
    over, status, flags, why, rest, *phases, late, lag, http_status, address = columns
    detail: list[Any] = [None] * count
    for place, each in details:
        detail[place] = each
    fields = [
        _due(over, first_ms, step),
        [location] * count,
        status,
        flags,
        [reasons[each] for each in why],
        _explained(rest, phases),
        *phases,
        late,
        lag,
        http_status,
        [addresses[each] for each in address],
        detail,
    ]
    return [Stored._make(each) for each in zip(*fields, strict=True)]


class _Texts:
    """Texts by their place in a list, in the order they are met."""

    def __init__(self) -> None:
        self._places: dict[str | None, int] = {}

    def place(self, text: str | None) -> int:
        return self._places.setdefault(text, len(self._places))

    @property
    def texts(self) -> list[str | None]:
        return list(self._places)


def _due(over: list[int], first_ms: int, step: int) -> list[int]:
    due = [first_ms]
    for each in over[1:]:
        first_ms += step + each
        due.append(first_ms)
    return due


def _unexplained(totals: Sequence[Any], phases: Sequence[Sequence[Any]]) -> list[int | None]:
    """What each total is beyond its phases."""
    sums = [sum(each or 0 for each in parts) for parts in zip(*phases, strict=True)]
    return [
        None if total is None else zigzag(total - known) for total, known in zip(totals, sums, strict=True)
    ]


def _explained(rest: list[Any], phases: list[list[Any]]) -> list[int | None]:
    sums = [sum(each or 0 for each in parts) for parts in zip(*phases, strict=True)]
    return [None if each is None else unzigzag(each) + known for each, known in zip(rest, sums, strict=True)]


def _write_column(out: bytearray, column: Sequence[int | None]) -> None:
    """Smallest value, width in bytes and whether some are none, then the planes from the lowest."""
    given = [each for each in column if each is not None]
    least, most = (min(given), max(given)) if given else (0, 0)
    has_none = len(given) < len(column)
    if has_none:
        numbers = array("Q", [0 if each is None else each - least + 1 for each in column])
    else:
        numbers = array("Q", [each - least for each in given])
    width = ((most - least + has_none).bit_length() + 7) // 8
    if has_none and not given:
        width = 0
    write_varint(out, least)
    out.append(width << 1 | has_none)
    if sys.byteorder == "big":
        numbers.byteswap()
    cells = numbers.tobytes()
    for plane in range(width):
        out += cells[plane::8]


def _read_column(raw: bytes, at: int, count: int) -> tuple[list[Any], int]:
    least, at = read_varint(raw, at)
    width, has_none = raw[at] >> 1, raw[at] & 1
    at += 1
    if not width:
        return [None if has_none else least] * count, at
    cells = bytearray(8 * count)
    for plane in range(width):
        cells[plane::8] = raw[at : at + count]
        at += count
    numbers = array("Q")
    numbers.frombytes(bytes(cells))
    if sys.byteorder == "big":
        numbers.byteswap()
    if has_none:
        return [each + least - 1 if each else None for each in numbers], at
    return [each + least for each in numbers] if least else numbers.tolist(), at
