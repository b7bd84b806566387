"""Whole numbers in as few bytes as they need: seven bits a byte, the lowest first."""

from __future__ import annotations

from collections.abc import Iterable


def write_varint(out: bytearray, value: int) -> None:
    """Append a number that is not negative."""
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def write_varints(out: bytearray, values: Iterable[int]) -> None:
    for value in values:
        if value < 0x80:
            out.append(value)
        else:
            write_varint(out, value)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a place and the place behind it. Raises ValueError when the bytes end within it."""
    value = shift = 0
    try:
        while (byte := data[at]) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
            at += 1
    except IndexError as error:
        raise ValueError("the bytes end within a number") from error
    return value | byte << shift, at + 1


def read_varints(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """So many numbers from a place on, and the place behind them."""
    values = []
    for _ in range(count):
        value, at = read_varint(data, at)
        values.append(value)
    return values, at


def zigzag(value: int) -> int:
    """A signed number as one that is not negative: 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …"""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag(value: int) -> int:
    return value >> 1 if not value & 1 else -((value + 1) >> 1)
