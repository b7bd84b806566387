"""Writing an evidence package. One file is in memory at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.engine.tamper.evidence.archive import (
    MANIFEST,
    MAX_BYTES,
    MAX_FILE_BYTES,
    MAX_FILES,
    ArchiveError,
    Entry,
    is_safe,
    write_directory,
    write_file,
)
from app.engine.tamper.evidence.manifest import About, manifest


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the package; `load` gives its bytes when they are wanted."""

    name: str
    load: Callable[[], bytes]


def build(out: BinaryIO, sources: Iterable[Source], about: About, key: Ed25519PrivateKey) -> str:
    """Write the package and give its head. The same sources, facts and key give the same bytes.

    `ArchiveError` for a bad or doubled name, or more bytes than a package may have.
    """
    ordered = sorted(sources, key=lambda source: source.name)
    _check_names([source.name for source in ordered])
    entries: list[Entry] = []
    files: list[tuple[str, int, str]] = []
    total = 0
    for source in ordered:
        data = source.load()
        total += len(data)
        if len(data) > MAX_FILE_BYTES or total > MAX_BYTES:
            raise ArchiveError(f"{source.name} makes the package larger than it may be")
        files.append((source.name, len(data), hashlib.sha256(data).hexdigest()))
        entries.append(write_file(out, source.name, data))
    document, head = manifest(about, files, key)
    entries.append(write_file(out, MANIFEST, document))
    write_directory(out, entries)
    return head


def _check_names(names: list[str]) -> None:
    if len(names) >= MAX_FILES:
        raise ArchiveError(f"a package has at most {MAX_FILES} files")
    if len(set(names)) != len(names):
        raise ArchiveError("a name stands twice")
    for name in names:
        if not is_safe(name) or name == MANIFEST:
            raise ArchiveError(f"{name!r} cannot be a file's name in a package")
