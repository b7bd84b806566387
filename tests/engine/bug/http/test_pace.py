"""The pace of a scan's requests."""

from __future__ import annotations

import pytest

from app.engine.bug.http.pace import Pace


def sent_within(pace: Pace, seconds: float, step: float = 0.001) -> int:
    """How many requests go in so many seconds, when it is asked every millisecond."""
    sent = 0
    pace.rest(100.0)
    for tick in range(int(seconds / step)):
        now = 100.0 + tick * step
        while not pace.delay(now):
            pace.take(now)
            sent += 1
    return sent


@pytest.mark.parametrize("rate", [1, 2, 7.5, 40])
def test_it_holds_the_rate(rate: float) -> None:
    assert sent_within(Pace(rate), 20) == pytest.approx(20 * rate, rel=0.05)


def test_a_busy_machine_holds_the_rate_too() -> None:
    assert sent_within(Pace(40), 20, step=0.06) == pytest.approx(800, rel=0.05)


def test_what_was_not_sent_in_a_pause_is_not_made_up_for() -> None:
    pace = Pace(10)
    pace.take(100.0)
    pace.rest(105.0)
    pace.take(105.0)
    assert pace.delay(105.0) == pytest.approx(0.1)


def test_no_more_than_a_few_turns_are_made_up_for() -> None:
    pace = Pace(10)
    pace.take(100.0)
    sent = 0
    while not pace.delay(103.0):
        pace.take(103.0)
        sent += 1
    assert sent <= 6


def test_a_site_that_asks_for_patience_gets_a_pause_and_half_the_rate() -> None:
    pace = Pace(10)
    pace.slow_down(100.0, 3)
    assert pace.delay(100.0) == pytest.approx(3)
    assert pace.rate == 5


def test_no_pause_is_longer_than_a_minute() -> None:
    pace = Pace(10)
    pace.slow_down(100.0, 86_400)
    assert pace.delay(100.0) == pytest.approx(60)


def test_answers_that_take_twice_as_long_halve_the_rate() -> None:
    pace = Pace(10)
    for elapsed_ms in [80.0] * 10 + [300.0] * 10:
        pace.note(elapsed_ms)
    assert pace.rate == 5


def test_a_few_milliseconds_more_are_no_suffering() -> None:
    pace = Pace(10)
    for elapsed_ms in [2.0] * 10 + [30.0] * 50:
        pace.note(elapsed_ms)
    assert pace.rate == 10


def test_good_answers_restore_the_rate() -> None:
    pace = Pace(10)
    pace.slow_down(100.0, 1)
    for _ in range(60):
        pace.note(50.0)
    assert pace.rate == 10


def test_the_rate_is_never_slowed_down_without_end() -> None:
    pace = Pace(16)
    for _ in range(50):
        pace.slow_down(100.0, 0)
    assert pace.rate == 1
