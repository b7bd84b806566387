"""An object of the content store: what it is called, how its file begins, and what can be wrong with it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from app.core.errors import CloudEyeError

Kind = Literal["body", "inventory", "profile", "screenshot", "asset", "evidence", "picture"]

MAX_DEPTH = 8
"""How many differences may stand one on another."""
MAX_OBJECT_BYTES = 64 * 1024 * 1024
HEADER = struct.Struct(">4sBBxxQQ32s")
AS_IS, COMPRESSED, DIFFERENCE = 0, 1, 2
_MAGIC = b"CEC1"
_NO_BASE = bytes(32)


class StoreError(CloudEyeError):
    """The store cannot do what it was asked to."""

    msg = "the content store cannot be used"


class MissingError(StoreError):
    code = 11004
    http_status = 404
    msg = "this content is no longer kept"


class CorruptError(StoreError):
    msg = "this content has been damaged"


class NoSpaceError(StoreError):
    msg = "there is no space left for content"


class NeededError(StoreError):
    msg = "other content is kept as what differs from this"


@dataclass(frozen=True, slots=True)
class Stored:
    """What `put` did: `stored_bytes` is the file's size, `is_new` says that it was written now."""

    sha256: str
    stored_bytes: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Usage:
    objects: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an object's file. `base` is empty unless it is a difference."""

    form: int
    depth: int
    size: int
    payload: int
    base: str

    def packed(self) -> bytes:
        base = bytes.fromhex(self.base) if self.base else _NO_BASE
        return HEADER.pack(_MAGIC, self.form, self.depth, self.size, self.payload, base)

    @classmethod
    def parse(cls, raw: bytes, name: str) -> Head:
        if len(raw) != HEADER.size:
            raise CorruptError(f"content {name} has been cut off")
        magic, form, depth, size, payload, base = HEADER.unpack(raw)
        is_difference = form == DIFFERENCE
        is_known = magic == _MAGIC and form <= DIFFERENCE and is_difference == (1 <= depth <= MAX_DEPTH)
        if not is_known or max(size, payload) > MAX_OBJECT_BYTES:
            raise CorruptError(f"content {name} does not begin as content does")
        return cls(form, depth, size, payload, base.hex() if is_difference else "")
