"""When planned work takes place: a local wall-clock time, a length, and a recurrence rule (RFC 5545).

The rule speaks of wall clocks, the result of moments. A start that daylight saving skips takes place after
the jump, by the offset before it (02:30 becomes 03:30); one that occurs twice takes place the first time
(RFC 5545, section 3.3.5). A length is time that passes: two hours are two hours, whatever clocks do.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset(
    ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
)
_VALUES = {
    "INTERVAL": re.compile(r"[1-9][0-9]{0,2}"),
    "COUNT": re.compile(r"[1-9][0-9]{0,4}"),
    "UNTIL": re.compile(r"[12][0-9]{3}(0[1-9]|1[0-2])([0-2][0-9]|3[01])(T[0-2][0-9][0-5][0-9][0-5][0-9]Z?)?"),
    "BYDAY": re.compile(r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,20}"),
    "BYMONTHDAY": re.compile(r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2}){0,30}"),
    "BYMONTH": re.compile(r"[0-9]{1,2}(,[0-9]{1,2}){0,11}"),
    "BYSETPOS": re.compile(r"[+-]?[1-5](,[+-]?[1-5]){0,9}"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}
_LEAP_YEAR = 2028
# A rule that has nothing to say within these years is one that was not meant.
HORIZON_YEARS = 10
_LATEST_YEAR = 9999 - HORIZON_YEARS - 1
_WALL_CLOCK = "%Y%m%dT%H%M%S"
_DAY_MS = 86_400_000


class RuleError(ValueError):
    """A recurrence rule that cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_ms` to `end_ms` (unix ms, exclusive)."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`starts` is the first start by the wall clock of `zone` (IANA); `rule` is an RRULE's value, or None."""

    starts: datetime
    minutes: int
    zone: str
    rule: str | None = None


def check_rule(plan: Plan) -> None:
    """Raises RuleError when the plan's rule cannot be used."""
    if plan.rule is None:
        return
    rule, parts = _read(plan), _parts(plan.rule)
    last = plan.starts + timedelta(days=366 * HORIZON_YEARS)
    if "UNTIL" in parts:
        last = min(last, datetime.strptime(_until(parts["UNTIL"], plan.zone), _WALL_CLOCK))
    # The library searches to the year 9999 for what never comes. The calendar repeats itself after 400 years,
    # to the day of the week, so a late beginning tells the same sooner.
    years = (_LATEST_YEAR - plan.starts.year) // 400 * 400
    moved = plan.starts.replace(year=plan.starts.year + years)
    first = next(iter(rule.replace(dtstart=moved, until=None, count=None)), None)
    if first is None or first.replace(year=first.year - years) > last:
        raise RuleError("never takes place")


def occurrences(plan: Plan, from_ms: int, to_ms: int, limit: int = 1000) -> list[Span]:
    """What of the plan overlaps [from_ms, to_ms), in order. Raises RuleError."""
    found: list[Span] = []
    length_ms = plan.minutes * 60_000
    for starts in _starts(plan, from_ms - length_ms):
        span = _span(plan, starts)
        if span.start_ms >= to_ms or len(found) == limit:
            break
        if span.end_ms > from_ms:
            found.append(span)
    return found


def following(plan: Plan, after_ms: int, count: int) -> list[Span]:
    """The next `count` that begin at or after `after_ms`. Raises RuleError."""
    found: list[Span] = []
    for starts in _starts(plan, after_ms):
        span = _span(plan, starts)
        if span.start_ms >= after_ms:
            found.append(span)
        if len(found) == count:
            break
    return found


def _starts(plan: Plan, from_ms: int) -> Iterator[datetime]:
    """Wall-clock starts, from a little before `from_ms`."""
    if plan.rule is None:
        yield plan.starts
        return
    earliest = datetime.fromtimestamp((from_ms - _DAY_MS) / 1000, ZoneInfo(plan.zone)).replace(tzinfo=None)
    yield from cast("Iterator[datetime]", _read(plan).xafter(earliest, inc=True))


def _span(plan: Plan, starts: datetime) -> Span:
    start_ms = round(starts.replace(tzinfo=ZoneInfo(plan.zone), fold=0).timestamp() * 1000)
    return Span(start_ms, start_ms + plan.minutes * 60_000)


def _read(plan: Plan) -> rrule:
    parts = _parts(plan.rule or "")
    _refuse_the_impossible(parts)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], plan.zone)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        # The library's types promise a set of rules as well, which a single line never makes.
        return cast(rrule, rrulestr(text, dtstart=plan.starts))
    except (ValueError, KeyError, TypeError) as error:
        raise RuleError(f"is not a recurrence rule: {error}") from None


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            raise RuleError(f"{name[:20] or 'an empty part'} is not a part that is understood")
        if name in parts:
            raise RuleError(f"{name} is given twice")
        pattern = _VALUES.get(name)
        if pattern is not None and not pattern.fullmatch(value):
            raise RuleError(f"{name} cannot be {value[:40] or 'empty'}")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise RuleError(f"FREQ must be one of {', '.join(FREQUENCIES)}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("COUNT and UNTIL exclude each other")
    return parts


def _refuse_the_impossible(parts: dict[str, str]) -> None:
    """Rules that would be searched for until the end of the calendar."""
    frequency = parts["FREQ"]
    if frequency in ("DAILY", "WEEKLY") and "BYSETPOS" in parts:
        raise RuleError("BYSETPOS goes with MONTHLY and YEARLY only")
    if frequency == "WEEKLY" and "BYMONTHDAY" in parts:
        raise RuleError("BYMONTHDAY does not go with WEEKLY")
    if frequency in ("DAILY", "WEEKLY") and any(each.isdigit() for each in parts.get("BYDAY", "")):
        raise RuleError("numbered days such as 2TU go with MONTHLY and YEARLY only")
    months = [int(each) for each in parts.get("BYMONTH", "").split(",") if each] or list(range(1, 13))
    if not all(1 <= month <= 12 for month in months):
        raise RuleError("BYMONTH counts from 1 to 12")
    days = [int(each) for each in parts.get("BYMONTHDAY", "").split(",") if each]
    if not all(1 <= abs(day) <= 31 for day in days):
        raise RuleError("BYMONTHDAY counts from 1 to 31, or from -1 backwards")
    longest = max(monthrange(_LEAP_YEAR, month)[1] for month in months)
    if days and min(abs(day) for day in days) > longest:
        raise RuleError("none of these months has such a day")


def _until(text: str, zone: str) -> str:
    """The end by the wall clock; a mere day ends with its last second."""
    try:
        if len(text) == 8:
            last: datetime = datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))
        else:
            last = datetime.strptime(text.removesuffix("Z"), _WALL_CLOCK)
    except ValueError:
        raise RuleError(f"UNTIL cannot be {text}") from None
    if text.endswith("Z"):
        last = last.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return last.strftime(_WALL_CLOCK)


def joined(spans: list[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start_ms):
        if result and span.start_ms <= result[-1].end_ms:
            result[-1] = Span(result[-1].start_ms, max(result[-1].end_ms, span.end_ms))
        else:
            result.append(span)
    return result


Exceptions = dict[str, Any]


def but_for(spans: list[Span], exceptions: Exceptions) -> list[Span]:
    """Without what was skipped ({start: None}), and with what was ended early ({start: end_ms}) cut."""
    kept: list[Span] = []
    for span in spans:
        end_ms = exceptions.get(str(span.start_ms), span.end_ms)
        if end_ms is not None and end_ms > span.start_ms:
            kept.append(Span(span.start_ms, min(span.end_ms, end_ms)))
    return kept
