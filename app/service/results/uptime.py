"""Availability over a span, in percent of time, of monitors and what they belong to.

What counts, and how:

- A sample stands for the time until the next one, at most its monitor's interval. A retry between two checks
  counts for the seconds it covers only; time that nobody measured belongs to nobody.
- Good is up and degraded (slow); bad is down. **Unknown** time, when the probe could not judge, counts as
  neither and is told apart; so is the time nobody measured, by what is missing to the length of the span.
- **Maintenance** is left out, unless asked for: then what was measured during it counts by its status.
- Several locations are vantage points of equal weight: their covered times are added up.
- Spans are of whole 5 minutes; of times whose 5 minutes are no longer kept, of whole hours or days (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.core.clock import now
from app.core.errors import InvalidError, NotFoundError
from app.engine.usability.series.rollup import Rollup
from app.models import GroupMember, Monitor, Organization, Site, SiteTag, db
from app.models.rollup import DAY_MS
from app.service.actor import Actor
from app.service.monitor.manage import get_monitor
from app.service.paging import Page, cut, decode_cursor
from app.service.results.samples import midnight_ms
from app.service.rollup.read import rollups
from app.service.rollup.sums import Sums, sums_of

MAX_DAYS = 400
MAX_SPAN_DAYS = 1_100
BY = ("monitor", "site", "tag", "group")
UP, DOWN, UNKNOWN, DEGRADED = range(4)


@dataclass(frozen=True, slots=True)
class Uptime:
    """Milliseconds by what was measured; `percent` is None when nothing could be judged."""

    up_ms: int
    degraded_ms: int
    down_ms: int
    unknown_ms: int
    maintenance_ms: int
    checks: int
    failed: int

    @property
    def percent(self) -> float | None:
        judged = self.up_ms + self.degraded_ms + self.down_ms
        return 100 * (self.up_ms + self.degraded_ms) / judged if judged else None

    def document(self) -> dict[str, Any]:
        return {
            "uptime": None if self.percent is None else round(self.percent, 5),
            "up_ms": self.up_ms,
            "degraded_ms": self.degraded_ms,
            "down_ms": self.down_ms,
            "unknown_ms": self.unknown_ms,
            "maintenance_ms": self.maintenance_ms,
            "checks": self.checks,
            "failed": self.failed,
        }


def uptime_of(sums: Sums | Rollup, *, with_maintenance: bool = False) -> Uptime:
    """What counts and covered times come to."""
    covered, counts = list(sums.covered_ms), list(sums.counts)
    if with_maintenance:
        covered = [mine + planned for mine, planned in zip(covered, sums.planned_ms, strict=True)]
        counts = [mine + planned for mine, planned in zip(counts, sums.planned, strict=True)]
    return Uptime(
        up_ms=covered[UP],
        degraded_ms=covered[DEGRADED],
        down_ms=covered[DOWN],
        unknown_ms=covered[UNKNOWN],
        maintenance_ms=sum(sums.planned_ms),
        checks=sum(counts),
        failed=counts[DOWN],
    )


def list_days(actor: Actor, monitor_id: int, *, days: int = 30) -> list[dict[str, Any]]:
    """The last `days` UTC days, oldest first: {day, counts by status, times, uptime}."""
    monitor = get_monitor(actor, monitor_id)
    today = now().date()
    first = today - timedelta(days=min(days, MAX_DAYS) - 1)
    made = rollups(
        monitor_id, monitor.interval_seconds * 1000, midnight_ms(first), midnight_ms(today) + DAY_MS, "1d"
    )
    told = []
    for back in range(min(days, MAX_DAYS)):
        day = first + timedelta(days=back)
        rollup = made.get(midnight_ms(day), Rollup())
        told.append(
            {
                "day": day.isoformat(),
                **uptime_of(rollup).document(),
                "up": rollup.counts[UP],
                "degraded": rollup.counts[DEGRADED],
                "down": rollup.counts[DOWN],
                "unknown": rollup.counts[UNKNOWN],
                "maintenance": sum(rollup.planned),
            }
        )
    return told


Key = tuple[str, str, str]
"""Of a line: its site's name, its own, and its id or tag."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for."""

    from_ms: int
    to_ms: int
    by: str = "monitor"
    site_id: int | None = None
    tag: str | None = None
    with_maintenance: bool = False

    def __post_init__(self) -> None:
        if self.to_ms <= self.from_ms:
            raise InvalidError({"to": "must be after from"})
        if self.to_ms - self.from_ms > MAX_SPAN_DAYS * DAY_MS:
            raise InvalidError({"to": f"must be at most {MAX_SPAN_DAYS} days after from"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report: what it is about, and how it was. `key` is an id, or a tag."""

    key: str
    name: str
    site: str
    monitors: int
    uptime: Uptime


def report(
    organization_id: int, *, after: Key | None = None, most: int | None = None, **asked: Any
) -> list[Line]:
    """An organization's uptime over a span, line by line in the order of sites and names.

    What is `asked` is an `Asked`; `by` says what a line is: a monitor, a site, a tag, or a group monitor with
    all its members together. Only what lines are given for is added up: `most` of them, those behind `after`.
    Raises InvalidError when the span is none or too long.
    """
    wanted = Asked(**asked)
    monitors = _monitors(organization_id, wanted.site_id, wanted.tag)
    groups = _grouped(organization_id, monitors, wanted.by)
    keys = sorted(key for key in groups if after is None or key > after)[:most]
    ids = {each for key in keys for each in groups[key]}
    intervals = {each.id: each.interval_seconds * 1000 for each in monitors if each.id in ids}
    sums = sums_of(intervals, wanted.from_ms, wanted.to_ms)
    lines = []
    for key in keys:
        whole = Sums()
        for each in groups[key]:
            whole.add_sums(sums[each])
        uptime = uptime_of(whole, with_maintenance=wanted.with_maintenance)
        lines.append(Line(key[2], key[1], key[0], len(groups[key]), uptime))
    return lines


def count_monitors(organization_id: int) -> int:
    """How many monitors a report of an organization looks at, at most."""
    statement = select(func.count()).select_from(Monitor).where(Monitor.organization_id == organization_id)
    return int(db.session.scalar(statement) or 0)


def organization_called(code: str | None) -> int:
    """The id of the organization of this code, for an operator at a prompt; without one, of the only one."""
    statement = select(Organization.id).limit(2)
    found = list(db.session.scalars(statement.where(Organization.code == code) if code else statement))
    if len(found) != 1:
        raise NotFoundError(f"there is no organization {code}" if code else "say which organization")
    return found[0]


def report_page(actor: Actor, *, cursor: str | None = None, limit: int = 50, **asked: Any) -> Page[Line]:
    """The same in pages."""
    values = decode_cursor(cursor, [str, str, str]) if cursor else None
    after = (values[0], values[1], values[2]) if values else None
    lines = report(actor.organization_id, after=after, most=limit + 1, **asked)
    return cut(lines, limit, lambda each: [each.site, each.name, each.key])


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    name: str
    type: str
    interval_seconds: int
    site_id: int
    site: str


def _monitors(organization_id: int, site_id: int | None, tag: str | None) -> list[_Row]:
    statement = (
        select(Monitor.id, Monitor.name, Monitor.type, Monitor.interval_seconds, Monitor.site_id, Site.name)
        .join(Site, Site.id == Monitor.site_id)
        .where(Monitor.organization_id == organization_id, Site.archived_at.is_(None))
    )
    if site_id is not None:
        statement = statement.where(Monitor.site_id == site_id)
    if tag:
        tagged = select(SiteTag.site_id).where(SiteTag.organization_id == organization_id, SiteTag.tag == tag)
        statement = statement.where(Monitor.site_id.in_(tagged))
    return [_Row(*row) for row in db.session.execute(statement)]


def _grouped(organization_id: int, monitors: Iterable[_Row], by: str) -> Mapping[Key, list[int]]:
    """Monitor ids by line. What a group measures, its members have measured: it counts nowhere else."""
    groups: dict[Key, list[int]] = {}
    rows = {each.id: each for each in monitors}
    if by == "monitor":
        return {(each.site, each.name, str(each.id)): [each.id] for each in rows.values()}
    if by == "group":
        return _by_group(rows)
    plain = [each for each in rows.values() if each.type != "group"]
    if by == "site":
        for each in plain:
            groups.setdefault((each.site, each.site, str(each.site_id)), []).append(each.id)
        return groups
    sites: dict[int, list[str]] = {}
    for tag, site_id in db.session.execute(
        select(SiteTag.tag, SiteTag.site_id).where(SiteTag.organization_id == organization_id)
    ):
        sites.setdefault(site_id, []).append(tag)
    for each in plain:
        for tag in sites.get(each.site_id, ()):
            groups.setdefault(("", tag, tag), []).append(each.id)
    return groups


def _by_group(rows: Mapping[int, _Row]) -> Mapping[Key, list[int]]:
    groups: dict[Key, list[int]] = {}
    named = [each.id for each in rows.values() if each.type == "group"]
    members = db.session.execute(
        select(GroupMember.group_id, GroupMember.member_id).where(GroupMember.group_id.in_(named))
    )
    for group_id, member_id in members:
        if member_id in rows:
            group = rows[group_id]
            groups.setdefault((group.site, group.name, str(group.id)), []).append(member_id)
    return groups
