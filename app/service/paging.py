"""Lists by cursor: keyset paging, so that the last page costs what the first one does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.errors import InvalidError
from app.models import db

MAX_LIMIT = 200
T = TypeVar("T")


@dataclass(slots=True)
class Page(Generic[T]):
    items: list[T] = field(default_factory=list)
    next_cursor: str | None = None


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values inside; an `InvalidError` naming `cursor` when it is not one of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fits = isinstance(values, list) and len(values) == len(kinds)
        if fits and all(type(value) is kind for value, kind in zip(values, kinds, strict=True)):
            if all(abs(value) < 2**63 for value in values if isinstance(value, int)):
                return list(values)
    except ValueError:
        pass
    raise InvalidError({"cursor": "is not a cursor of this list"})


def page_by_id(
    statement: Select[Any],
    column: InstrumentedAttribute[int],
    cursor: str | None,
    limit: int,
    *,
    newest_first: bool = True,
) -> Page[Any]:
    """A page in the order of the ids, which is the order of creation."""
    if cursor:
        (after,) = decode_cursor(cursor, [int])
        statement = statement.where(column < after if newest_first else column > after)
    statement = statement.order_by(column.desc() if newest_first else column).limit(limit + 1)
    rows = list(db.session.scalars(statement))
    return cut(rows, limit, lambda row: [row.id])


def after_pair(
    first: InstrumentedAttribute[str],
    second: InstrumentedAttribute[int],
    values: Sequence[Any],
    *,
    descending: bool,
) -> ColumnElement[bool]:
    """Rows behind (`first`, `second`) = `values` in that order."""
    if descending:
        return or_(first < values[0], and_(first == values[0], second < values[1]))
    return or_(first > values[0], and_(first == values[0], second > values[1]))


def cut(rows: list[T], limit: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """`rows` holds one more than asked for when there is a next page."""
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(kept, encode_cursor(key(kept[-1])) if more else None)
