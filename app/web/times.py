"""Moments and durations as people read them, in the page's language and the organization's time zone."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.dates import format_timedelta
from babel.units import format_unit
from flask_babel import format_datetime, get_locale, get_timezone

from app.core.clock import now

_UNITS = (("duration-day", 86400), ("duration-hour", 3600), ("duration-minute", 60), ("duration-second", 1))


def full_time(moment: datetime | None) -> str:
    """`2026-11-21 08:15:03`, the same shape in every language, so that columns line up."""
    return format_datetime(moment, "yyyy-MM-dd HH:mm:ss") if moment else "–"


def utc_time(moment: datetime) -> str:
    """`2026-11-21 08:15:03 UTC`, for pages whose readers belong to no organization."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def zone_name() -> str:
    """The time zone that this page's times are told in, such as `Asia/Shanghai`."""
    return str(get_timezone())


def relative_time(moment: datetime) -> str:
    """`3 minutes ago`."""
    return format_timedelta(moment - now(), add_direction=True, threshold=1, locale=get_locale())


def duration(seconds: float) -> str:
    """The two largest units: `3 days 4 hr`, `2 min 5 sec`."""
    rest = round(seconds)
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count or (size == 1 and not parts):
            parts.append(format_unit(count, unit, length="short", locale=get_locale()))
        elif parts:
            break
    return " ".join(parts[:2])


def duration_ms(ms: float) -> str:
    """`0.4 ms`, `38 ms`, `1.24 s`."""
    if ms >= 1000:
        return f"{ms / 1000:.2f} s"
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"
