"""What the other jobs have last seen of a site that a weakness scan cares about.

The certificate as monitors see it; the server's name of itself and the scripts as watched pages show them.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from app.models import Event, Monitor, MonitorState, Site, Snapshot, Watch, WatchView, db

SCRIPT_CLASSES = ("malicious_script", "miner", "skimmer", "resource_replaced")
_HEADERS = ("server", "x-powered-by")


def facts_seen(site: Site) -> dict[str, str]:
    """By name, a hash of what was seen; a name is left out while nobody has looked."""
    seen = {"certificate": _certificates(site), "server": _servers(site)}
    scripts = _scripts(site)
    db.session.commit()
    found = {name: _digest(value) for name, value in seen.items() if value}
    return {**found, "script": _digest(scripts)}


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16]


def _certificates(site: Site) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Monitor.id, MonitorState.facts)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.site_id == site.id, Monitor.is_paused.is_(False))
        .order_by(Monitor.id)
        .limit(100)
    ).all()
    found = ((monitor_id, ((facts or {}).get("tls") or {})) for monitor_id, facts in rows)
    return [(monitor_id, str(tls.get("fingerprint"))) for monitor_id, tls in found if tls]


def _servers(site: Site) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Watch.id, Snapshot.headers)
        .join(WatchView, WatchView.watch_id == Watch.id)
        .join(Snapshot, Snapshot.id == WatchView.snapshot_id)
        .where(Watch.site_id == site.id, WatchView.view == "plain")
        .order_by(Watch.id)
        .limit(100)
    ).all()
    return [
        (watch_id, ";".join(value for name, value in headers if str(name).lower() in _HEADERS))
        for watch_id, headers in rows
    ]


def _scripts(site: Site) -> list[int]:
    """The newest line of the timeline that says a page runs other code than before."""
    newest = db.session.scalar(
        select(Event.id)
        .where(
            Event.site_id == site.id,
            Event.kind.in_(["alert.opened", "alert.changed", "alert.approved", "alert.allowed"]),
            Event.cause.in_(SCRIPT_CLASSES),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    return [newest] if newest else []
