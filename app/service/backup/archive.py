"""The file a back-up is: a compressed tar of parts, sealed or not, the last of which vouches for the others.

Written and read in one go from front to back, a part at a time, so that neither takes memory or space of its
own. Without a passphrase it is an ordinary .tar.gz.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from zlib import error as ZlibError

import orjson

from app.service.backup.envelope import Opening, Sealing, is_sealed
from app.service.backup.errors import BackupError

HEADER, KEYS, MANIFEST = "header.json", "keys.json", "manifest.json"
TABLES, FILES = "tables/", "files/"
_AT_ONCE = 2**20


class Chain:
    """One digest over all parts, in their order: name, size and content."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256(b"cloudeye back-up 1").hexdigest()
        self.parts = 0

    def add(self, name: str, size: int, content: str) -> None:
        self.digest = hashlib.sha256(f"{self.digest}\n{name}\n{size}\n{content}".encode()).hexdigest()
        self.parts += 1


class Writer:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar, self.chain = tar, Chain()

    def add(self, name: str, data: bytes) -> None:
        self.add_file(name, io.BytesIO(data), len(data), 0o600)

    def add_document(self, name: str, document: Any) -> None:
        self.add(name, orjson.dumps(document, option=orjson.OPT_INDENT_2))

    def add_file(self, name: str, file: BinaryIO, size: int, mode: int) -> None:
        """`size` bytes of a file; `OSError` when it has fewer."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, mode
        hashing = _Hashing(file)
        self._tar.addfile(info, cast(Any, hashing))
        self.chain.add(name, size, hashing.digest.hexdigest())

    def close(self, counts: dict[str, Any]) -> None:
        self.add_document(MANIFEST, {**counts, "parts": self.chain.parts, "digest": self.chain.digest})


@dataclass(slots=True)
class Part:
    """A part while it is read; what is left of it is read over before the next."""

    name: str
    size: int
    mode: int
    file: _Hashing

    def read(self) -> bytes:
        return self.file.read()


class _Hashing:
    def __init__(self, file: Any) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def writing(file: BinaryIO, passphrase: str | None) -> Iterator[Writer]:
    """An archive to put parts into; whole only after the block and `Writer.close`."""
    outer = Sealing(file, passphrase) if passphrase is not None else None
    with (
        gzip.GzipFile(fileobj=cast(Any, outer or file), mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar)
    if outer is not None:
        outer.close()


def parts_of(path: Path, passphrase: str | None) -> Iterator[Part]:
    """Every part in its order; `BackupError` at the end, or before, unless all is as it was written."""
    with path.open("rb") as file:
        if is_sealed(file):
            if passphrase is None:
                raise BackupError("the back-up was sealed with a passphrase: give it")
            stream: Any = Opening(file, passphrase)
        else:
            stream = file
        try:
            with (
                gzip.GzipFile(fileobj=stream, mode="rb") as packed,
                tarfile.open(fileobj=packed, mode="r|") as tar,
            ):
                yield from _checked(tar)
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, ZlibError) as error:
            raise BackupError(f"the file is no back-up, or has been damaged ({error})") from error


def _checked(tar: tarfile.TarFile) -> Iterator[Part]:
    chain = Chain()
    for info in tar:
        content = tar.extractfile(info) if info.isreg() else None
        if content is None:
            raise BackupError(f"{info.name[:80]!r} does not belong into a back-up")
        part = Part(info.name, info.size, info.mode & 0o777, _Hashing(content))
        if part.name == MANIFEST:
            yield from _vouched(part, chain)
            return
        yield part
        while part.file.read(_AT_ONCE):
            """What nobody wanted counts all the same."""
        chain.add(part.name, part.size, part.file.digest.hexdigest())
    raise BackupError("the back-up has no end: it was cut off while it was made or moved")


def _vouched(part: Part, chain: Chain) -> Iterator[Part]:
    data = part.read()
    said = orjson.loads(data)
    if (said["parts"], said["digest"]) != (chain.parts, chain.digest):
        raise BackupError("the back-up has been changed since it was made")
    yield Part(part.name, part.size, part.mode, _Hashing(io.BytesIO(data)))
