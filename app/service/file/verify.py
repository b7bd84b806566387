"""Is every file there, and still what was put? For operators, after a restore or a bad disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from app.models import File, db
from app.service.file.store import FileStore, GoneError, get_file_store

PAGE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """`what` is missing or damaged."""

    sha256: str
    what: str


def verify() -> Iterator[Fault]:
    """Look at the bytes of every file that a row refers to, one after the other."""
    store, after = get_file_store(), ""
    while True:
        statement = select(File.sha256).where(File.sha256 > after).distinct()
        names = db.session.scalars(statement.order_by(File.sha256).limit(PAGE)).all()
        for name in names:
            if (what := _fault(store, name)) is not None:
                yield Fault(name, what)
        if len(names) < PAGE:
            return
        after = names[-1]


def _fault(store: FileStore, name: str) -> str | None:
    try:
        with store.open(name) as file:
            seen = hashlib.file_digest(file, "sha256").hexdigest()
    except GoneError:
        return "missing"
    return None if seen == name else "damaged"
