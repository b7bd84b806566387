"""Sites and monitors by their names, as people write them, and the names of those a window covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import select

from app.core.errors import InvalidError
from app.models import MaintenanceWindow, Monitor, Site, db
from app.service.actor import Actor

MOST = 1_000


def names_of(
    actor: Actor, windows: Iterable[MaintenanceWindow] = (), ids: Sequence[int] = ()
) -> dict[int, str]:
    """The names of the organization's sites and monitors that windows or `ids` name, by id."""
    wanted = {each for window in windows for each in (*window.site_ids, *window.monitor_ids)} | set(ids)
    found: dict[int, str] = {}
    for model in (Site, Monitor):
        rows = db.session.execute(
            select(model.id, model.name).where(
                model.organization_id == actor.organization_id, model.id.in_(wanted)
            )
        )
        found |= {row.id: row.name for row in rows}
    return found


def ids_named(actor: Actor, kind: Literal["sites", "monitors"], names: Sequence[str]) -> list[int]:
    """The ids of what is called so, all of a name. `InvalidError` names what there is not."""
    model = Site if kind == "sites" else Monitor
    if len(names) > MOST:
        raise InvalidError({kind: f"must name at most {MOST}"})
    rows = db.session.execute(
        select(model.id, model.name).where(
            model.organization_id == actor.organization_id, model.name.in_(names)
        )
    ).all()
    missing = set(names) - {name for _, name in rows}
    if missing:
        raise InvalidError({kind: f"nothing is called {min(missing)[:80]}"})
    return [row_id for row_id, _ in rows]
