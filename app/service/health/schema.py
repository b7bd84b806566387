"""Whether the database has the shape this version needs.

Alembic is loaded by whoever asks: a web worker would carry it about all day for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import CloudEyeError, DatabaseError
from app.models import db
from config.env import ROOT

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory


class NewerDatabaseError(CloudEyeError):
    """The database was brought to a revision that this release does not know."""


def pending_migrations() -> list[str]:
    """The revisions that have not been run, oldest first. `NewerDatabaseError`, or `DatabaseError`."""
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    try:
        with db.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError as error:
        raise DatabaseError(f"the database cannot be asked ({type(error).__name__})") from error
    if strange := set(present) - known_revisions():
        raise NewerDatabaseError(f"the database is of a newer release ({', '.join(sorted(strange))})")
    revisions = list(scripts.iterate_revisions("heads", present or "base"))
    return [revision.revision for revision in reversed(revisions) if revision.revision not in present]


def current_revision(connection: Connection) -> str:
    """The revision of a database; empty when no migration was ever run there."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision() or ""


def known_revisions() -> set[str]:
    """Every revision this release knows, oldest and newest."""
    return {revision.revision for revision in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)
