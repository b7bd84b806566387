"""Points of a chart: gaps as gaps, percentiles, and the resolution that fits."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.clock import now_ms
from app.core.errors import InvalidError, NotFoundError
from app.models import Monitor
from app.service.actor import Actor
from app.service.results.series import series_of, strip
from app.service.rollup.roller import roll
from tests.cast import make_organization, make_user
from tests.service.series.scene import DAY, HOUR, MINUTE, every, make_monitor, put, stored


@pytest.fixture
def us(app: object) -> Actor:
    """SQLite alone: what is asked of the database is tried on both in the roller's tests."""
    return make_user(make_organization("us"), "someone", "owner")


@pytest.fixture
def hour() -> int:
    """An hour that was over three hours ago."""
    return now_ms() // HOUR * HOUR - 4 * HOUR


def ask(us: Actor, monitor: Monitor, from_ms: int, to_ms: int, resolution: str = "auto", **more: Any) -> Any:
    return series_of(us, monitor.id, from_ms=from_ms, to_ms=to_ms, resolution=resolution, **more)


def test_of_a_new_monitor_every_sample_is_a_point_however_often_it_is_checked(us: Actor) -> None:
    monitor = make_monitor(us, interval_seconds=1)
    assert ask(us, monitor, now_ms() - HOUR, now_ms())["resolution"] == "raw"


def test_a_gap_is_null_in_every_column(us: Actor, monitor: Monitor, hour: int) -> None:
    put(
        monitor.id,
        [*every(MINUTE, hour, hour + 5 * MINUTE), *every(MINUTE, hour + 10 * MINUTE, hour + 15 * MINUTE)],
    )
    told = ask(us, monitor, hour, hour + 15 * MINUTE, "5m")
    assert told["t"] == [hour, hour + 5 * MINUTE, hour + 10 * MINUTE]
    assert told["up"] == [5, None, 5]
    assert told["p95_ms"][1] is None and told["phases"]["connect"] == [9.0, None, 9.0]


def test_a_point_tells_counts_percentiles_and_reasons(us: Actor, monitor: Monitor, hour: int) -> None:
    samples = [stored(hour + place * 1000, total_us=(place + 1) * 1000) for place in range(100)]
    put(monitor.id, [*samples, stored(hour + 200_000, 2), stored(hour + 201_000, 4, flags=1)])
    told = ask(us, monitor, hour, hour + HOUR, "1h")
    assert (told["up"], told["down"], told["maintenance"]) == ([100], [1], [1])
    assert told["p50_ms"][0] == pytest.approx(50, rel=0.02)
    assert told["p99_ms"][0] == pytest.approx(99, rel=0.02)
    assert told["reasons"] == {"timeout": 1}


@pytest.mark.parametrize(
    ("span", "expected"),
    [(HOUR, "raw"), (24 * HOUR, "5m"), (7 * DAY, "1h"), (30 * DAY, "1h"), (365 * DAY, "1d")],
)
def test_the_resolution_fits_the_span(us: Actor, monitor: Monitor, span: int, expected: str) -> None:
    assert ask(us, monitor, now_ms() - span, now_ms())["resolution"] == expected


def test_a_short_span_of_long_ago_is_told_by_what_is_still_kept(us: Actor, monitor: Monitor) -> None:
    assert ask(us, monitor, now_ms() - 200 * DAY, now_ms() - 200 * DAY + HOUR)["resolution"] == "1h"


def test_raw_gives_every_sample_and_a_null_where_some_are_missing(
    us: Actor, monitor: Monitor, hour: int
) -> None:
    put(monitor.id, [stored(hour), stored(hour + MINUTE, 2), stored(hour + 10 * MINUTE)])
    told = ask(us, monitor, hour, hour + HOUR, "raw")
    assert told["status"] == ["up", "down", None, "up"]
    assert told["total_ms"] == [100.0, 100.0, None, 100.0]


def test_more_pieces_than_a_chart_can_show_are_refused(us: Actor, monitor: Monitor) -> None:
    with pytest.raises(InvalidError, match="coarser"):
        ask(us, monitor, now_ms() - 20 * DAY, now_ms(), "5m")


def test_a_location_that_there_is_not_is_named(us: Actor, monitor: Monitor, hour: int) -> None:
    with pytest.raises(InvalidError, match="no location mars"):
        ask(us, monitor, hour, hour + HOUR, locations=["mars"])


def test_what_the_organization_keeps_no_longer_is_not_told(us: Actor, monitor: Monitor) -> None:
    us.organization.retention = {"1d": 10}
    told = ask(us, monitor, now_ms() - 365 * DAY, now_ms(), "1d")
    assert len(told["t"]) == 11


def test_a_stranger_sees_nothing(us: Actor, monitor: Monitor, stranger: Actor, hour: int) -> None:
    with pytest.raises(NotFoundError):
        ask(stranger, monitor, hour, hour + HOUR)


def test_a_strip_is_cut_into_equal_pieces_of_which_the_last_holds_the_end(
    us: Actor, monitor: Monitor
) -> None:
    end = now_ms()
    put(monitor.id, every(MINUTE, end - DAY, end - HOUR, 2))
    roll(end, seconds=60, rest=lambda _seconds: None)
    first_ms, step_ms, pieces = strip(us, monitor.id, from_ms=end - DAY, to_ms=end, pieces=72)
    assert step_ms == 20 * MINUTE and first_ms + 71 * step_ms <= end < first_ms + 72 * step_ms
    assert pieces[-1].start_ms < end - HOUR and pieces[0].status == "down"
    assert {piece.share for piece in pieces} == {0.0}


def test_a_year_is_a_few_rows_whatever_the_interval(us: Actor) -> None:
    monitor = make_monitor(us)
    assert len(ask(us, monitor, now_ms() - 365 * DAY, now_ms())["t"]) == 366
