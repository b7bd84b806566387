"""Rows for what is only shown: by the driver itself where nothing else is needed (see `models.prepared`).

A session keeps objects, follows changes and asks before each statement whether somebody is narrowed to some
sites. A list of plain columns needs none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select

from app.models import db
from app.models.prepared import prepared
from app.service.scope.current import current


def rows_of(statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """All rows of a statement of columns that is made once and kept, with these values for its parameters.

    Whoever is narrowed goes by the session, which narrows the statement; so does who is within a transaction,
    to see what it wrote.
    """
    if current() is not None or (db.session.registry.has() and db.session().in_transaction()):
        return db.session.execute(statement, dict(values)).all()
    return prepared(statement, db.engine).rows(values)
