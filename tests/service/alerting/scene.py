"""The stage of the alerting tests: monitors that go down and up by themselves, and what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.clock import from_ms, to_ms
from app.core.snowflake import next_id
from app.models import (
    Channel,
    Delivery,
    Incident,
    IncidentNotice,
    Monitor,
    MonitorDependency,
    MonitorState,
    Organization,
    Site,
    db,
    write,
)
from app.service.actor import Actor
from app.service.alerting import mark
from app.service.alerting.decide import decide_pending
from app.service.channel.manage import create_channel

START = datetime(2026, 11, 18, 12, 0, 0, tzinfo=UTC)  # a Wednesday at noon
MINUTE = 60


@dataclass
class Scene:
    """Time stands at `at` until somebody moves it; every look decides what is due then."""

    owner: Actor
    at: datetime = START
    monitors: dict[str, int] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)
    site_id: int = 0

    def channel(self, name: str, **manners: Any) -> int:
        made = create_channel(
            self.owner, {"type": "webhook", "name": name, "config": {"url": "https://hook.example/"}}
        )
        if manners:
            with write() as session:
                session.get_one(Channel, made.id).manners = manners
        self.channels[name] = made.id
        return made.id

    def wishes(self, **wishes: Any) -> None:
        with write() as session:
            session.get_one(Organization, self.owner.organization_id).alerting = wishes

    def monitor(self, name: str, parents: Sequence[str] = (), **values: Any) -> int:
        """A monitor that is up and has just been looked at."""
        with write() as session:
            if not self.site_id:
                site = Site(
                    organization_id=self.owner.organization_id, name="Shop", base_url="https://shop.example"
                )
                session.add(site)
                session.flush()
                self.site_id = site.id
            monitor = Monitor(
                id=next_id(),
                organization_id=self.owner.organization_id,
                site_id=self.site_id,
                type="http",
                name=name,
                **values,
            )
            at_ms = to_ms(self.at)
            monitor.state = MonitorState(
                state="UP", since_ms=at_ms, last_due_ms=at_ms, last_known_ms=at_ms, last_status="up"
            )
            session.add(monitor)
            session.flush()
            session.add_all(
                MonitorDependency(monitor_id=monitor.id, parent_id=self.monitors[parent])
                for parent in parents
            )
        self.monitors[name] = monitor.id
        return monitor.id

    def move(self, seconds: float = 0, *, to: datetime | None = None) -> None:
        self.at = to or self.at + timedelta(seconds=seconds)

    def fail(self, *names: str, level: str = "down", after: float = 60) -> None:
        """Their failure began `after` seconds ago and is certain now."""
        for name in names:
            with write() as session:
                monitor = session.get_one(Monitor, self.monitors[name])
                incident = Incident(
                    id=next_id(),
                    organization_id=monitor.organization_id,
                    site_id=monitor.site_id,
                    monitor_id=monitor.id,
                    cause="connect_refused",
                    detail={"host": "shop.example", "port": 443},
                    level=level,
                    started_at=self.at - timedelta(seconds=after),
                    opened_at=self.at,
                )
                session.add(incident)
                state = session.get_one(MonitorState, monitor.id)
                state.state, state.failures, state.incident_id = level.upper(), 2, incident.id
                state.last_due_ms = to_ms(self.at)
                mark.opened(session, monitor, incident)

    def recover(self, *names: str, **values: Any) -> None:
        for name in names:
            with write() as session:
                incident = session.get_one(Incident, self.open_incident(name).id)
                incident.closed_at, incident.closed_by = self.at, "recovery"
                for key, value in values.items():
                    setattr(incident, key, value)
                state = session.get_one(MonitorState, self.monitors[name])
                state.state, state.failures, state.incident_id = "UP", 0, None
                state.last_due_ms = to_ms(self.at)
                (mark.changed if incident.is_withdrawn else mark.closed)(session, incident)

    def look_at(self, name: str, **values: Any) -> None:
        """A result came: the monitor's state was looked at now."""
        with write() as session:
            state = session.get_one(MonitorState, self.monitors[name])
            state.last_due_ms = to_ms(self.at)
            for key, value in values.items():
                setattr(state, key, value)

    def become(self, name: str, level: str) -> None:
        with write() as session:
            incident = session.get_one(Incident, self.open_incident(name).id)
            incident.level = level
            mark.changed(session, incident)

    def open_incident(self, name: str) -> Incident:
        return self._incident(name, Incident.closed_at.is_(None))

    def last_incident(self, name: str) -> Incident:
        return self._incident(name)

    def _incident(self, name: str, *conditions: Any) -> Incident:
        return db.session.execute(
            select(Incident)
            .where(Incident.monitor_id == self.monitors[name], *conditions)
            .order_by(Incident.id.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        ).scalar_one()

    def look(self, seconds: float = 0) -> list[str]:
        """Move time on, decide, and give what that put into the outbox: `channel kind what`."""
        self.move(seconds)
        known = set(db.session.scalars(select(Delivery.id)))
        decide_pending(self.at)
        names = {channel_id: name for name, channel_id in self.channels.items()}
        rows = db.session.scalars(select(Delivery).order_by(Delivery.id))
        return [f"{names[row.channel_id]} {said(row)}" for row in rows if row.id not in known]

    def notices(self, name: str) -> list[tuple[str, str, str | None]]:
        """Every decision about the monitor's last incident: (kind, state, held_by)."""
        rows = db.session.scalars(
            select(IncidentNotice)
            .where(IncidentNotice.incident_id == self.last_incident(name).id)
            .order_by(IncidentNotice.id)
            .execution_options(populate_existing=True)
        )
        return [(row.kind, row.state, row.held_by) for row in rows]


def said(row: Delivery) -> str:
    """A delivery as a word: its kind, and whom it is about."""
    group = row.message.get("group")
    if group:
        names = sorted(each["monitor"] for each in group["incidents"])
        return f"{row.kind} {group['count']}:{','.join(names)}"
    return f"{row.kind} {row.message['monitor']['name']}"


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


__all__ = ["START", "Scene", "clock", "from_ms", "said"]
