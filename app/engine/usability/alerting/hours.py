"""Hours of the week by the wall clock of a zone: when it is quiet, when a layer of a rota is in force.

A wall clock's time becomes a moment by RFC 5545, section 3.3.5: one that daylight saving skips is taken by
the offset before the jump (02:30 becomes 03:30), one that occurs twice is its first occurrence. So a span may
be an hour longer or shorter on such a day, as its wall clock says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DAY = timedelta(days=1)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _is_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone such as Asia/Shanghai") from error
    return value


def _is_clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError("must be a time of day such as 09:30")
    return value


def _are_days(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(value)) != len(value) or any(not 0 <= day <= 6 for day in value):
        raise ValueError("must be days of the week from 0 (Monday) to 6, each once")
    return value


Zone = Annotated[str, AfterValidator(_is_zone)]
Clock = Annotated[str, AfterValidator(_is_clock)]
Days = Annotated[tuple[int, ...], Field(min_length=1, max_length=7), AfterValidator(_are_days)]


class Strict(BaseModel):
    """What is kept as JSON: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HourSpan(Strict):
    """On these days (0 is Monday) from `start`; to `end`, the next day's when it is not later."""

    days: Days = (0, 1, 2, 3, 4, 5, 6)
    start: Clock
    end: Clock


Spans = tuple[HourSpan, ...]


def clock(text: str) -> time:
    """`09:30` as a time."""
    return time.fromisoformat(text)


def instant(zone: str, day: date, at: str) -> datetime:
    """The moment (UTC) at which the clocks of `zone` show `at` on `day`."""
    return datetime.combine(day, clock(at), ZoneInfo(zone)).astimezone(UTC)


def local_day(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def spans_near(zone: str, spans: Spans, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans as moments, of the days around `at`; empty ones (a jump may swallow one) are left out."""
    today = local_day(zone, at)
    for span in spans:
        for day in (today - DAY, today, today + DAY):
            if day.weekday() in span.days:
                last = day if clock(span.end) > clock(span.start) else day + DAY
                start, end = instant(zone, day, span.start), instant(zone, last, span.end)
                if start < end:
                    yield start, end


def lasts_until(zone: str, spans: Spans, at: datetime) -> datetime | None:
    """When the spans that `at` lies in end, one running into the next; None outside. At most about a week."""
    end: datetime | None = None
    probe = at
    while probe < at + 7 * DAY:
        ends = [last for first, last in spans_near(zone, spans, probe) if first <= probe < last]
        if not ends:
            return end
        end = probe = max(ends)
    return end


def edges(zone: str, spans: Spans, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every moment in (start, end) at which a span begins or ends."""
    at = start
    while at < end + DAY:
        for first, last in spans_near(zone, spans, at):
            yield from (edge for edge in (first, last) if start < edge < end)
        at += DAY
