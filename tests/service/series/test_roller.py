"""The roller: what is closed is made, once; late results make it anew; reading needs it not."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.engine.usability.series.rollup import Rollup
from app.models import Monitor, RollupDirty, db, write
from app.models.rollup import rollup_1d, rollup_1h
from app.service.actor import Actor
from app.service.rollup.dirty import late_before, note
from app.service.rollup.read import rollups
from app.service.rollup.roller import marks, roll
from app.service.rollup.sums import sums_of
from tests.service.series.scene import DAY, HOUR, MINUTE, MONDAY, every, make_monitor, put, stored

FIVE = 5 * MINUTE


def turn(at_ms: int) -> dict[str, int]:
    return roll(at_ms, seconds=600, rest=lambda _seconds: None)


def read(monitor: Monitor, kind: str, from_ms: int = MONDAY, to_ms: int = MONDAY + DAY) -> dict[int, Rollup]:
    return rollups(monitor.id, MINUTE, from_ms, to_ms, kind)


@pytest.fixture
def long_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The days of the tests are long past: keep everything."""
    for module in ("roller", "sums"):
        monkeypatch.setattr(f"app.service.rollup.{module}.kept_days", lambda kind, retention=None: 10_000)


def test_only_what_is_closed_is_rolled_up(monitor: Monitor) -> None:
    put(monitor.id, every(MINUTE, MONDAY, MONDAY + 10 * MINUTE))
    assert turn(MONDAY + FIVE + 89_000)["5m"] == 0
    assert turn(MONDAY + FIVE + 90_000)["5m"] == 1
    assert marks()["5m"] == MONDAY + FIVE


def test_a_second_turn_makes_nothing_twice(monitor: Monitor) -> None:
    put(monitor.id, every(MINUTE, MONDAY, MONDAY + HOUR))
    turn(MONDAY + 2 * HOUR)
    assert turn(MONDAY + 2 * HOUR) == {"5m": 0, "1h": 0, "1d": 0, "late": 0}


def test_it_catches_up_after_days_of_rest(monitor: Monitor) -> None:
    put(monitor.id, every(10 * MINUTE, MONDAY, MONDAY + DAY + HOUR))
    made = turn(MONDAY + 2 * DAY)
    assert (made["5m"], made["1h"], made["1d"]) == (150, 25, 1)


@pytest.mark.parametrize("kind", ["5m", "1h", "1d"])
def test_reading_gives_the_same_whether_it_was_made_or_not(monitor: Monitor, kind: str) -> None:
    put(
        monitor.id,
        [
            *every(MINUTE, MONDAY, MONDAY + 90 * MINUTE),
            *every(MINUTE, MONDAY + 5 * HOUR, MONDAY + 6 * HOUR, 2),
        ],
    )
    raw = read(monitor, kind)
    turn(MONDAY + 5 * HOUR + 30 * MINUTE)
    assert read(monitor, kind) == raw
    turn(MONDAY + DAY + HOUR)
    assert read(monitor, kind) == raw


def test_a_late_result_makes_its_pieces_anew(monitor: Monitor, long_kept: None) -> None:
    put(monitor.id, every(MINUTE, MONDAY, MONDAY + HOUR))
    turn(MONDAY + DAY + HOUR)
    late = stored(MONDAY + 30_000, 2)
    put(monitor.id, [late])
    with write() as session:
        note(session, [(monitor.id, late.due_ms)])
    turn(MONDAY + DAY + HOUR)
    for kind in ("5m", "1h", "1d"):
        assert read(monitor, kind)[MONDAY].counts[1] == 1
        assert read(monitor, kind)[MONDAY].covered_ms[1] == 30_000
    assert db.session.scalar(select(func.count()).select_from(RollupDirty)) == 0


def test_a_result_noted_again_meanwhile_is_not_forgotten(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app.service.rollup.roller as roller

    put(monitor.id, every(MINUTE, MONDAY, MONDAY + HOUR))
    turn(MONDAY + HOUR)
    with write() as session:
        note(session, [(monitor.id, MONDAY + 2 * MINUTE)])
    make = roller._make_anew

    def disturbed(hour_ms: int, *rest: object) -> int:
        made = make(hour_ms, *rest)  # type: ignore[arg-type]
        with write() as session:
            note(session, [(monitor.id, MONDAY + 2 * MINUTE)])
        return made

    monkeypatch.setattr(roller, "_make_anew", disturbed)
    turn(MONDAY + HOUR)
    assert db.session.scalar(select(func.count()).select_from(RollupDirty)) == 1


def test_the_clock_alone_says_what_is_late() -> None:
    assert late_before(MONDAY + FIVE + 59_000) == MONDAY
    assert late_before(MONDAY + FIVE + 60_000) == MONDAY + FIVE


def test_a_late_result_also_tells_the_piece_before_until_when_its_last_one_stood(monitor: Monitor) -> None:
    with write() as session:
        note(session, [(monitor.id, MONDAY + 30_000), (monitor.id, MONDAY + 2 * MINUTE)])
    assert sorted(db.session.scalars(select(RollupDirty.start_ms))) == [MONDAY - FIVE, MONDAY]


def test_hours_and_days_outlive_raw_results(monitor: Monitor) -> None:
    put(monitor.id, every(MINUTE, MONDAY, MONDAY + DAY))
    turn(MONDAY + DAY + HOUR)
    counts = [db.session.scalar(select(func.sum(table.c.up))) for table in (rollup_1h, rollup_1d)]
    assert counts == [1440, 1440]


def test_sums_of_a_span_use_days_hours_and_minutes_alike(
    us: Actor, monitor: Monitor, long_kept: None
) -> None:
    other = make_monitor(us, site_id=monitor.site_id)
    put(monitor.id, [*every(MINUTE, MONDAY, MONDAY + 3 * DAY), stored(MONDAY + 3 * DAY, 2, flags=1)])
    put(other.id, every(MINUTE, MONDAY + DAY, MONDAY + DAY + HOUR, 2))
    intervals = {monitor.id: MINUTE, other.id: MINUTE}
    span = (MONDAY + DAY - 65 * MINUTE, MONDAY + 3 * DAY + MINUTE)
    raw = sums_of(intervals, *span)
    turn(MONDAY + 3 * DAY + 2 * HOUR)
    assert raw[monitor.id].counts == [2 * 1440 + 65, 0, 0, 0]
    assert raw[other.id].covered_ms == [0, HOUR, 0, 0]
    made = sums_of(intervals, span[0], MONDAY + 3 * DAY + FIVE)
    assert (made[monitor.id].counts, made[other.id].counts) == (raw[monitor.id].counts, [0, 60, 0, 0])
    assert made[monitor.id].planned_ms == [0, MINUTE, 0, 0]


def test_locations_can_be_read_apart(monitor: Monitor) -> None:
    put(monitor.id, [stored(MONDAY), stored(MONDAY, 2, location_number=2)])
    one = rollups(monitor.id, MINUTE, MONDAY, MONDAY + HOUR, "1h", [2])
    assert one[MONDAY].counts == [0, 1, 0, 0]
