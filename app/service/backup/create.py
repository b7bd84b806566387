"""Make a back-up, while CloudEye runs.

1. The files are held against deletion. 2. One moment of the database is written. 3. The files are
written: whatever a row of that moment names was there before the row, and cannot go. 4. The whole takes its
name when it is on the disk.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import now
from app.core.settings import get_settings
from app.models import db
from app.service.backup import archive, rows
from app.service.backup.errors import BackupError
from app.service.backup.files import files_of, held_files
from app.service.backup.keys import keys_of, known_key_ids
from app.service.backup.snapshot import snapshot
from app.service.health.schema import current_revision
from config.env import VARIABLES, environment

FORMAT = 1
NOTHING = (
    "there is nothing in this database to back up: CLOUDEYE_DATA_DIR or DATABASE_URL is not set here as it "
    "is where CloudEye runs"
)


@dataclass(slots=True)
class Made:
    path: Path
    rows: int = 0
    files: int = 0
    bytes: int = 0
    has_keys: bool = False


def create_backup(path: Path, *, passphrase: str | None = None, with_keys: bool | None = None) -> Made:
    """Write a back-up to `path`, which must not be there yet.

    The keys go along where a passphrase seals them, unless `with_keys` says otherwise.
    """
    has_keys = passphrase is not None if with_keys is None else with_keys
    if path.exists():
        raise BackupError(f"{path} is there already")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    made = Made(path, has_keys=has_keys)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            with archive.writing(file, passphrase) as writer:
                _write(writer, made)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written ({error.strerror})") from error
    except SQLAlchemyError as error:
        raise BackupError(f"the database cannot be read ({type(error).__name__})") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    made.bytes = path.stat().st_size
    return made


def _write(writer: archive.Writer, made: Made) -> None:
    folder = get_settings().DATA_DIR
    with held_files(folder) as aside, snapshot(db.engine) as (connection, shapes):
        revision = current_revision(connection)
        if not revision:
            raise BackupError(NOTHING)
        writer.add_document(archive.HEADER, _header(shapes, revision, made))
        if made.has_keys:
            writer.add_document(archive.KEYS, keys_of(get_settings()))
        counts = {name: _write_table(writer, connection, name, shape) for name, shape in shapes.items()}
        made.rows = sum(counts.values())
        for name, path in files_of(folder, aside):
            made.files += _write_file(writer, name, path)
    writer.close({"rows": counts, "files": made.files})


def _header(shapes: dict[str, rows.Shape], revision: str, made: Made) -> dict[str, Any]:
    settings = get_settings()
    return {
        "product": "cloudeye",
        "format": FORMAT,
        "made_at": now().isoformat(),
        "made_on": platform.node(),
        "database": db.engine.dialect.name,
        "revision": revision,
        "key_ids": known_key_ids(settings),
        "has_keys": made.has_keys,
        "settings": _given_settings(),
        "tables": shapes,
    }


def _given_settings() -> dict[str, str]:
    """The environment's settings, for whoever sets up the machine anew; nothing secret."""
    given = environment()
    names = [variable.name for variable in VARIABLES if not variable.is_secret]
    return {name: given[name] for name in names if given.get(name)}


def _write_table(writer: archive.Writer, connection: Connection, name: str, shape: rows.Shape) -> int:
    count = 0
    for number, (some, lines) in enumerate(rows.pieces(connection, name, shape), 1):
        writer.add(f"{archive.TABLES}{name}/{number:06}.jsonl", lines)
        count += some
    return count


def _write_file(writer: archive.Writer, name: str, path: Path) -> int:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            writer.add_file(f"{archive.FILES}{name}", file, status.st_size, status.st_mode & 0o770)
    except FileNotFoundError:
        return 0  # Nothing of that moment needs it, or it would have been held.
    return 1
