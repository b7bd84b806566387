"""What else happened when an incident began: releases, alerts, certificates, neighbours, the network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Integer, func, select

from app.core.redis import TtlCache
from app.engine.usability.cause.case import Around
from app.engine.usability.cause.groups import NETWORK
from app.models import Alert, Deployment, Event, Incident, Location, Monitor, MonitorState, Watch, db
from app.service.scope.current import everything

RELEASE_BEFORE = timedelta(minutes=30)
CERTIFICATE_BEFORE = timedelta(days=1)
IDENTITIES = {"certificate": "fingerprint", "issuer": "issuer"}
TROUBLE = ("DOWN", "REGIONAL", "DEGRADED")
# How many sites there are, and how many of them fail as if the network were gone: one question a turn.
_shares: TtlCache[dict[int, int]] = TtlCache(5, 8)


def around(incident: Incident, monitor: Monitor) -> Around:
    """Everything but the samples."""
    ups, downs, same_host = _neighbours(monitor)
    failing = _failing_sites()
    certificate = certificate_change(incident)["after"]
    return Around(
        deployment_minutes=_release(incident),
        tampered=_tampered(incident),
        issuer=certificate.get("issuer"),
        fingerprint=certificate.get("fingerprint"),
        others_up=ups,
        others_down=downs,
        same_host_up=same_host,
        sites_failing=sum(bad for site, bad in failing.items() if site != incident.site_id),
        sites_probed=sum(1 for site in failing if site != incident.site_id),
    )


def certificate_change(incident: Incident) -> dict[str, dict[str, str]]:
    """{"before", "after"}: issuer and fingerprint, where the monitor saw another certificate within a day."""
    rows = db.session.scalars(
        select(Event.detail)
        .where(
            Event.site_id == incident.site_id,
            Event.monitor_id == incident.monitor_id,
            Event.kind == "monitor.identity",
            Event.at > incident.started_at - CERTIFICATE_BEFORE,
        )
        .order_by(Event.id)
        .limit(20)
    )
    found: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    for detail in rows:
        name = IDENTITIES.get(detail.get("name", ""))
        if name is not None:
            found["before"].setdefault(name, str(detail["before"]))
            found["after"][name] = str(detail["after"])
    return found


def networks() -> dict[str, str]:
    """What the control targets of each location last said: here, offline or none."""
    found = {}
    for code, report in db.session.execute(select(Location.code, Location.last_report)):
        states = {each.get("control", {}).get("state") for each in (report or {}).get("probes", {}).values()}
        found[code] = "offline" if states == {"offline"} else "here" if "here" in states else "none"
    return found


def _release(incident: Incident) -> int | None:
    """Minutes from the newest release's beginning to the first failure."""
    starts = db.session.scalar(
        select(Deployment.starts_at)
        .where(
            Deployment.site_id == incident.site_id,
            Deployment.starts_at.between(incident.started_at - RELEASE_BEFORE, incident.started_at),
        )
        .order_by(Deployment.starts_at.desc())
        .limit(1)
    )
    return None if starts is None else int((incident.started_at - starts).total_seconds() // 60)


def _tampered(incident: Incident) -> str | None:
    return db.session.scalar(
        select(Watch.name)
        .join(Alert, Alert.watch_id == Watch.id)
        .where(Alert.site_id == incident.site_id, Alert.closed_at.is_(None), Alert.level == "alert")
        .limit(1)
    )


def _neighbours(monitor: Monitor) -> tuple[int, int, int]:
    """Of the site's other monitors: how many are up, how many fail, and how many are up on the same host."""
    rows = db.session.execute(
        select(Monitor.config, MonitorState.state)
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.site_id == monitor.site_id, Monitor.id != monitor.id, Monitor.is_paused.is_(False))
        .limit(500)
    ).all()
    host = host_of(monitor.config)
    ups = [config for config, state in rows if state == "UP"]
    same = sum(1 for config in ups if host and host_of(config) == host)
    return len(ups), sum(1 for _, state in rows if state in TROUBLE), same


def host_of(config: dict[str, Any]) -> str:
    """The host a monitor's configuration names; empty when it names none."""
    if config.get("host"):
        return str(config["host"]).lower()
    try:
        return (urlsplit(str(config.get("url", ""))).hostname or "").lower()
    except ValueError:
        return ""


def _failing_sites() -> dict[int, int]:
    """Site id → 1 when one of its monitors fails as if the network were gone, else 0."""
    return _shares.get_or_make(str(db.engine.url), _ask_failing_sites)


@everything()
def _ask_failing_sites() -> dict[int, int]:
    fails = MonitorState.state.in_(TROUBLE) & MonitorState.last_reason.in_(sorted(NETWORK))
    rows = db.session.execute(
        select(Monitor.site_id, func.max(func.cast(fails, Integer)))
        .join(MonitorState, MonitorState.monitor_id == Monitor.id)
        .where(Monitor.is_paused.is_(False))
        .group_by(Monitor.site_id)
    )
    return {site: int(bad or 0) for site, bad in rows}
