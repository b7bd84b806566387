"""Whether the database has the shape this version needs."""

from __future__ import annotations

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import DatabaseError
from app.models import db
from config.env import ROOT


def pending_migrations() -> list[str]:
    """The revisions that have not been run, oldest first."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    try:
        with db.engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError as error:
        raise DatabaseError(f"the database cannot be asked ({type(error).__name__})") from error
    revisions = list(scripts.iterate_revisions("heads", present or "base"))
    return [revision.revision for revision in reversed(revisions) if revision.revision not in present]
