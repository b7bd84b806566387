"""MurmurHash3 x86 32 bit (Austin Appleby, public domain algorithm)."""

from __future__ import annotations

import struct
from functools import lru_cache

_MASK = 0xFFFFFFFF


@lru_cache(maxsize=16)
def murmur3(data: bytes, seed: int = 0) -> int:
    """The hash as an unsigned number."""
    value, blocks = seed, len(data) // 4
    for (block,) in struct.iter_unpack("<I", data[: blocks * 4]):
        value ^= _mixed(block)
        value = (_turned(value, 13) * 5 + 0xE6546B64) & _MASK
    value ^= _mixed(int.from_bytes(data[blocks * 4 :], "little"))
    value ^= len(data)
    value = ((value ^ (value >> 16)) * 0x85EBCA6B) & _MASK
    value = ((value ^ (value >> 13)) * 0xC2B2AE35) & _MASK
    return value ^ (value >> 16)


def _mixed(block: int) -> int:
    return (_turned((block * 0xCC9E2D51) & _MASK, 15) * 0x1B873593) & _MASK


def _turned(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK
