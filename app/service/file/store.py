"""The file store: uploads and results as they are, each kept once under the SHA-256 of its bytes.

`DATA_DIR/files/<2 hex>/<sha256>`: a file there never changes. It has the bytes and nothing else, so that
nginx can send it, whole or in parts; the content store of watched pages, which compresses and keeps
differences, is another. Beside a file may lie `<sha256>.webp`, its thumbnail.

No lock: files are put *before* the transaction that names them, and nothing younger than `GRACE_SECONDS` is
ever deleted. So who deletes never takes what somebody is just about to name.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from app.core.errors import CloudEyeError, NotFoundError
from app.core.settings import get_settings
from app.service.file.draft import NO_SPACE, Draft, draft_path

FOLDER = "files"
GRACE_SECONDS = 3600
LEAST_FREE_BYTES = 200 * 2**20
"""What has to stay free on the disk, for the database and the logs."""
DRAFT_SECONDS = 24 * 3600
"""A draft so old belongs to a process that died."""
BATCH = 400
_NAME = re.compile(r"[0-9a-f]{64}\Z")

Referred = Callable[[Collection[str]], Collection[str]]
"""Of these names, those that a row refers to."""


class NoSpaceError(CloudEyeError):
    """The disk is full, or nearly."""

    http_status = 507
    msg = "there is no space left for files"


class GoneError(NotFoundError):
    """A row names bytes that are not there."""

    msg = "this file is no longer kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """`is_new` says that these bytes were not there before."""

    sha256: str
    size: int
    is_new: bool


class FileStore:
    """Files in a folder, which is made when missing."""

    def __init__(self, folder: Path, *, least_free: int = LEAST_FREE_BYTES) -> None:
        self.folder = folder
        self._least_free = least_free

    def draft(self, *, limit: int = 2**40) -> Draft:
        """A new file to write into, of at most `limit` bytes; close it, kept or not."""
        with telling():
            self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            if self.free_bytes() <= 0:
                raise NoSpaceError
            return Draft(self.folder, limit=limit)

    def free_bytes(self) -> int:
        """How many bytes may still be written."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        return shutil.disk_usage(self.folder).free - self._least_free

    def keep(self, draft: Draft) -> Kept:
        """Keep what was written; the same bytes are kept once. `NoSpaceError` when the disk is full."""
        if draft.is_full:
            raise NoSpaceError
        name = draft.sha256()
        path = self.path(name)
        with telling():
            with suppress(FileNotFoundError):
                if path.stat().st_size == draft.size:
                    os.utime(path)  # Used now: it is not deleted within the grace.
                    return Kept(name, draft.size, False)
            draft.to_disk()
            path.parent.mkdir(mode=0o750, exist_ok=True)
            draft.path.replace(path)
        return Kept(name, draft.size, True)

    def open(self, name: str) -> BufferedReader:
        """The bytes, to be read; `GoneError` when there are none of this name."""
        try:
            return self.path(name).open("rb")
        except FileNotFoundError as error:
            raise GoneError from error

    def read(self, name: str) -> bytes:
        """All its bytes, for what is known to be small; `GoneError` when there are none of this name."""
        with self.open(name) as file:
            return file.read()

    def exists(self, name: str) -> bool:
        return self.path(name).is_file()

    def delete(self, name: str, *, before: float) -> bool:
        """Delete a file and its thumbnail, unless it was put after that moment (unix seconds)."""
        path, aside = self.path(name), draft_path(self.folder)
        try:
            if path.stat().st_mtime > before:
                return False
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime > before:
            aside.rename(path)  # Somebody has put the same bytes between the two looks.
            return False
        self.thumbnail_path(name).unlink(missing_ok=True)
        aside.unlink()
        return True

    def sweep(self, referred: Referred, *, now: float) -> int:
        """Delete what nothing refers to, and drafts nobody ended; gives how many files went.

        `now` is in unix seconds; what was put within the grace stays.
        """
        removed, names = 0, list(self.names())
        for begin in range(0, len(names), BATCH):
            batch = names[begin : begin + BATCH]
            for name in set(batch) - set(referred(batch)):
                removed += self.delete(name, before=now - GRACE_SECONDS)
        for draft in self.folder.glob(".draft.*"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < now - DRAFT_SECONDS:
                    draft.unlink()
        return removed

    def names(self) -> Iterator[str]:
        """Every file, in no order."""
        for leaf in self.folder.glob("[0-9a-f][0-9a-f]"):
            for entry in os.scandir(leaf):
                if _NAME.match(entry.name):
                    yield entry.name

    def usage(self) -> tuple[int, int]:
        """How many files there are, and their bytes together."""
        sizes = []
        for name in self.names():
            with suppress(FileNotFoundError):
                sizes.append(self.path(name).stat().st_size)
        return len(sizes), sum(sizes)

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / place_of(name)

    def thumbnail_path(self, name: str) -> Path:
        return self.folder / f"{place_of(name)}.webp"


def place_of(name: str) -> str:
    """A file's path within the store, as nginx is told it too."""
    if not _NAME.match(name):
        raise GoneError
    return f"{name[:2]}/{name}"


@contextmanager
def telling() -> Iterator[None]:
    """Tell of a full disk as such."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoSpaceError from error
        raise


def get_file_store() -> FileStore:
    return FileStore(get_settings().DATA_DIR / FOLDER)
