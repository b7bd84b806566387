"""When planned work takes place, above all where clocks are put forward and back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.alerting.recurrence import (
    Plan,
    RuleError,
    Span,
    but_for,
    check_rule,
    following,
    joined,
    occurrences,
)
from tests.bounded import within_cpu

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def nightly(zone: str, starts: str = "2026-01-01T02:30", minutes: int = 60, rule: str = "FREQ=DAILY") -> Plan:
    return Plan(datetime.fromisoformat(starts), minutes, zone, rule)


def starts_of(plan: Plan, since: str, until: str) -> list[str]:
    found = occurrences(plan, ms(since), ms(until))
    return [datetime.fromtimestamp(each.start_ms / 1000, UTC).strftime("%m-%d %H:%M") for each in found]


def test_it_keeps_its_place_on_the_clock_when_summer_begins() -> None:
    plan = nightly("Europe/Berlin", "2026-01-01T04:00")
    assert starts_of(plan, "2026-03-28T00:00Z", "2026-03-31T00:00Z") == [
        "03-28 03:00",
        "03-29 02:00",
        "03-30 02:00",
    ]


def test_a_start_that_summer_time_skips_comes_after_the_jump() -> None:
    plan = nightly("Europe/Berlin")
    assert starts_of(plan, "2026-03-29T00:00Z", "2026-03-30T00:00Z") == ["03-29 01:30"]


def test_a_start_that_occurs_twice_takes_place_once() -> None:
    plan = nightly("Europe/Berlin")
    assert starts_of(plan, "2026-10-24T22:00Z", "2026-10-25T20:00Z") == ["10-25 00:30"]


def test_two_hours_are_two_hours_in_the_night_the_clocks_change() -> None:
    plan = nightly("Europe/Berlin", "2026-01-01T01:30", 120)
    for night in ("2026-03-29", "2026-10-25"):
        (span,) = occurrences(plan, ms(f"{night}T00:31+00:00"), ms(f"{night}T00:32+00:00"))
        assert span.end_ms - span.start_ms == 7_200_000


def test_a_half_hours_shift_is_a_half_hours_shift() -> None:
    plan = nightly("Australia/Lord_Howe", "2026-01-01T09:00")
    before, after = occurrences(plan, ms("2026-04-03T21:00Z"), ms("2026-04-05T22:31Z"))[:2]
    assert after.start_ms - before.start_ms == 24 * 3_600_000 + 1_800_000


def test_the_second_tuesday_of_a_month() -> None:
    plan = nightly("Asia/Shanghai", "2026-01-01T23:00", 240, "FREQ=MONTHLY;BYDAY=2TU")
    assert starts_of(plan, "2026-11-01T00:00Z", "2027-01-01T00:00Z") == ["11-10 15:00", "12-08 15:00"]


def test_what_began_before_the_span_and_goes_on_counts() -> None:
    plan = Plan(datetime(2026, 11, 20, 23, 0), 180, "UTC")
    assert occurrences(plan, ms("2026-11-21T01:00Z"), ms("2026-11-21T01:30Z")) == [
        Span(ms("2026-11-20T23:00Z"), ms("2026-11-21T02:00Z"))
    ]


def test_its_end_is_no_longer_part_of_it() -> None:
    plan = Plan(datetime(2026, 11, 20, 23, 0), 60, "UTC")
    assert occurrences(plan, ms("2026-11-21T00:00Z"), ms("2026-11-22T00:00Z")) == []


@pytest.mark.parametrize(
    ("until", "last"),
    [("20260103", "01-03 02:30"), ("20260103T013000Z", "01-03 01:30"), ("20260103T020000", "01-02 01:30")],
)
def test_an_end_is_read_by_the_clock_it_is_written_in(until: str, last: str) -> None:
    zone = "UTC" if len(until) == 8 else "Europe/Berlin"
    plan = nightly(zone, rule=f"FREQ=DAILY;UNTIL={until}")
    assert starts_of(plan, "2026-01-01T00:00Z", "2026-02-01T00:00Z")[-1] == last


def test_a_number_of_times_is_counted_from_the_first() -> None:
    plan = nightly("UTC", rule="FREQ=WEEKLY;COUNT=3")
    assert starts_of(plan, "2026-01-10T00:00Z", "2027-01-01T00:00Z") == ["01-15 02:30"]


def test_the_next_ones_are_told() -> None:
    plan = nightly("UTC", rule="FREQ=WEEKLY;BYDAY=SA")
    assert [each.start_ms for each in following(plan, ms("2026-11-21T02:30Z"), 2)] == [
        ms("2026-11-21T02:30Z"),
        ms("2026-11-28T02:30Z"),
    ]


def test_a_single_time_has_no_next_one_when_it_is_over() -> None:
    assert following(Plan(datetime(2026, 1, 1), 60, "UTC"), ms("2026-01-01T00:01Z"), 5) == []


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=DAILY;UNTIL=20251231",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "DROP TABLE",
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_at_once(rule: str) -> None:
    began = time.monotonic()
    with pytest.raises(RuleError, match=r"\w"):
        check_rule(nightly("UTC", rule=rule))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2", "freq=monthly"])
def test_a_usable_rule_passes(rule: str) -> None:
    check_rule(nightly("UTC", rule=rule))


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO,1TU"]
)
def test_what_never_takes_place_is_not_searched_for_long(rule: str) -> None:
    with within_cpu(0.6), pytest.raises(RuleError, match="never"):
        check_rule(nightly("UTC", rule=rule))


def test_spans_that_touch_are_one() -> None:
    assert joined([Span(5, 9), Span(1, 3), Span(3, 6)]) == [Span(1, 9)]


def test_one_that_was_skipped_does_not_take_place() -> None:
    assert but_for([Span(1, 5), Span(11, 15)], {"1": None}) == [Span(11, 15)]


def test_one_that_was_ended_early_is_shorter() -> None:
    assert but_for([Span(1, 5), Span(11, 15)], {"11": 12, "1": 0}) == [Span(11, 12)]


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 15, 30, 45]),
    day=st.integers(0, 800),
)
def test_every_day_has_exactly_one_at_its_place_on_the_clock(
    zone: str, hour: int, minute: int, day: int
) -> None:
    plan = Plan(datetime(2026, 1, 1, hour, minute), 30, zone, "FREQ=DAILY")
    date = datetime(2026, 1, 2) + timedelta(days=day)
    here = ZoneInfo(zone)
    begin = round(date.replace(tzinfo=here).timestamp() * 1000)
    end = round((date + timedelta(days=1)).replace(tzinfo=here).timestamp() * 1000)
    (span,) = [each for each in occurrences(plan, begin, end) if begin <= each.start_ms < end]
    shown = datetime.fromtimestamp(span.start_ms / 1000, here)
    wanted = date.replace(hour=hour, minute=minute)
    assert timedelta() <= shown.replace(tzinfo=None) - wanted <= timedelta(hours=1)
