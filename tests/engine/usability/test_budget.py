"""Error budgets and when they burn."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.series.budget import SPANS, Tally, budget_left, burn_rate, burning, window_of

MARCH = round(datetime(2026, 3, 20, 12, tzinfo=UTC).timestamp() * 1000)
CALM = dict.fromkeys(SPANS, 0.0)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({}, None),
        ({"1h": 20.0}, None),
        ({"1h": 20.0, "5m": 15.0}, "fast"),
        ({"1h": 14.3, "5m": 50.0}, None),
        ({"6h": 6.0, "30m": 6.0}, "medium"),
        ({"3d": 1.0, "6h": 1.2}, "slow"),
        ({"1h": 15.0, "5m": 15.0, "6h": 7.0, "30m": 7.0}, "fast"),
    ],
)
def test_both_spans_must_burn(rates: dict[str, float], expected: str | None) -> None:
    rule = burning({**CALM, **rates})
    assert (rule.level if rule else None) == expected


def test_a_span_without_measurements_does_not_burn() -> None:
    assert burning({**CALM, "1h": 99.0, "5m": None}) is None


def test_a_tenth_of_a_percent_down_uses_up_a_budget_of_a_tenth() -> None:
    assert burn_rate(Tally(999, 1), 99.9) == pytest.approx(1.0)
    assert budget_left(Tally(999, 1), 99.9) == pytest.approx(0.0)


def test_a_month_has_its_whole_budget_from_the_first_day_on() -> None:
    assert budget_left(Tally(999, 1), 99.9, elapsed=0.5) == pytest.approx(50.0)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(50, 99.999))
def test_the_budget_is_used_up_exactly_when_the_target_is_missed(
    good: float, bad: float, target: float
) -> None:
    tally = Tally(good, bad)
    left = budget_left(tally, target)
    if left is not None and tally.share is not None and abs(tally.share - target) > 1e-6:
        assert (left < 0) == (tally.share < target)


def test_a_calendar_month_is_the_one_of_the_zone() -> None:
    begin, end = window_of("month", MARCH, "Europe/Berlin")
    assert datetime.fromtimestamp(begin / 1000, UTC).isoformat() == "2026-02-28T23:00:00+00:00"
    # Summer time has begun by the end of the month.
    assert datetime.fromtimestamp(end / 1000, UTC).isoformat() == "2026-03-31T22:00:00+00:00"


def test_a_rolling_window_ends_now() -> None:
    assert window_of("7d", MARCH, "UTC") == (MARCH - 7 * 86_400_000, MARCH)
