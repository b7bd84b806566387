"""Planned work as pages show it: rows of a list, and a month's calendar."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import url_for
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.clock import from_ms, now, to_ms
from app.engine.usability.alerting.recurrence import Span
from app.models import MaintenanceWindow
from app.service.maintenance.calendar import Entry, standing
from app.web.forms.repeat import in_words
from app.web.times import duration

STATES = {
    "running": (_l("under way"), "care"),
    "planned": (_l("planned"), "quiet"),
    "over": (_l("over"), "quiet"),
}
_MONDAY_FIRST = Calendar(0)


def window_row(window: MaintenanceWindow, names: dict[int, str]) -> dict[str, Any]:
    """`names` are the sites' and monitors' that windows of the page name, by id."""
    found = standing(window)
    words, look = STATES[found.state]
    span = found.running or found.coming
    if not window.is_enabled:
        words, look = _("switched off"), "quiet"
    return {
        "window": window,
        "state": str(words),
        "look": look,
        "is_running": found.running is not None,
        "has_next": found.coming is not None,
        "from": from_ms(span.start_ms) if span else None,
        "to": from_ms(span.end_ms) if span else None,
        "repeat": in_words(window.rule),
        "length": duration(window.minutes * 60),
        "covers": covers(window, names),
    }


def covers(window: MaintenanceWindow, names: dict[int, str]) -> list[str]:
    """What a window covers, in words; the first few by name."""
    if window.covers_all:
        return [_("everything")]
    named = [names[each] for each in (*window.site_ids, *window.monitor_ids) if each in names]
    named += [f"#{tag}" for tag in window.tags]
    if len(named) > 4:
        rest = len(named) - 3
        return [*named[:3], ngettext("%(num)d more", "%(num)d more", rest)]
    return named


def span_row(span: Span, zone: str) -> dict[str, Any]:
    """A time by the wall clock of the plan's zone, with the offset, so that a change of clocks shows."""
    starts = datetime.fromtimestamp(span.start_ms / 1000, ZoneInfo(zone))
    ends = datetime.fromtimestamp(span.end_ms / 1000, ZoneInfo(zone))
    shown = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%Y-%m-%d %H:%M}"
    return {
        "day": format_date(starts.date(), "EEE yyyy-MM-dd"),
        "from": f"{starts:%H:%M}",
        "to": shown,
        "offset": f"UTC{starts:%z}"[:6] + ":" + f"{starts:%z}"[3:5],
    }


def months(first: date) -> dict[str, str]:
    """Links to the months before and after."""
    before, after = first - timedelta(days=1), (first + timedelta(days=32)).replace(day=1)
    return {
        "before": url_for("web.maintenance", month=f"{before:%Y-%m}"),
        "after": url_for("web.maintenance", month=f"{after:%Y-%m}"),
        "title": format_skeleton("yMMMM", first, locale=get_locale()),
    }


def month_bounds(first: date, zone: str) -> tuple[int, int]:
    """The weeks that a month's calendar shows, as unix ms."""
    days = list(_MONDAY_FIRST.itermonthdates(first.year, first.month))
    return _midnight(days[0], zone), _midnight(days[-1] + timedelta(days=1), zone)


def _midnight(day: date, zone: str) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def weeks(first: date, found: Sequence[Entry], zone: str) -> list[list[dict[str, Any]]]:
    """A month's weeks of days, each with what takes place on it by the organization's clock."""
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    here = ZoneInfo(zone)
    for entry in found:
        starts = datetime.fromtimestamp(entry.span.start_ms / 1000, here)
        last = datetime.fromtimestamp((entry.span.end_ms - 1) / 1000, here).date()
        day = starts.date()
        while day <= last:
            by_day[day].append(
                {
                    "name": entry.window.name,
                    "url": url_for("web.maintenance_edit", window_id=entry.window.id),
                    "at": f"{starts:%H:%M}" if day == starts.date() else "…",
                }
            )
            day += timedelta(days=1)
    today = now().astimezone(here).date()
    return [
        [
            {
                "day": day,
                "title": format_skeleton("MMMEd", day, locale=get_locale()),
                "is_other": day.month != first.month,
                "is_today": day == today,
                "is_past": day < today and first.month == today.month and first.year == today.year,
                "entries": by_day[day],
            }
            for day in week
        ]
        for week in _MONDAY_FIRST.monthdatescalendar(first.year, first.month)
    ]


def weekdays() -> list[str]:
    return [format_date(date(2024, 1, day), "EEE") for day in range(1, 8)]
