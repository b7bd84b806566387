"""The many ways registries write a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?")
_OFFSET = re.compile(r"(?:\d|\b(?:UTC|GMT))\s?([+-])(\d{1,2}):?(\d{2})?\b")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_DAY_NAME = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[-\s.]*([A-Za-z]{3})[A-Za-z]*[-\s.,]*(\d{4})(?!\d)")
_YEAR_NAME = re.compile(r"(?<!\d)(\d{4})[-\s/.]([A-Za-z]{3})[A-Za-z]*[-\s/.](\d{1,2})(?!\d)")
_NAME_DAY = re.compile(r"\b([A-Za-z]{3})[A-Za-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
# `Mon Oct 12 14:00:00 UTC 2026`, as date(1) prints.
_UNIX = re.compile(r"\b([A-Za-z]{3})\s+(\d{1,2})\s+[\d:]+\s+(?:[A-Z]{3,4}\s+)?(\d{4})\b")
# Each with the places of its day and its month; the year is the third.
_NAMED = ((_UNIX, (2, 1)), (_DAY_NAME, (1, 2)), (_NAME_DAY, (2, 1)))
_MAX_TEXT = 80


def read_moment(text: str) -> int | None:
    """Unix milliseconds of a date, with its time where it has one; None when it cannot be read.

    Without a zone it is taken as UTC. Of `03/04/2026` the day is first, as everywhere outside the USA, unless
    that is no month.
    """
    text = text.strip()[:_MAX_TEXT]
    day = _day(text)
    if day is None:
        return None
    year, month, number = day
    clock = _TIME.search(text)
    hour, minute, second = (int(each or 0) for each in clock.groups()) if clock else (0, 0, 0)
    try:
        moment = datetime(year, month, number, hour, minute, min(second, 59), tzinfo=_zone(text, clock))
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> tuple[int, int, int] | None:
    for pattern in (_YEAR_FIRST, _COMPACT):
        if found := pattern.search(text):
            return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(text):
        day, month = int(found[1]), int(found[2])
        return (int(found[3]), day, month) if month > 12 else (int(found[3]), month, day)
    if (found := _YEAR_NAME.search(text)) and found[2].lower() in _MONTHS:
        return int(found[1]), _MONTHS.index(found[2].lower()) + 1, int(found[3])
    for pattern, order in _NAMED:
        found = pattern.search(text)
        name = found[order[1]].lower() if found else ""
        if found and name in _MONTHS:
            return int(found[3]), _MONTHS.index(name) + 1, int(found[order[0]])
    return None


def _zone(text: str, clock: re.Match[str] | None) -> timezone:
    offset = _OFFSET.search(text, clock.start()) if clock else None
    if offset is None:
        return UTC
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
