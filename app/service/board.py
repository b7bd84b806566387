"""Everything at a glance: how many monitors are in which state, and the sites, the worst first.

Many people, and screens on walls, look at the same board: it is made at most every two seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from redis import RedisError
from sqlalchemy import ColumnElement, case, func, select

from app.core.redis import get_redis
from app.models import Monitor, MonitorState, Site, SiteTag, db
from app.service.actor import Actor
from app.service.overview import WORST_FIRST
from app.service.scope.scope import scope_key

log = logging.getLogger("cloudeye.board")
KEPT_MS = 2_000
MOST_TILES = 500
BAD = ("DOWN", "REGIONAL", "DEGRADED")
WORRYING = (*BAD, "UNKNOWN")


@dataclass(slots=True)
class Tile:
    """One site. `state` is None without monitors; `bad` counts those of `total` that are not well."""

    id: int
    name: str
    state: str | None
    since_ms: int | None
    bad: int
    total: int
    total_ms: float | None


@dataclass(slots=True)
class Board:
    """`monitors` counts by state; `tiles` are at most 500 of `site_count` sites, the worst first."""

    monitors: dict[str, int] = field(default_factory=dict)
    tiles: list[Tile] = field(default_factory=list)
    site_count: int = 0


def board(actor: Actor, tag: str | None = None) -> Board:
    """The organization's board, or that of its sites with a tag; at most two seconds old."""
    key = f"board:{actor.organization_id}:{scope_key(actor.scope)}:{tag or ''}"
    try:
        kept = get_redis().get(key)
    except RedisError:
        kept = None
    if isinstance(kept, bytes):
        return _read(kept)
    made = _make(actor.organization_id, tag)
    try:
        get_redis().set(key, orjson.dumps(asdict(made)), px=KEPT_MS)
    except RedisError:
        log.warning("board.not_kept")
    return made


def _read(kept: bytes) -> Board:
    values: dict[str, Any] = orjson.loads(kept)
    tiles = [Tile(**each) for each in values["tiles"]]
    return Board(values["monitors"], tiles, values["site_count"])


def _make(organization_id: int, tag: str | None) -> Board:
    """1. Count by state. 2. Those that are not well. 3. As many of the others as there is room for."""
    living = _living(organization_id, tag)
    states = _states(living)
    counts = db.session.execute(
        select(MonitorState.state, func.count().label("number")).where(*states).group_by(MonitorState.state)
    )
    monitors = {row.state: row.number for row in counts}
    site_count = db.session.scalar(select(func.count()).where(*living)) or 0
    worrying = db.session.scalars(
        select(Monitor.site_id)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(*states, MonitorState.state.in_(WORRYING))
        .order_by(case({state: rank for rank, state in enumerate(WORRYING)}, value=MonitorState.state))
        .limit(2 * MOST_TILES)
    )
    chosen = list(dict.fromkeys(worrying))[:MOST_TILES]
    if len(chosen) < MOST_TILES:
        others = db.session.scalars(select(Site.id).where(*living).order_by(Site.name).limit(MOST_TILES))
        chosen = list(dict.fromkeys([*chosen, *others]))[:MOST_TILES]
    return Board(monitors, sorted(_tiles(chosen), key=_order), site_count)


def _living(organization_id: int, tag: str | None) -> list[ColumnElement[bool]]:
    """The sites of the board."""
    wanted = [Site.organization_id == organization_id, Site.archived_at.is_(None)]
    if tag:
        tagged = select(SiteTag.site_id).where(SiteTag.organization_id == organization_id, SiteTag.tag == tag)
        wanted.append(Site.id.in_(tagged))
    return wanted


def _states(living: list[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The joins of states, monitors and the board's sites."""
    return [Monitor.id == MonitorState.monitor_id, Site.id == Monitor.site_id, *living]


def _tiles(site_ids: Sequence[int]) -> list[Tile]:
    names = db.session.execute(select(Site.id, Site.name).where(Site.id.in_(site_ids)))
    tiles = {row.id: Tile(row.id, row.name, None, None, 0, 0, None) for row in names}
    rows = db.session.execute(
        select(Monitor.site_id, MonitorState.state, MonitorState.since_ms, MonitorState.last_total_ms)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.site_id.in_(site_ids))
    )
    for site_id, state, since_ms, total_ms in rows:
        _add(tiles[site_id], state, since_ms, total_ms)
    return list(tiles.values())


def _add(tile: Tile, state: str, since_ms: int, total_ms: float | None) -> None:
    tile.total += 1
    tile.bad += state in BAD
    if total_ms is not None and state != "PAUSED":
        tile.total_ms = max(tile.total_ms or 0.0, total_ms)
    if tile.state is None or WORST_FIRST.index(state) < WORST_FIRST.index(tile.state):
        tile.state, tile.since_ms = state, since_ms
    elif state == tile.state:
        tile.since_ms = min(since_ms, tile.since_ms or since_ms)


def _order(tile: Tile) -> tuple[int, str]:
    rank = WORST_FIRST.index(tile.state) if tile.state else len(WORST_FIRST)
    return rank, tile.name.casefold()
