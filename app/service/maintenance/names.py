"""Sites and monitors by their names, as people write them, and the names of those a window covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from sqlalchemy import Select, and_, or_, select

from app.core.errors import InvalidError
from app.models import MaintenanceWindow, Monitor, Site, db
from app.service.actor import Actor

MOST = 1_000
Kind = Literal["sites", "monitors"]


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


def ids_named(actor: Actor, kind: Kind, names: Sequence[str], kept: Collection[int] = ()) -> list[int]:
    """The ids of what is called so: all of a name, or of one that some of `kept` have, those alone.

    `InvalidError` names what there is not.
    """
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
    held = {name for row_id, name in rows if row_id in kept}
    return [row_id for row_id, name in rows if row_id in kept or name not in held]


def id_named(actor: Actor, kind: Kind, name: str, kept: int = 0) -> int:
    """The id of the one that is called so: `kept` if it is, else what is on no archived site.

    A monitor may be told by its site too: `Home page · Shop`. `InvalidError` for none, and for several.
    """
    found = set(db.session.scalars(_called(actor, kind, name, kept)))
    if kept in found:
        return kept
    if not found:
        raise InvalidError({kind: f"nothing is called {name[:80]}"})
    if len(found) > 1:
        several = "several sites" if kind == "sites" else "several monitors"
        raise InvalidError({kind: f"{several} are called {name[:80]}"})
    return found.pop()


def _called(actor: Actor, kind: Kind, name: str, kept: int) -> Select[int]:
    if kind == "sites":
        is_so = and_(Site.name == name, or_(Site.archived_at.is_(None), Site.id == kept))
        return select(Site.id).where(Site.organization_id == actor.organization_id, is_so)
    names = or_(Monitor.name == name, Monitor.name + " · " + Site.name == name)
    is_so = and_(names, or_(Site.archived_at.is_(None), Monitor.id == kept))
    return select(Monitor.id).join(Site).where(Monitor.organization_id == actor.organization_id, is_so)
