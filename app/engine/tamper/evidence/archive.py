"""The zip file of an evidence package, in its only form.

Names sorted, one fixed date, nothing compressed, no extra fields: the same files give the same bytes on every
machine, and there is no byte that might be changed without being seen. (In a deflated stream some bits mean
nothing, and other zlibs give other bytes.) Layout: APPNOTE.TXT 6.3.3, without ZIP64.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

MANIFEST = "manifest.json"
"""The last file of a package; it names all others."""
MAX_FILES = 2_000
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_MADE_BY = 3 << 8 | _VERSION  # Unix, so that the permissions count
_UTF8 = 1 << 11
_DATE = 1 << 5 | 1  # 1980-01-01, the first day a zip knows
_MODE = 0o100600 << 16
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}(/[a-z0-9][a-z0-9._-]{0,60}){0,4}\Z")


class ArchiveError(ValueError):
    """These files cannot be a package."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the zip's directory names it. `crc` is its CRC-32."""

    name: str
    size: int
    crc: int

    def local(self) -> bytes:
        """What stands before the file's bytes."""
        name = self.name.encode()
        common = (_VERSION, _UTF8, 0, 0, _DATE, self.crc, self.size, self.size, len(name), 0)
        return _LOCAL.pack(b"PK\x03\x04", *common) + name

    def central(self, offset: int) -> bytes:
        """Its line in the directory."""
        name = self.name.encode()
        common = (_VERSION, _UTF8, 0, 0, _DATE, self.crc, self.size, self.size, len(name), 0)
        return _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *common, 0, 0, 0, _MODE, offset) + name


def is_safe(name: str) -> bool:
    """A name that leads to one place inside the folder it is unpacked in, on every system."""
    return bool(_NAME.match(name)) and ".." not in name and not name.endswith(".")


def write_file(out: BinaryIO, name: str, data: bytes) -> Entry:
    """Write a file behind those that were written already; a zip's directory has to follow."""
    entry = Entry(name, len(data), zlib.crc32(data))
    out.write(entry.local())
    out.write(data)
    return entry


def write_directory(out: BinaryIO, entries: Iterable[Entry]) -> int:
    """Write the zip's directory and end behind its files; gives how many bytes these are."""
    tail = directory(list(entries))
    out.write(tail)
    return len(tail)


def directory(entries: list[Entry]) -> bytes:
    """The zip's directory and end."""
    lines, offset = bytearray(), 0
    for entry in entries:
        lines += entry.central(offset)
        offset += len(entry.local()) + entry.size
    count = len(entries)
    return bytes(lines) + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(lines), offset, 0)


def has_only_form(file: BinaryIO, size: int, entries: list[Entry]) -> bool:
    """Is this file of `size` bytes the one that these entries give, apart from what stands in the files?"""
    offset = 0
    for entry in entries:
        head = entry.local()
        file.seek(offset)
        if file.read(len(head)) != head:
            return False
        offset += len(head) + entry.size
    tail = directory(entries)
    file.seek(offset)
    return file.read(len(tail) + 1) == tail and offset + len(tail) == size


def bounded_directory(file: BinaryIO, size: int) -> bool:
    """Does the zip's end name a directory that may be read? It is searched for as zipfile does."""
    file.seek(max(0, size - 65_557 - 20))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size or b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        return False
    _, _, _, _, count, length, _, _ = _END.unpack_from(tail, at)
    return bool(count <= MAX_FILES and length <= MAX_FILES * 512)
