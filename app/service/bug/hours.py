"""When a site may be scanned, and when it is due: local hours to moments. Pure; the time comes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_QUARTER = timedelta(minutes=15)


def is_allowed(at: datetime, zone: ZoneInfo, from_hour: int | None, until_hour: int | None) -> bool:
    """Whether scans may run at a moment. The hours go over midnight where the second is not the larger."""
    if from_hour is None or until_hour is None or from_hour == until_hour:
        return True
    hour = at.astimezone(zone).hour
    if from_hour < until_hour:
        return from_hour <= hour < until_hour
    return hour >= from_hour or hour < until_hour


def next_allowed(at: datetime, zone: ZoneInfo, from_hour: int | None, until_hour: int | None) -> datetime:
    """The first moment from `at` on when scans may run."""
    if is_allowed(at, zone, from_hour, until_hour):
        return at
    return next(each for each in _quarters_after(at) if is_allowed(each, zone, from_hour, until_hour))


def seconds_allowed(at: datetime, zone: ZoneInfo, from_hour: int | None, until_hour: int | None) -> float:
    """How long scans may go on from `at`, at most a day."""
    end = at + timedelta(days=1)
    for each in _quarters_after(at):
        if each >= end or not is_allowed(each, zone, from_hour, until_hour):
            return min((each - at).total_seconds(), 86_400.0)
    return 86_400.0


def _quarters_after(at: datetime) -> list[datetime]:
    """The quarters of an hour of the next two days: zones differ by quarters."""
    start = at.astimezone(UTC).replace(second=0, microsecond=0)
    start = start.replace(minute=start.minute // 15 * 15)
    return [start + _QUARTER * number for number in range(1, 4 * 50)]


def next_due(
    after: datetime, zone: ZoneInfo, schedule: str, *, hour: int, weekday: int, month_day: int
) -> datetime | None:
    """The first moment later than `after` of a daily, weekly or monthly schedule; None for "off"."""
    if schedule == "off":
        return None
    local = after.astimezone(zone)
    for days in range(0, 40):
        day = (local + timedelta(days=days)).date()
        if schedule == "weekly" and day.weekday() != weekday:
            continue
        if schedule == "monthly" and day.day != month_day:
            continue
        # An hour that summer time leaves out becomes the one after it.
        due = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)
        if due > after:
            return due
    return None
