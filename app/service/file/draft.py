"""A file that is being written: hashed as it comes, cut off at its limit, gone unless it is kept."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from app.core.offload import in_thread

if TYPE_CHECKING:
    from typing_extensions import Buffer

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TURN_BYTES = 4 * 2**20
"""After so many bytes others get their turn: a fast sender leaves the loop no pause by itself."""


class Draft(io.RawIOBase):
    """A new file in a folder, for one writer. Outside of `with` it must be closed.

    What goes beyond `limit` bytes is let go, and `is_cut` says so: the sender may go on with the next file.
    So is what the disk has no room for (`is_full`).
    """

    def __init__(self, folder: Path, *, limit: int) -> None:
        super().__init__()
        self.path = draft_path(folder)
        self.size = 0
        self.is_cut = self.is_full = False
        self._limit = limit
        self._digest: hashlib._Hash | None = hashlib.sha256()
        self._turn = TURN_BYTES
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
        self._file = os.fdopen(handle, "w+b", buffering=0)

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        """Take the bytes; those beyond the limit are let go."""
        view = memoryview(data).cast("B")
        at = self._file.tell()
        taken = view[: max(0, self._limit - at)]
        if len(taken) < len(view):
            self.is_cut = True
        if at != self.size:
            self._digest = None  # A zip goes back to mend its head: it is hashed when it is kept.
        elif self._digest is not None:
            self._digest.update(taken)
        try:
            self._put(taken)
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise
            self.is_full, self._limit = True, 0
        self.size = max(self.size, self._file.tell())
        self._yield(len(view))
        return len(view)

    def _put(self, view: memoryview) -> None:
        while view:
            view = view[self._file.write(view) :]

    def _yield(self, count: int) -> None:
        self._turn -= count
        if self._turn <= 0:
            self._turn = TURN_BYTES
            time.sleep(0)

    def readinto(self, buffer: Buffer, /) -> int:
        return self._file.readinto(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def beginning(self, count: int) -> bytes:
        """The first bytes; where it is written at does not change."""
        return os.pread(self._file.fileno(), count, 0)

    def sha256(self) -> str:
        """What the bytes are called."""
        if self._digest is None:
            return in_thread(_hash_of, self.path)
        return self._digest.hexdigest()

    def to_disk(self) -> None:
        """Bring it to the disk, so that a power cut leaves no name without its bytes."""
        in_thread(os.fdatasync, self._file.fileno())

    def close(self) -> None:
        """Let go of it; what was kept meanwhile has another name."""
        if not self.closed:
            self._file.close()
            self.path.unlink(missing_ok=True)
        super().close()

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def draft_path(folder: Path) -> Path:
    """A name in the folder that nobody else has, and that the sweep knows for a left-over."""
    return folder / f".draft.{os.getpid()}.{secrets.token_hex(8)}"


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
