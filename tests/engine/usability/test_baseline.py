"""What is usual by hour of the week, and from where on an answer is slow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.usability.state.baseline import (
    HOUR_MS,
    HOURS,
    Hour,
    Usual,
    hour_of_week,
    learn,
    limit_of,
    pair_at,
)

MONDAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
WEEK_MS = HOURS * HOUR_MS


def weeks(number: int, location: int = 1, *, night_ms: float = 100.0, day_ms: float = 300.0) -> list[Hour]:
    """Slow from 8 to 18 o'clock, quick otherwise; the 95th percentile is twice the median."""
    return [
        Hour(MONDAY + hour * HOUR_MS, location, ms, 2 * ms, 60)
        for hour in range(number * HOURS)
        for ms in (day_ms if 8 <= hour % 24 < 18 else night_ms,)
    ]


def test_monday_at_midnight_is_the_first_hour() -> None:
    assert [hour_of_week(MONDAY + each) for each in (-1, 0, HOUR_MS, WEEK_MS)] == [167, 0, 1, 0]


def test_it_learns_the_hours_of_the_day() -> None:
    usual = learn(weeks(4))
    assert usual is not None
    assert usual.medians[10] == pytest.approx(300, rel=0.12) and usual.medians[3] == pytest.approx(
        100, rel=0.01
    )


def test_one_holiday_moves_nothing() -> None:
    hours = weeks(5)
    holiday = [
        Hour(each.start_ms, 1, 5000.0, 9000.0, 60) if each.start_ms < MONDAY + 24 * HOUR_MS else each
        for each in hours
    ]
    usual = learn(holiday)
    assert usual is not None and usual.medians[10] == pytest.approx(300, rel=0.15)


def test_an_hour_that_was_never_measured_leans_on_its_hour_of_the_day() -> None:
    usual = learn([each for each in weeks(4) if hour_of_week(each.start_ms) != 34])
    assert usual is not None and usual.medians[34] == pytest.approx(300, rel=0.12)


def test_few_weeks_lean_on_the_rest() -> None:
    hours = [
        Hour(each.start_ms, 1, 3000.0, 6000.0, 60) if hour_of_week(each.start_ms) == 12 else each
        for each in weeks(1)
    ]
    usual = learn(hours)
    assert usual is not None and 300 < usual.medians[12] < 1000


def test_hours_of_few_samples_do_not_speak() -> None:
    odd = [Hour(MONDAY + hour * HOUR_MS, 1, 9000.0, 9000.0, 2) for hour in range(HOURS)]
    assert learn(odd) is None
    usual = learn(weeks(2) + odd)
    assert usual is not None and max(usual.medians) < 400


def test_less_than_a_day_is_no_experience() -> None:
    assert learn(weeks(1)[:23]) is None


def test_the_slowest_locations_usual_counts() -> None:
    usual = learn(weeks(2) + weeks(2, location=2, night_ms=400.0, day_ms=200.0))
    assert usual is not None
    assert usual.medians[3] == pytest.approx(400, rel=0.12) and usual.medians[10] == pytest.approx(
        300, rel=0.12
    )


@pytest.mark.parametrize(
    ("median_ms", "p95_ms", "factor", "limit_ms"),
    [(100.0, 150.0, 3.0, 300.0), (100.0, 700.0, 3.0, 700.0), (5.0, 8.0, 3.0, 55.0)],
)
def test_slow_is_far_above_the_usual(median_ms: float, p95_ms: float, factor: float, limit_ms: float) -> None:
    assert limit_of(median_ms, p95_ms, factor) == limit_ms


def test_it_survives_its_bytes() -> None:
    usual = learn(weeks(3))
    assert usual is not None
    again = Usual.from_bytes(usual.to_bytes())
    assert again.medians == pytest.approx(usual.medians, rel=1e-6)
    assert pair_at(usual.to_bytes(), 10) == pytest.approx((usual.medians[10], usual.p95s[10]), rel=1e-6)
    assert again.limit_ms(MONDAY + 10 * HOUR_MS, 3.0) == pytest.approx(900, rel=0.12)
