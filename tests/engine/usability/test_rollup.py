"""What a piece of time comes to: counts, covered time, times and reasons."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.series.rollup import Rollup, gather
from app.engine.usability.series.sketch import Sketch

MINUTE, STEP = 60_000, 300_000


def row(
    due_ms: int, status: int = 1, flags: int = 0, reason: str | None = None, total: int | None = 9
) -> Any:
    return (due_ms, 1, status, flags, reason, total, 1, 2, None, 3, 4)


def five(*rows: Any, interval_ms: int = MINUTE) -> Rollup:
    return gather(rows, interval_ms, STEP, STEP)[0]


ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, STEP - 1),
        st.integers(1, 4),
        st.integers(0, 1),
        st.sampled_from([None, "timeout"]),
        st.none() | st.integers(0, 10**7),
    ),
    unique_by=lambda each: each[0],
    max_size=20,
).map(sorted)


def test_a_sample_stands_until_the_next_one() -> None:
    made = five(row(0), row(20_000, 2), row(MINUTE))
    assert made.covered_ms == [20_000 + MINUTE, 40_000, 0, 0]


def test_a_sample_stands_no_longer_than_its_interval() -> None:
    assert five(row(0), row(4 * MINUTE)).covered_ms[0] == 2 * MINUTE


def test_the_last_sample_stands_until_the_next_piece_begins_anew() -> None:
    assert five(row(290_000), row(STEP)).covered_ms[0] == 10_000


def test_what_was_measured_during_planned_work_is_counted_apart() -> None:
    made = five(row(0, 2, 1, "timeout"), row(MINUTE))
    assert (made.counts, made.planned) == ([1, 0, 0, 0], [0, 1, 0, 0])
    assert (made.planned_ms, made.reasons) == ([0, MINUTE, 0, 0], {})


def test_times_are_of_good_answers_only() -> None:
    made = five(row(0, 1, total=10), row(MINUTE, 2, total=500), row(2 * MINUTE, 4, total=30))
    assert (made.timed, made.total_us, len(made.sketch)) == (2, 40, 2)


def test_a_phase_that_did_not_happen_is_not_counted() -> None:
    made = five(row(0))
    assert (made.phase_counts, made.phases_us) == ([1, 1, 0, 1, 1], [1, 2, 0, 3, 4])


def test_pieces_begin_at_whole_steps() -> None:
    made = gather([row(1000), row(STEP + 1000)], MINUTE, STEP, 2 * STEP)
    assert sorted(made) == [0, STEP]


@given(ROWS)
def test_no_more_time_is_covered_than_there_is(rows: list[Any]) -> None:
    made = gather(rows, MINUTE, STEP, STEP).get(0, Rollup())
    assert sum(made.covered_ms) + sum(made.planned_ms) <= STEP + MINUTE


@given(ROWS)
def test_its_body_gives_it_back(rows: list[Any]) -> None:
    made = gather(rows, MINUTE, STEP, STEP).get(0, Rollup())
    again = Rollup(made.counts, made.covered_ms, made.planned, made.planned_ms)
    again.read_body(made.body())
    assert again == made


@given(ROWS, ROWS)
def test_the_order_of_merging_makes_no_difference(one: list[Any], other: list[Any]) -> None:
    def both(first: list[Any], second: list[Any]) -> Rollup:
        merged = Rollup(sketch=Sketch())
        for rows in (first, second):
            for each in gather(rows, MINUTE, STEP, STEP).values():
                merged.merge(each)
        return merged

    assert both(one, other) == both(other, one)
