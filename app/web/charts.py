"""The numbers behind charts, strips and maps, and the choice of the span they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask_babel import gettext as _

from app.core.clock import from_ms, now_ms, to_ms
from app.service.actor import Actor
from app.service.monitor.manage import get_monitor
from app.service.results.series import series_of, strip
from app.web.present.state import reason_sentence, strip_cells, uptime

HOUR = 3_600_000
DAY = 24 * HOUR
RANGES = {"1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "1y": 365 * DAY}
DEFAULT_RANGE = "24h"
STRIP_CELLS = 72
HEAT_DAYS = 28
MAX_REASONS = 8


def chosen_range(born: datetime | None = None) -> str:
    """The range in the address; else a day, or less for what was `born` only just now."""
    wanted = request.args.get("range", "")
    if wanted in RANGES:
        return wanted
    age_ms = now_ms() - to_ms(born) if born else RANGES[DEFAULT_RANGE]
    return next((key for key in ("1h", "6h") if age_ms < 2 * RANGES[key]), DEFAULT_RANGE)


def range_words(key: str) -> str:
    return {
        "1h": _("1 hour"),
        "6h": _("6 hours"),
        "24h": _("24 hours"),
        "7d": _("7 days"),
        "30d": _("30 days"),
        "1y": _("1 year"),
    }[key]


def ranges(endpoint: str, **values: Any) -> list[dict[str, str]]:
    """The choices over a chart."""
    return [
        {"key": key, "text": range_words(key), "url": url_for(endpoint, range=key, **values)}
        for key in RANGES
    ]


def series_in(actor: Actor, monitor_id: int, key: str) -> dict[str, Any]:
    """The monitor's series over a range that ends now."""
    end = now_ms()
    return series_of(actor, monitor_id, from_ms=end - RANGES[key], to_ms=end)


def chart_numbers(actor: Actor, monitor_id: int, key: str) -> dict[str, Any]:
    """Columns for the chart: unix seconds, milliseconds by phase, percentiles, and each point's outcome."""
    found = series_in(actor, monitor_id, key)
    is_raw = found["resolution"] == "raw"
    interval_ms = get_monitor(actor, monitor_id).interval_seconds * 1000
    if not is_raw:
        found = _between_checks(found, interval_ms)
    return {
        "from": found["from_ms"] / 1000,
        "to": found["to_ms"] / 1000,
        "step": max(found["step_ms"], interval_ms) / 1000,
        "t": [ms / 1000 for ms in found["t"]],
        "phases": found["phases"],
        "total": found["total_ms" if is_raw else "mean_ms"],
        "p50": None if is_raw else found["p50_ms"],
        "p95": None if is_raw else found["p95_ms"],
        "p99": None if is_raw else found["p99_ms"],
        "status": found["status"] if is_raw else _outcomes(found),
        "failed": [int(each == "down") for each in found["status"]] if is_raw else _failed(found),
    }


def _between_checks(found: dict[str, Any], interval_ms: int) -> dict[str, Any]:
    """Without the empty pieces that lie between checks of a monitor slower than the pieces: no gaps."""
    times, pieces = found["t"], len(found["t"])
    filled = [place for place in range(pieces) if found["up"][place] is not None]
    ends = [*(times[place] for place in filled), found["to_ms"]]
    gaps = {
        place
        for number, before in enumerate(filled)
        if ends[number + 1] - times[before] > 2 * max(interval_ms, found["step_ms"])
        for place in range(before + 1, filled[number + 1] if number + 1 < len(filled) else pieces)
    }
    kept = sorted(gaps.union(filled))

    def cut(column: Any) -> Any:
        is_column = isinstance(column, list) and len(column) == pieces
        return [column[place] for place in kept] if is_column else column

    phases = {name: cut(column) for name, column in found["phases"].items()}
    return {**{name: cut(column) for name, column in found.items()}, "phases": phases}


def _outcomes(found: dict[str, Any]) -> list[str | None]:
    """The outcome of each piece: the worst that counts; null of a gap."""
    names = ("down", "degraded", "up", "maintenance", "unknown")
    rows = zip(*(found[name] for name in names), strict=True)
    return [next((name for name, count in zip(names, row, strict=True) if count), None) for row in rows]


def _failed(found: dict[str, Any]) -> list[float]:
    """The part of each piece's judged checks that failed."""
    rows = zip(found["up"], found["degraded"], found["down"], strict=True)
    judged = [(down or 0, (up or 0) + (degraded or 0) + (down or 0)) for up, degraded, down in rows]
    return [round(down / whole, 4) if whole else 0 for down, whole in judged]


def strip_of(actor: Actor, monitor_id: int, key: str) -> dict[str, Any]:
    """Cells and share of uptime of a monitor over a range."""
    end = now_ms()
    first, step, pieces = strip(actor, monitor_id, from_ms=end - RANGES[key], to_ms=end, pieces=STRIP_CELLS)
    cells = strip_cells(pieces, first, step, -(-(end - first) // step))
    return {"cells": cells, "uptime": uptime(pieces)}


def heat_numbers(actor: Actor, monitor_id: int) -> dict[str, Any]:
    """Four weeks by the hour, in the organization's time zone: {"days", "ms", "share"}, 24 numbers a day.

    `ms` is the 95th percentile, `share` how much of the judged checks failed, in percent; null of a gap.
    Of the hour that the end of daylight saving repeats it is the worse of the two.
    """
    zone = ZoneInfo(actor.organization.timezone)
    end = now_ms()
    found = series_of(actor, monitor_id, from_ms=end - HEAT_DAYS * DAY, to_ms=end, resolution="1h")
    days: dict[str, dict[str, list[Any]]] = {}
    columns = (found["t"], found["p95_ms"], found["up"], found["degraded"], found["down"])
    for start_ms, p95_ms, up, degraded, down in zip(*columns, strict=True):
        when = from_ms(start_ms).astimezone(zone)
        day = days.setdefault(when.date().isoformat(), {"ms": [None] * 24, "share": [None] * 24})
        judged = (up or 0) + (degraded or 0) + (down or 0)
        share = round(100 * down / judged, 2) if judged else None
        day["ms"][when.hour] = _worse(day["ms"][when.hour], p95_ms)
        day["share"][when.hour] = _worse(day["share"][when.hour], share)
    return {
        "days": list(days),
        "ms": [each["ms"] for each in days.values()],
        "share": [each["share"] for each in days.values()],
    }


def _worse(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def reason_rows(found: dict[str, Any], failures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Why checks failed, the most frequent reasons first, with their part of all that failed.

    `failures` are some of the newest: a reason's sentence is told with the values of one of them.
    """
    reasons: dict[str, int] = found["reasons"]
    details = {each["reason"]: each["detail"] for each in reversed(failures)}
    whole = sum(reasons.values())
    return [
        {
            "words": reason_sentence(reason, details[reason]) if reason in details else reason,
            "count": count,
            "share": 100 * count / whole,
        }
        for reason, count in list(reasons.items())[:MAX_REASONS]
    ]
