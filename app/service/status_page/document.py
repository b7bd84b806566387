"""What a status page says at this moment, as one document: made at most every fifteen seconds a page.

However many visitors look while everything burns, the database is asked as often as if there were one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from redis import RedisError
from sqlalchemy import func, select

from app.core.clock import from_ms, now_ms
from app.core.redis import get_redis
from app.models import Monitor, MonitorState, Site, StatusNotice, StatusPage, db
from app.models.rollup import DAY_MS, rollup_1d
from app.service.maintenance.calendar import upcoming
from app.service.overview import worst
from app.service.rollup.roller import marks
from app.service.rollup.sums import Sums, sums_of
from app.service.scope.current import everything

log = logging.getLogger("cloudeye.status_page")
KEPT_SECONDS = 15
# How long a document may take to be made before somebody else tries.
MAKING_SECONDS = 30
PAST_NOTICES = 15
SPANS = {"24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "90d": 90 * DAY_MS}
AHEAD_MS = 7 * DAY_MS
# A monitor's state → what visitors are told.
WORDS = {
    "UP": "up",
    "DEGRADED": "slow",
    "REGIONAL": "slow",
    "DOWN": "down",
    "MAINTENANCE": "maintenance",
    "UNKNOWN": "unknown",
    "PENDING": "unknown",
    "PAUSED": "unknown",
}
_GRAVEST = ("down", "slow", "maintenance", "up", "unknown")


@everything()
def published(slug: str) -> dict[str, Any] | None:
    """The document of a published page; None when there is none.

    While one visitor has it made anew, the others get the one before, so that many who come at once do not
    have it made many times.
    """
    kept = _kept(slug)
    if kept is not None and (now_ms() - kept.get("at_ms", 0) < KEPT_SECONDS * 1000 or not _begins(slug)):
        return kept.get("document") or None
    page = db.session.scalar(select(StatusPage).where(StatusPage.slug == slug))
    document = document_of(page) if page is not None and page.is_published else None
    _keep(slug, document)
    return document


def _kept(slug: str) -> dict[str, Any] | None:
    try:
        kept = get_redis().get(f"status:{slug}")
    except RedisError:
        return None
    return orjson.loads(kept) if isinstance(kept, bytes) else None


def _begins(slug: str) -> bool:
    """Whether it is this visitor who has it made anew."""
    try:
        return bool(get_redis().set(f"status:{slug}:making", 1, nx=True, ex=MAKING_SECONDS))
    except RedisError:
        return True


def _keep(slug: str, document: dict[str, Any] | None) -> None:
    kept = orjson.dumps({"at_ms": now_ms(), "document": document or {}})
    seconds = KEPT_SECONDS + (MAKING_SECONDS if document else 0)
    try:
        get_redis().set(f"status:{slug}", kept, ex=seconds)
        get_redis().delete(f"status:{slug}:making")
    except RedisError:
        log.warning("status_page.not_kept")


def forget(*slugs: str) -> None:
    """Make the documents of these pages anew with the next visitor."""
    try:
        get_redis().delete(*(f"status:{slug}" for slug in slugs))
    except RedisError:
        log.warning("status_page.not_forgotten")


def document_of(page: StatusPage, at_ms: int | None = None) -> dict[str, Any]:
    """The page as visitors see it. Moments are ISO 8601; shares are of judged time, 0 to 1, or None."""
    at_ms = now_ms() if at_ms is None else at_ms
    members = _members(page)
    ids = sorted({each.id for several in members.values() for each in several})
    known = select(MonitorState.monitor_id, MonitorState.state, MonitorState.last_total_ms).where(
        MonitorState.monitor_id.in_(ids)
    )
    rows = db.session.execute(known).all()
    states = {row.monitor_id: row.state for row in rows}
    times = {row.monitor_id: row.last_total_ms for row in rows} if page.shows_times else {}
    intervals = {each.id: each.interval_seconds * 1000 for row in members.values() for each in row}
    sums = {name: sums_of(intervals, at_ms - span, at_ms) for name, span in SPANS.items()}
    days = _days(ids, intervals, page.days, at_ms)
    items = [
        {
            **_item(item, members[item["key"]], states, sums, days),
            "total_ms": _slowest(times.get(each.id) for each in members[item["key"]]),
        }
        for item in page.items
    ]
    return {
        "slug": page.slug,
        "title": page.title,
        "intro": page.intro,
        "shows_times": page.shows_times,
        "days": page.days,
        "state": next((each for each in _GRAVEST if any(item["state"] == each for item in items)), "unknown"),
        "updated_at": from_ms(at_ms).isoformat(),
        "sections": _sections(items),
        "notices": [notice_document(each) for each in _open_notices(page)],
        "past": [notice_document(each) for each in _past_notices(page)],
        "planned": _planned(page, members, at_ms),
    }


def _members(page: StatusPage) -> dict[str, list[Monitor]]:
    """The monitors of each item, by the item's key. Paused ones say nothing to visitors."""
    site_ids = [item["id"] for item in page.items if item["kind"] == "site"]
    monitor_ids = [item["id"] for item in page.items if item["kind"] == "monitor"]
    rows = db.session.scalars(
        select(Monitor)
        .join(Site, Site.id == Monitor.site_id)
        .where(
            Monitor.organization_id == page.organization_id,
            Site.archived_at.is_(None),
            Monitor.is_paused.is_(False),
            Monitor.site_id.in_(site_ids) | Monitor.id.in_(monitor_ids),
        )
    ).all()
    by_site: dict[int, list[Monitor]] = defaultdict(list)
    for row in rows:
        by_site[row.site_id].append(row)
    by_id = {row.id: row for row in rows}
    return {
        item["key"]: by_site[item["id"]]
        if item["kind"] == "site"
        else [by_id[each] for each in (item["id"],) if each in by_id]
        for item in page.items
    }


def _item(
    item: dict[str, Any],
    monitors: Sequence[Monitor],
    states: Mapping[int, str],
    sums: Mapping[str, Mapping[int, Sums]],
    days: Mapping[int, Mapping[int, float]],
) -> dict[str, Any]:
    state = worst(states[each.id] for each in monitors if each.id in states)
    return {
        "key": item["key"],
        "name": item["name"],
        "section": item["section"],
        "state": WORDS.get(state or "UNKNOWN", "unknown"),
        "uptime": {name: _least(_share(found[each.id]) for each in monitors) for name, found in sums.items()},
        "days": [
            {"day": from_ms(start).date().isoformat(), "share": _least(of.get(each.id) for each in monitors)}
            for start, of in sorted(days.items())
        ],
    }


def _share(sums: Sums) -> float | None:
    """Good time among judged time, outside planned work; None when nothing was judged."""
    up, down, _unknown, degraded = sums.covered_ms
    judged = up + down + degraded
    return (up + degraded) / judged if judged else None


def _slowest(times_ms: Iterable[float | None]) -> float | None:
    return max((each for each in times_ms if each is not None), default=None)


def _least(shares: Iterable[float | None]) -> float | None:
    """An item is as good as the worst of its monitors."""
    return min((each for each in shares if each is not None), default=None)


def _days(
    ids: Sequence[int], intervals: Mapping[int, int], count: int, at_ms: int
) -> dict[int, dict[int, float]]:
    """The share of good time by the day's beginning (unix ms, UTC) and monitor, today's too."""
    today = at_ms - at_ms % DAY_MS
    first = today - (count - 1) * DAY_MS
    found: dict[int, dict[int, float]] = {start: {} for start in range(first, today + 1, DAY_MS)}
    columns = rollup_1d.c
    good = func.sum(columns.up_ms + columns.degraded_ms)
    judged = func.sum(columns.up_ms + columns.degraded_ms + columns.down_ms)
    rows = db.session.execute(
        select(columns.monitor_id, columns.start_ms, good, judged)
        .where(columns.monitor_id.in_(ids), columns.start_ms >= first, columns.start_ms < today)
        .group_by(columns.monitor_id, columns.start_ms)
    )
    for monitor_id, start_ms, good_ms, judged_ms in rows:
        if judged_ms:
            found[start_ms][monitor_id] = float(good_ms) / float(judged_ms)
    # Today, and for some minutes after midnight yesterday, are not rolled up to a day yet.
    for start_ms in (today - DAY_MS, today) if marks().get("1d", 0) < today else (today,):
        for monitor_id, sums in sums_of(intervals, start_ms, min(start_ms + DAY_MS, at_ms)).items():
            share = _share(sums)
            if share is not None and start_ms in found:
                found[start_ms][monitor_id] = share
    return found


def _sections(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items under their headings, in the order of their first."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        sections.setdefault(item["section"], []).append(item)
    return [{"title": title, "lines": several} for title, several in sections.items()]


def _open_notices(page: StatusPage) -> Sequence[StatusNotice]:
    return db.session.scalars(
        select(StatusNotice)
        .where(StatusNotice.page_id == page.id, StatusNotice.resolved_at.is_(None))
        .order_by(StatusNotice.id.desc())
        .limit(PAST_NOTICES)
    ).all()


def _past_notices(page: StatusPage) -> Sequence[StatusNotice]:
    return db.session.scalars(
        select(StatusNotice)
        .where(StatusNotice.page_id == page.id, StatusNotice.resolved_at.is_not(None))
        .order_by(StatusNotice.id.desc())
        .limit(PAST_NOTICES)
    ).all()


def notice_document(notice: StatusNotice) -> dict[str, Any]:
    return {
        "id": str(notice.id),
        "title": notice.title,
        "state": notice.state,
        "created_at": notice.created_at.isoformat(),
        "resolved_at": notice.resolved_at.isoformat() if notice.resolved_at else None,
        "updates": [
            {"at": each.at.isoformat(), "state": each.state, "text": each.text} for each in notice.updates
        ],
    }


def _planned(page: StatusPage, members: Mapping[str, Sequence[Monitor]], at_ms: int) -> list[dict[str, Any]]:
    """Planned work that is under way or begins within a week and covers something of the page."""
    shown = {each.id for several in members.values() for each in several}
    return [
        {
            "name": entry.window.name,
            "starts_at": from_ms(entry.span.start_ms).isoformat(),
            "ends_at": from_ms(entry.span.end_ms).isoformat(),
            "is_running": entry.span.start_ms <= at_ms,
        }
        for entry in upcoming(page.organization_id, at_ms, at_ms + AHEAD_MS, shown)
    ]
