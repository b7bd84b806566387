"""The sketch of durations: right within 2 %, merged exactly, small."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.series.sketch import Sketch

DURATIONS = st.lists(st.integers(0, 2_000_000_000), max_size=60)
SHARES = st.floats(0, 1)


def sketch_of(values: list[int]) -> Sketch:
    made = Sketch()
    for value in values:
        made.add(value)
    return made


@given(DURATIONS.filter(bool), SHARES)
def test_its_quantiles_are_right_within_two_percent(values: list[int], share: float) -> None:
    true = sorted(values)[math.floor(share * (len(values) - 1))]
    told = sketch_of(values).quantile(share)
    assert told is not None
    assert abs(told - true) <= 0.02 * true


@given(DURATIONS, DURATIONS)
def test_merging_is_the_same_as_having_seen_it_all(one: list[int], other: list[int]) -> None:
    merged = sketch_of(one)
    merged.merge(sketch_of(other))
    assert merged == sketch_of(one + other)


@given(DURATIONS)
def test_its_bytes_give_it_back(values: list[int]) -> None:
    made = sketch_of(values)
    assert Sketch.from_bytes(made.to_bytes()) == made


@given(DURATIONS, st.integers(0, 2_000_000_000))
def test_it_counts_what_is_no_longer_than_a_limit(values: list[int], limit: int) -> None:
    counted = sketch_of(values).at_most(limit)
    assert sum(value <= limit for value in values) <= counted <= sum(v <= limit * 1.041 for v in values)


@given(DURATIONS.filter(bool), st.lists(SHARES, max_size=4))
def test_several_quantiles_are_each_the_same_alone(values: list[int], shares: list[float]) -> None:
    made = sketch_of(values)
    assert made.quantiles(sorted(shares)) == [made.quantile(share) for share in sorted(shares)]


def test_nothing_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None


def test_bytes_that_end_too_soon_are_refused() -> None:
    with pytest.raises(ValueError, match="end within"):
        Sketch.from_bytes(b"\x80")


def test_a_day_of_a_monitor_takes_little() -> None:
    chance = random.Random(1)
    made = sketch_of([int(chance.lognormvariate(11.5, 0.35)) for _ in range(4320)])
    assert len(made.to_bytes()) < 130
