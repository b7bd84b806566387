"""Check a back-up, and bring it back, on either database.

1. The whole is read and checked; nothing is touched before. 2. The tables go and come again at the back-up's
own release. 3. Rows and files. 4. The migrations since. A mark in the data folder stands until all is done.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.settings import get_settings
from app.models import db
from app.models.base import patient
from app.models.day_table import FIVES, PACKING, PACKS, RESULTS, is_day_table
from app.models.pack import pack_table, packing_table
from app.models.result import forget_known_days, result_table
from app.models.rollup import five_table
from app.service.backup import archive, rows
from app.service.backup.create import FORMAT
from app.service.backup.errors import BackupError
from app.service.backup.files import LEFT_OUT
from app.service.backup.keys import Keys, Wanted, check_keys, take_keys
from app.service.health.schema import current_revision, known_revisions

UNFINISHED = "restore.unfinished"
Migrate = Callable[[str], None]
"""Brings the database to a revision, or to the newest: "head"."""
_DAYS: dict[str, Callable[[Any], Table]] = {
    RESULTS: result_table,
    PACKING: packing_table,
    PACKS: pack_table,
    FIVES: five_table,
}


@dataclass(slots=True)
class Seen:
    """What a back-up holds, every byte of it read and checked."""

    header: dict[str, Any] = field(default_factory=dict)
    keys: Keys | None = None
    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.header["key_ids"], self.keys)


def header_of(path: Path, passphrase: str | None) -> dict[str, Any]:
    """The first part alone: what it says of itself, unchecked."""
    with _understood(), closing(_parts(path, passphrase)) as parts:
        return _header(next(parts))


@contextmanager
def _understood() -> Iterator[None]:
    """Parts that are no documents, or say something else than documents of ours, are told as damage."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise BackupError("the file is no back-up, or has been damaged") from error


def verify_backup(path: Path, passphrase: str | None = None) -> Seen:
    """Read the whole; `BackupError` unless it is as it was made and can be brought back by this release."""
    seen, said = Seen(), dict[str, Any]()
    with _understood(), closing(_parts(path, passphrase)) as parts:
        seen.header = _header(next(parts))
        for part in parts:
            if part.name == archive.KEYS:
                seen.keys = orjson.loads(part.read())
            elif part.name == archive.MANIFEST:
                said = orjson.loads(part.read())
            else:
                _count(seen, part)
        is_full = said["rows"] == {name: seen.rows[name] for name in seen.header["tables"]}
        revision = str(seen.header["revision"])
    if not is_full:
        raise BackupError("the back-up does not hold the rows it counts")
    if revision not in known_revisions():
        raise BackupError("the back-up is of a newer release than this one: install that one first")
    return seen


def _parts(path: Path, passphrase: str | None) -> Generator[archive.Part, None, None]:
    try:
        yield from archive.parts_of(path, passphrase)
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror})") from error


def _header(part: archive.Part) -> dict[str, Any]:
    header: dict[str, Any] = orjson.loads(part.read()) if part.name == archive.HEADER else {}
    if header.get("product") != "cloudeye" or header.get("format") != FORMAT:
        raise BackupError("the file is no back-up of CloudEye, or of a newer release")
    return header


def _count(seen: Seen, part: archive.Part) -> None:
    if part.name.startswith(archive.TABLES):
        seen.rows[_table_of(part, seen.header)] += part.read().count(b"\n")
    else:
        target(part.name, get_settings().DATA_DIR)
        seen.files += 1


def _table_of(part: archive.Part, header: dict[str, Any]) -> str:
    name = part.name.removeprefix(archive.TABLES).partition("/")[0]
    if name not in header["tables"]:
        raise BackupError(f"the back-up says nothing of a table {name[:80]!r}")
    return name


def target(name: str, folder: Path) -> Path:
    """Where a file goes; `BackupError` for one that would lie elsewhere than among files."""
    inside = PurePosixPath(name.removeprefix(archive.FILES))
    is_ours = name.startswith(archive.FILES) and not inside.is_absolute() and inside.parts
    if not is_ours or any(part.startswith(".") for part in inside.parts) or "\0" in name:
        raise BackupError(f"{name[:80]!r} does not belong into a back-up")
    if inside.parts[0].startswith(LEFT_OUT):
        raise BackupError(f"{name[:80]!r} does not belong into a back-up")
    return folder.joinpath(*inside.parts)


def restore_backup(
    path: Path,
    migrate: Migrate,
    passphrase: str | None = None,
    *,
    replace: bool = False,
    without_secrets: bool = False,
) -> Seen:
    """Bring a back-up back into the database and data folder of this installation, which must stand still.

    `replace`: what is there goes. `without_secrets`: the keys may differ, sealed texts are lost then.
    """
    seen = verify_backup(path, passphrase)
    settings = get_settings()
    if not without_secrets:
        check_keys(seen.wanted, settings)
    mark = settings.DATA_DIR / UNFINISHED
    try:
        if has_rows() and not replace and not mark.exists():
            raise BackupError("the database is not empty: give --replace to let go of what it holds")
        mark.write_text(f"{path}\n")
        _empty()
        migrate(seen.header["revision"])
        _load(path, passphrase, seen)
        migrate("head")
    except SQLAlchemyError as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0][:300]
        raise BackupError(f"the database did not take the back-up: {told}") from error
    if not without_secrets:
        take_keys(seen.wanted, settings)
    mark.unlink()
    return seen


def has_rows() -> bool:
    """Whether somebody has begun to use this database."""
    with db.engine.connect() as connection:
        if "organization" not in inspect(connection).get_table_names():
            return False
        return connection.execute(text("SELECT 1 FROM organization LIMIT 1")).first() is not None


def _empty() -> None:
    """Drop every table, whatever made it."""
    db.session.remove()
    with db.engine.connect() as connection:
        _heed_keys(connection, False)
        with connection.begin():
            found = MetaData()
            found.reflect(connection, resolve_fks=False)
            for table in found.tables.values():
                # The name came from the database itself, and is quoted by its dialect.
                connection.exec_driver_sql(f"DROP TABLE {_quoted(connection, table.name)}")
        _heed_keys(connection, True)
    forget_known_days()


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _heed_keys(connection: Connection, does: bool) -> None:
    """Foreign keys are looked at or not; a change that SQLite takes only outside of a transaction."""
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={'ON' if does else 'OFF'}")
        cursor.close()
    else:
        connection.exec_driver_sql(f"SET SESSION foreign_key_checks = {int(does)}")
        connection.commit()


def _load(path: Path, passphrase: str | None, seen: Seen) -> None:
    shapes: dict[str, rows.Shape] = seen.header["tables"]
    folder = get_settings().DATA_DIR
    with patient(db.engine).connect() as connection:
        _make_day_tables(connection, shapes)
        _heed_keys(connection, False)
        _clear(connection, shapes)
        with closing(_parts(path, passphrase)) as parts:
            for part in parts:
                if part.name.startswith(archive.TABLES):
                    with connection.begin():
                        name = _table_of(part, seen.header)
                        rows.load(connection, name, shapes[name], part.read())
                elif part.name.startswith(archive.FILES):
                    _put_file(part, target(part.name, folder))
        _check(connection, seen)
        _heed_keys(connection, True)


def _make_day_tables(connection: Connection, shapes: dict[str, rows.Shape]) -> None:
    with connection.begin():
        for name in filter(is_day_table, shapes):
            prefix = name[:-8]
            day = datetime.strptime(name[-8:], "%Y%m%d").date()
            _DAYS[prefix](day).create(connection)


def _clear(connection: Connection, shapes: dict[str, rows.Shape]) -> None:
    """Rows that migrations put there go; and every column of the back-up must have its place."""
    with connection.begin():
        inspector = inspect(connection)
        present = rows.shapes(connection)
        for name, shape in shapes.items():
            columns = {column for column, _ in present.get(name, [])}
            if lacking := [column for column, _ in shape if column not in columns]:
                raise BackupError(f"this release has no place for {name}.{lacking[0]}")
        for name in present:
            if inspector.has_table(name):
                connection.exec_driver_sql(f"DELETE FROM {_quoted(connection, name)}")  # noqa: S608 - as above


def _check(connection: Connection, seen: Seen) -> None:
    """As many rows as were counted, and none without its parent."""
    for name in seen.header["tables"]:
        query = f"SELECT COUNT(*) FROM {_quoted(connection, name)}"  # noqa: S608 - as above
        count = connection.exec_driver_sql(query).scalar()
        if count != seen.rows[name]:
            raise BackupError(f"{name} has {count} rows of {seen.rows[name]}")
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BackupError("rows are left without their parents")
    connection.rollback()
    if current_revision(connection) != seen.header["revision"]:
        raise BackupError("the database has another revision than the back-up")
    connection.rollback()


def _put_file(part: archive.Part, path: Path) -> None:
    """Write a file whole under another name, then give it its own."""
    _make_folders(path.parent, 0o750 if part.mode & 0o040 else 0o700)
    draft = path.with_name(f".draft.{os.getpid()}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            while data := part.file.read(2**20):
                file.write(data)
            os.fchmod(file.fileno(), (part.mode & 0o660) | 0o600)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _make_folders(path: Path, mode: int) -> None:
    """A folder and those above it; pathlib's own `parents` opens those above to everybody.

    Who may read a file of a group's, as nginx does, has to get to it.
    """
    if not path.is_dir():
        _make_folders(path.parent, mode)
        path.mkdir(mode=mode, exist_ok=True)
