"""How each model hangs on a site, found from its columns: a new model needs no line here.

1. `site` itself, by its id.
2. What has a `site_id`.
3. What must have a parent of one of these: every foreign key that cannot be empty and leads to one.
4. What may have one, by a column called after it (`incident_id`): any of them.

Where a row's `site_id` may be empty and is, it belongs to the organization, and to nobody who is narrowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, inspect, or_, select
from sqlalchemy.orm import Mapper

from app.models import Site, SiteTag, db
from app.service.scope.scope import Scope


@dataclass(frozen=True, slots=True)
class Way:
    """To a site: by `column` itself, or where it is empty by all of `must`, else by any of `may`."""

    column: str | None = None
    must: tuple[tuple[str, str], ...] = ()
    may: tuple[tuple[str, str], ...] = ()


@cache
def ways() -> dict[str, Way]:
    """The way of every table that has one, by the table's name."""
    tables = {name: table for name, (_class, table) in mapped().items()}
    found = {"site": Way("id")}
    found |= {name: Way("site_id") for name, table in tables.items() if "site_id" in table.c}
    while more := {
        name: Way(must=parents)
        for name, table in tables.items()
        if name not in found and (parents := _parents(table, found))
    }:
        found |= more
    named = {
        name: Way(may=likely)
        for name, table in tables.items()
        if name not in found and (likely := _likely(table, found))
    }
    children = {**found, **named}
    for name, table in tables.items():
        if name not in children and (parents := _parents(table, children)):
            named[name] = Way(must=parents)
    return found | named


def mapped() -> dict[str, tuple[type, Table]]:
    """Every mapped class and its table, by the table's name."""
    return {
        mapper.local_table.name: (mapper.class_, mapper.local_table)
        for mapper in Site.registry.mappers
        if isinstance(mapper.local_table, Table)
    }


def _parents(table: Table, found: dict[str, Way]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (column.name, key.column.table.name)
        for column in table.columns
        for key in column.foreign_keys
        if not column.nullable and key.column.table.name in found and key.column.table is not table
    )


def _likely(table: Table, found: dict[str, Way]) -> tuple[tuple[str, str], ...]:
    names = {column.name: column.name.removesuffix("_id") for column in table.columns}
    return tuple((column, parent) for column, parent in names.items() if column != parent and parent in found)


def criterion(model: type, scope: Scope) -> ColumnElement[bool]:
    """What is true of a model's rows that are of a site in this scope. The model must have a way.

    It is said of the model's attributes, so that it holds wherever a query meets the model by another name.
    """
    mapper: Mapper[Any] = inspect(model)
    columns = {each.columns[0].name: getattr(model, each.key) for each in mapper.column_attrs}
    return _within(str(mapper.local_table), columns, scope)


def table_criterion(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The same of a table's own columns."""
    return _within(table.name, dict(table.c.items()), scope)


def _within(name: str, columns: Mapping[str, Any], scope: Scope) -> ColumnElement[bool]:
    way = ways()[name]
    if way.column is not None:
        return _of_sites(columns[way.column], scope)
    parents = way.must or way.may
    parts = [columns[column].in_(_visible(parent, scope)) for column, parent in parents]
    return and_(*parts) if way.must else or_(*parts)


def _visible(name: str, scope: Scope) -> Any:
    table = db.metadata.tables[name]
    (key,) = table.primary_key.columns
    return select(key).where(table_criterion(table, scope))


def _of_sites(column: Any, scope: Scope) -> ColumnElement[bool]:
    """By id, or by tag. Tables, not models: a model here would be narrowed in its turn."""
    either: list[ColumnElement[bool]] = []
    if scope.site_ids:
        either.append(column.in_(sorted(scope.site_ids)))
    if scope.tags:
        tagged = SiteTag.__table__.c
        own = (tagged.organization_id == scope.organization_id, tagged.tag.in_(sorted(scope.tags)))
        either.append(column.in_(select(tagged.site_id).where(*own)))
    return or_(*either) if either else false()


SITES: Table = Site.__table__  # type: ignore[assignment]
