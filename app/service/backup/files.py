"""The files of the data folder, held while they are read.

Objects of the content store are held by its lock. Uploaded files have none: they get a second name each
before the database's moment is fixed. Whatever a row of that moment names was there by then or is too young
to be deleted, and so is found under one of both names.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.models import db
from app.service.file.store import FOLDER as UPLOADS
from app.service.tamper.store import get_store

# Nobody's files: databases, Redis's own, sockets, keys (which go apart), back-ups. Drafts begin with a dot.
LEFT_OUT = (
    "appendonlydir",
    "backup",
    "cloudeye.db",
    "dump.rdb",
    "redis",
    "restore.",
    "run",
    "secrets.",
)
_MADE_ANEW = ".webp"
_ASIDE = ".backup."


@contextmanager
def held_files(folder: Path) -> Iterator[Path]:
    """Hold the files against deletion; gives the folder of their second names."""
    uploads = folder / UPLOADS
    for left in uploads.glob(f"{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)  # by one that was killed
    aside = uploads / f"{_ASIDE}{os.getpid()}"
    with get_store().locked(alone=False):
        try:
            if uploads.is_dir():
                _name_again(uploads, aside)
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _name_again(uploads: Path, aside: Path) -> None:
    for path in _below(uploads):
        twin = aside / path.relative_to(uploads)
        twin.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):  # deleted just now; or a file system without links, which has to do without
            os.link(path, twin)


def files_of(folder: Path, aside: Path) -> Iterator[tuple[str, Path]]:
    """What people and sites left in the data folder: its name there, and where its bytes are."""
    left_out = (".", *LEFT_OUT, *_database_files(folder))
    for entry in sorted(folder.iterdir()):
        if not entry.name.startswith(left_out) and not entry.is_symlink():
            for path in _below(entry):
                yield str(path.relative_to(folder)), path
    if aside.is_dir():
        for twin in _below(aside):
            name = twin.relative_to(aside)
            if not (folder / UPLOADS / name).exists():
                yield f"{UPLOADS}/{name}", twin


def _database_files(folder: Path) -> list[str]:
    """How the files of an SQLite database of another name begin, where it lies here."""
    url = db.engine.url
    path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    return [path.name] if path is not None and path.absolute().parent == folder.absolute() else []


def _below(path: Path) -> Iterator[Path]:
    """Every file under a path; thumbnails, which are made anew, and drafts are none."""
    if path.is_file() and path.suffix != _MADE_ANEW:
        yield path
    elif path.is_dir():
        for entry in sorted(path.iterdir()):
            if not entry.name.startswith(".") and not entry.is_symlink():
                yield from _below(entry)
