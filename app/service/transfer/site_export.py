"""The organization's sites as rows of a file that can be taken in again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from app.models import Monitor, db
from app.service.actor import Actor
from app.service.paging import MAX_LIMIT
from app.service.site import list_sites, sites_matching
from app.service.transfer.columns import NAMES, tag_text
from app.service.transfer.monitors import MOST_MONITORS, text_of, types


def head(locale: str) -> list[str]:
    """The columns' names."""
    return [names.get(locale) or names["en"] for names in NAMES.values()]


def count_sites(actor: Actor, filters: dict[str, Any]) -> int:
    """How many rows there will be."""
    statement = sites_matching(actor, **filters).with_only_columns(func.count(), maintain_column_froms=True)
    return int(db.session.scalar(statement) or 0)


def site_rows(actor: Actor, filters: dict[str, Any]) -> Iterator[list[Any]]:
    """A row a site, in the order of names, read part by part."""
    cursor: str | None = None
    while True:
        page = list_sites(actor, **filters, cursor=cursor, limit=MAX_LIMIT)
        monitors = _monitors({site.id: site.base_url for site in page.items})
        rows = [
            [
                site.name,
                site.base_url,
                tag_text(site.tags),
                site.description,
                ", ".join(monitors[site.id][:MOST_MONITORS]),
                site.created_at,
            ]
            for site in page.items
        ]
        db.session.commit()
        yield from rows
        cursor = page.next_cursor
        if cursor is None:
            return


def _monitors(addresses: dict[int, str]) -> dict[int, list[str]]:
    """What checks each site, as far as an import can set it up again."""
    found: dict[int, list[str]] = defaultdict(list)
    statement = (
        select(Monitor.site_id, Monitor.type, Monitor.interval_seconds, Monitor.config)
        .where(Monitor.site_id.in_(addresses), Monitor.type.in_(types()))
        .order_by(Monitor.id)
    )
    for site_id, kind, seconds, config in db.session.execute(statement):
        found[site_id].append(text_of(kind, seconds, config, addresses[site_id]))
    return found
