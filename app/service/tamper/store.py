"""The content store: what was fetched, kept once under the SHA-256 of its bytes, in `DATA_DIR/content`.

An object is a file `a/b/<sha256>` that never changes: written under another name, brought to the disk and
renamed, so that nobody reads half of one. (256 folders and no more: each takes as much disk as a change.)
It holds its bytes as they are, compressed, or as what differs from a base (`delta.py`), which may be a
difference itself, at most `MAX_DEPTH` times. An empty file `<base>.<sha256>` beside the base says who needs
it; a base that is needed is not deleted.

Several processes may work on it at once. Writers hold the folder's lock together, so that a base stays while
somebody builds on it; who deletes holds it alone, for one object.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from app.core.settings import get_settings
from app.service.tamper import delta
from app.service.tamper.content import (
    AS_IS,
    COMPRESSED,
    DIFFERENCE,
    HEADER,
    MAX_DEPTH,
    MAX_OBJECT_BYTES,
    CorruptError,
    Head,
    Kind,
    MissingError,
    NeededError,
    NoSpaceError,
    Stored,
    StoreError,
    Usage,
)
from app.service.tamper.shelf import Shelf, telling

__all__ = [
    "CorruptError",
    "Kind",
    "MissingError",
    "NeededError",
    "NoSpaceError",
    "Store",
    "StoreError",
    "Stored",
    "Usage",
    "delete",
    "exists",
    "get",
    "get_store",
    "name_of",
    "open",
    "put",
    "usage",
]

LEAST_FREE_BYTES = 200 * 1024 * 1024
"""What has to stay free on the disk, for the database and the logs."""
MAX_STEPS = 2 * MAX_DEPTH
"""So many differences are followed. A lost base that came back as a difference makes a chain longer."""
SURELY_SMALL = 16
"""A difference of so small a part of a page is taken without asking how small the page itself would be."""
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class Store(Shelf):
    """A content store in a folder, made when missing."""

    def __init__(self, folder: Path, *, least_free: int = LEAST_FREE_BYTES) -> None:
        super().__init__(folder)
        self._least_free = least_free

    def put(self, data: bytes, *, base: str | None = None) -> Stored:
        """Keep these bytes. `base` names an object that they probably resemble.

        Nothing is written when they are there already; a damaged object is written anew. `NoSpaceError` when
        the disk is full, and then nothing is left behind.
        """
        if len(data) > MAX_OBJECT_BYTES:
            raise StoreError(f"content has at most {MAX_OBJECT_BYTES // 2**20} MB")
        name = name_of(data)
        with telling(), self.locked(alone=False):
            if (stored := self._present(name)) is not None:
                return stored
            self._ask_for_space(len(data))
            if self.exists(name):
                base = None  # It is damaged: mended, it must not stand on what may stand on it.
            head, payload = self._best_form(name, data, base)
            if not self._write(name, head, payload):
                self._write(name, *self._best_form(name, data, None))
            return Stored(name, self.path(name).stat().st_size, True)

    def get(self, name: str) -> bytes:
        """The bytes of an object, checked against its name."""
        data = self._read(name, MAX_STEPS)
        if hashlib.sha256(data).hexdigest() != name:
            raise CorruptError(f"content {name} is not what was kept: its SHA-256 is another")
        return data

    def open(self, name: str) -> BinaryIO:
        """The bytes of an object as a file. (They are checked before the first is given.)"""
        return io.BytesIO(self.get(name))

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def delete(self, name: str, *, unless_used_after: float | None = None) -> bool:
        """Delete an object; false when there is none, or when it was put after that moment (unix seconds).

        `NeededError` when another object is kept as what differs from it.
        """
        path = self.path(name)
        with telling(), self.locked(alone=True):
            try:
                used_at = path.stat().st_mtime
            except FileNotFoundError:
                return False
            if unless_used_after is not None and used_at > unless_used_after:
                return False
            if any(self.is_needed_by(name, other) for other in self.marks(name)):
                raise NeededError
            base = self._base_or_none(name)
            path.unlink()
            if base:
                self.mark(base, name).unlink(missing_ok=True)
        return True

    def _present(self, name: str) -> Stored | None:
        """The object that is there already, said to be used now; None when it is missing or damaged."""
        path = self.path(name)
        try:
            os.utime(path)
            self.get(name)
            return Stored(name, path.stat().st_size, False)
        except (FileNotFoundError, StoreError):
            return None

    def _ask_for_space(self, size: int) -> None:
        if shutil.disk_usage(self.folder).free < self._least_free + size:
            raise NoSpaceError(
                f"less than {self._least_free // 2**20} MB are free in {self.folder}: nothing more is kept"
            )

    def _best_form(self, name: str, data: bytes, base: str | None) -> tuple[Head, bytes]:
        """By itself, or as a difference from the base or from what stands under the base's differences."""
        found = self._difference(name, data, base)
        if (
            found is not None
            and len(found[1]) <= len(data) // SURELY_SMALL
            and self._hold(found[0].base, name)
        ):
            return found  # Pages shrink to a fifth by themselves; compressing this one would be for nothing.
        payload = delta.compress(data)
        if found is not None and len(found[1]) <= len(payload) // 2 and self._hold(found[0].base, name):
            return found
        if len(payload) >= len(data):
            return Head(AS_IS, 0, len(data), len(data), ""), data
        return Head(COMPRESSED, 0, len(data), len(payload), ""), payload

    def _difference(self, name: str, data: bytes, base: str | None) -> tuple[Head, bytes] | None:
        """The data as a difference; None when there is nothing to compare it with."""
        if base is None or base == name or not delta.is_comparable(data):
            return None
        try:
            depth = self.head(base).depth
            if depth == MAX_DEPTH:
                base, depth = self._root(base), 0
            old = self.get(base)
        except StoreError:
            return None  # It is kept by itself then.
        if base == name or not delta.is_comparable(old):
            return None
        packed = delta.encode(old, data)
        return Head(DIFFERENCE, depth + 1, len(data), len(packed), base), packed

    def _root(self, name: str) -> str:
        """The object under all of an object's differences."""
        for _ in range(MAX_DEPTH):
            name = self.head(name).base or name
        return name

    def _hold(self, base: str, name: str) -> bool:
        """Say that `name` needs `base`; false when the base has gone. (Under the lock it then stays.)"""
        handle = os.open(self.mark(base, name), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.utime(handle)
        os.close(handle)
        return self.exists(base)

    def _write(self, name: str, head: Head, payload: bytes) -> bool:
        """Bring an object to the disk, then name it; false when a difference cannot be named here."""
        path = self.path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".draft.{os.getpid()}.{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(head.packed())
                file.write(payload)
                file.flush()
                os.fdatasync(file.fileno())  # A power cut must not leave a name without its bytes.
            if head.base:
                return _link(draft, path)
            draft.rename(path)
            return True
        finally:
            draft.unlink(missing_ok=True)

    def _read(self, name: str, most: int) -> bytes:
        with telling(name), self.path(name).open("rb") as file:
            head = Head.parse(file.read(HEADER.size), name)
            payload = file.read(head.payload + 1)
        if len(payload) != head.payload or most < 0:
            raise CorruptError(f"content {name} has been cut off or lengthened")
        if head.form == AS_IS:
            return payload
        try:
            if head.form == COMPRESSED:
                return delta.decompress(payload, head.size)
            return delta.decode(self._read_base(name, head, most - 1), payload, head.size)
        except delta.DeltaError as error:
            raise CorruptError(f"content {name} cannot be unpacked: {error}") from error

    def _read_base(self, name: str, head: Head, most: int) -> bytes:
        try:
            return self._read(head.base, most)
        except StoreError as error:
            raise CorruptError(f"content {name} differs from {head.base}, but {error.msg}") from error

    def _base_or_none(self, name: str) -> str:
        try:
            return self.head(name).base
        except StoreError:
            return ""


def _link(draft: Path, path: Path) -> bool:
    """Name a difference unless somebody else has put the same bytes meanwhile; false where no links are.

    Theirs stays: others may stand on it by now, and ours may stand on one of those.
    """
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
        return True
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise


def name_of(data: bytes) -> str:
    """What these bytes are called in any store."""
    return hashlib.sha256(data).hexdigest()


def get_store() -> Store:
    return Store(get_settings().DATA_DIR / "content")


def put(kind: Kind, data: bytes, *, base: str | None = None) -> Stored:
    """Keep bytes of some kind; see `Store.put`. Pictures are compressed already and never compared."""
    return get_store().put(data, base=None if kind == "screenshot" else base)


def get(sha256: str) -> bytes:
    return get_store().get(sha256)


def open(sha256: str) -> BinaryIO:
    return get_store().open(sha256)


def exists(sha256: str) -> bool:
    return get_store().exists(sha256)


def delete(sha256: str) -> bool:
    return get_store().delete(sha256)


def usage() -> Usage:
    return get_store().usage()
