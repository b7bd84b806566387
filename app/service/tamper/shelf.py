"""The folder of the content store: where objects lie, who holds it, and how the system's errors are told."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.service.tamper.content import HEADER, Head, MissingError, NoSpaceError, StoreError, Usage

_NAME = re.compile(r"[0-9a-f]{64}\Z")
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def telling(name: str = "") -> Iterator[None]:
    """Tell the system's errors as the store's."""
    try:
        yield
    except FileNotFoundError as error:
        raise (
            MissingError(f"content {name} is no longer kept") if name else StoreError(str(error))
        ) from error
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise NoSpaceError(f"the disk is full ({error.strerror}): nothing more is kept") from error
        raise StoreError(f"the content store cannot be used: {error.strerror}") from error


class Shelf:
    """Objects in a folder, which is made when missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def head(self, name: str) -> Head:
        """How an object is kept."""
        with telling(name), self.path(name).open("rb") as file:
            return Head.parse(file.read(HEADER.size), name)

    def marks(self, name: str) -> list[str]:
        """The names of those that said they are built on this object."""
        folder = self.path(name).parent
        try:
            return [entry.name[65:] for entry in os.scandir(folder) if entry.name.startswith(f"{name}.")]
        except FileNotFoundError:
            return []

    def is_needed_by(self, base: str, name: str) -> bool:
        """Is this object built on that base? When it cannot be read, yes: its base may help to mend it."""
        try:
            return self.head(name).base == base
        except MissingError:
            return False
        except StoreError:
            return True

    def usage(self) -> Usage:
        """How many objects there are and how large their files are together."""
        objects = stored = 0
        for name in self.names():
            try:
                stored += self.path(name).stat().st_size
            except FileNotFoundError:
                continue
            objects += 1
        return Usage(objects, stored)

    def names(self) -> Iterator[str]:
        """Every object, in no order; what comes or goes meanwhile may be left out."""
        for leaf in self.folder.glob("[0-9a-f]/[0-9a-f]"):
            for entry in os.scandir(leaf):
                if _NAME.match(entry.name):
                    yield entry.name

    def path(self, name: str) -> Path:
        if not _NAME.match(name):
            raise MissingError(f"{name[:80]!r} names no content")
        return self.folder / name[0] / name[1] / name

    @contextmanager
    def locked(self, *, alone: bool) -> Iterator[None]:
        """Hold the folder's lock: together with other writers, or alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    def mark(self, base: str, name: str) -> Path:
        path = self.path(base)
        return path.with_name(f"{base}.{name}")
