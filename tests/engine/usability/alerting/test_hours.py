"""Hours of the week by a wall clock, right across daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.alerting.hours import HourSpan, edges, instant, lasts_until, spans_near

NIGHT = (HourSpan(start="22:00", end="07:00"),)
BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 1, 10), "22:00", "2026-01-10T21:00"),
        (date(2026, 7, 10), "22:00", "2026-07-10T20:00"),
        (date(2026, 3, 29), "02:30", "2026-03-29T01:30"),  # skipped: 03:30 by the new offset
        (date(2026, 10, 25), "02:30", "2026-10-25T00:30"),  # twice: the first
    ],
)
def test_a_wall_clocks_time_is_a_moment(day: date, clock: str, expected: str) -> None:
    assert instant(BERLIN, day, clock) == at(expected)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-01-10T20:59:59", None),
        ("2026-01-10T21:00", "2026-01-11T06:00"),
        ("2026-01-11T05:59:59", "2026-01-11T06:00"),
        ("2026-01-11T06:00", None),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the night that is an hour shorter
        ("2026-10-24T22:00", "2026-10-25T06:00"),  # the night that is an hour longer
    ],
)
def test_a_night_lasts_until_its_clock_says_so(moment: str, until: str | None) -> None:
    assert lasts_until(BERLIN, NIGHT, at(moment)) == (at(until) if until else None)


def test_spans_that_touch_are_one() -> None:
    week_end = (
        HourSpan(days=(5,), start="00:00", end="00:00"),
        HourSpan(days=(6,), start="00:00", end="00:00"),
    )
    assert lasts_until("UTC", week_end, at("2026-11-21T12:00")) == at("2026-11-23T00:00")


def test_a_span_that_a_jump_swallows_is_none() -> None:
    swallowed = (HourSpan(start="02:30", end="03:00"),)
    assert lasts_until(BERLIN, swallowed, at("2026-03-29T01:15")) is None


def test_hours_that_never_end_are_given_up_after_a_week() -> None:
    always = (HourSpan(start="00:00", end="00:00"),)
    until = lasts_until("UTC", always, at("2026-11-21T12:00"))
    assert until is not None and timedelta(days=7) <= until - at("2026-11-21T12:00") <= timedelta(days=9)


@pytest.mark.parametrize(
    "wrong",
    [{"start": "24:00", "end": "07:00"}, {"start": "9:00", "end": "10:00"}, {"days": (7,)}, {"days": ()}],
)
def test_what_is_no_time_of_day_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HourSpan.model_validate({"start": "22:00", "end": "07:00", **wrong})


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
CLOCKS = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC"])
SPANS = st.lists(
    st.builds(
        HourSpan,
        days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        start=CLOCKS,
        end=CLOCKS,
    ),
    min_size=1,
    max_size=3,
).map(tuple)


@given(ZONES, SPANS, MOMENTS)
def test_it_is_quiet_until_the_end_and_not_at_it(
    zone: str, spans: tuple[HourSpan, ...], moment: datetime
) -> None:
    until = lasts_until(zone, spans, moment)
    if until is None:
        assert not any(first <= moment < last for first, last in spans_near(zone, spans, moment))
    elif until - moment < timedelta(days=6):
        assert until > moment and lasts_until(zone, spans, until) is None
        assert lasts_until(zone, spans, until - timedelta(seconds=1)) == until


@given(ZONES, SPANS, MOMENTS)
def test_quietness_changes_only_at_edges(zone: str, spans: tuple[HourSpan, ...], moment: datetime) -> None:
    end = moment + timedelta(days=2)
    known = set(edges(zone, spans, moment, end))
    step = timedelta(minutes=7)
    probe = moment
    while probe + step < end:
        before, after = lasts_until(zone, spans, probe), lasts_until(zone, spans, probe + step)
        if (before is None) != (after is None):
            assert any(probe < edge <= probe + step for edge in known)
        probe += step
