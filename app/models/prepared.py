"""Statements prepared once and run by the driver itself, for lists that are read all the time.

What SQLAlchemy does around each run (its session, its transaction, its cursor's many manners) takes several
times as long as SQLite takes for a page of rows. Here a statement is compiled once; a run is the driver's
cursor, and each column's own way from the database's value to Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, Select


class Prepared:
    """A SELECT of columns in an engine's dialect. The values of its parameters are numbers and texts."""

    def __init__(self, statement: Select[Any], engine: Engine) -> None:
        self._statement, self._engine = statement, engine
        compiled = statement.compile(engine, compile_kwargs={"render_postcompile": True})
        self._text = str(compiled)
        self._fixed = dict(compiled.params)
        self._order: list[str] | None = getattr(compiled, "positiontup", None)
        self._steps = list(_steps(statement, engine))

    def rows(self, values: Mapping[str, Any]) -> list[list[Any]]:
        """All rows, each as its columns' values. It reads what is committed, in a transaction of its own."""
        try:
            found = self._read(values)
        except self._engine.dialect.loaded_dbapi.Error:
            # SQLAlchemy finds out what it was: a connection to put away and another try, or an error of its.
            with self._engine.connect() as connection:
                return [list(row) for row in connection.execute(self._statement, dict(values))]
        for place, step in self._steps:
            for row in found:
                row[place] = step(row[place])
        return found

    def _read(self, values: Mapping[str, Any]) -> list[list[Any]]:
        given = {**self._fixed, **values}
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(
                self._text, given if self._order is None else [given[name] for name in self._order]
            )
            found = [list(row) for row in cursor.fetchall()]
            cursor.close()
        except BaseException:
            connection.invalidate()  # Its answer may still come, and would be another statement's.
            raise
        finally:
            connection.close()
        return found


def _steps(statement: Select[Any], engine: Engine) -> Any:
    """Place and function of each column whose values are not in the database as Python has them."""
    for place, column in enumerate(statement.selected_columns):
        kind = column.type.dialect_impl(engine.dialect)
        step: Callable[[Any], Any] | None = kind.result_processor(engine.dialect, None)
        if step is not None:
            yield place, step


@lru_cache(maxsize=256)
def prepared(statement: Select[Any], engine: Engine) -> Prepared:
    """The statement, which its maker keeps, prepared for this engine at its first use."""
    return Prepared(statement, engine)
