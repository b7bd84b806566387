"""Escalation: steps, rounds and reminders."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.usability.alerting.escalation import MINUTE_MS, Ladder, begin, next_moment, take_due

START = 1_800_000_000_000


def ladder(*minutes: int, **values: Any) -> Ladder:
    return Ladder.model_validate(
        {"steps": [{"after_minutes": each, "channels": [1]} for each in minutes], **values}
    )


def walk(policy: Ladder | None, remind: int | None, until: int) -> list[tuple[int, object]]:
    """(minute, step or "remind") of everything that happens in `until` minutes."""
    progress, said = begin(policy, remind, START), list[tuple[int, object]]()
    while (moment := next_moment(policy, progress)) is not None and moment <= START + until * MINUTE_MS:
        steps, is_reminded, progress = take_due(policy, remind, progress, moment)
        minute = (moment - START) // MINUTE_MS
        said += [(minute, step) for step in steps] + ([(minute, "remind")] if is_reminded else [])
    return said


def test_steps_follow_each_other_once() -> None:
    assert walk(ladder(0, 5, 15), None, 10_000) == [(5, 1), (15, 2)]


def test_the_whole_goes_round_again_when_nobody_answers() -> None:
    policy = ladder(0, 10, repeats=2, repeat_minutes=20)
    assert walk(policy, None, 10_000) == [(10, 1), (30, 0), (40, 1), (60, 0), (70, 1)]


def test_a_policy_of_one_step_can_go_round() -> None:
    assert walk(ladder(0, repeats=2, repeat_minutes=30), None, 10_000) == [(30, 0), (60, 0)]


def test_those_who_were_told_are_reminded() -> None:
    assert walk(None, 30, 95) == [(30, "remind"), (60, "remind"), (90, "remind")]
    assert walk(ladder(0, 45, remind_minutes=40), 30, 100) == [(40, "remind"), (45, 1), (80, "remind")]


def test_without_policy_and_reminders_nothing_follows() -> None:
    assert next_moment(None, begin(None, None, START)) is None


def test_steps_that_were_missed_are_taken_and_missed_reminders_are_one() -> None:
    policy = ladder(0, 5, 15, remind_minutes=10)
    progress = begin(policy, None, START)
    steps, is_reminded, after = take_due(policy, None, progress, START + 60 * MINUTE_MS)
    assert (steps, is_reminded) == ([1, 2], True)
    assert next_moment(policy, after) == START + 70 * MINUTE_MS


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": []},
        {"steps": [{"after_minutes": 5, "channels": [1]}]},
        {"steps": [{"channels": [1]}, {"after_minutes": 0, "channels": [1]}]},
        {"steps": [{"after_minutes": 0}]},
        {"steps": [{"channels": [1]}], "repeats": 21},
        {"steps": [{"channels": [-1]}]},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Ladder.model_validate(wrong)


LADDERS = st.builds(
    lambda gaps, repeats, pause, remind: ladder(
        *[sum(gaps[:index]) for index in range(len(gaps))],
        repeats=repeats,
        repeat_minutes=pause,
        remind_minutes=remind,
    ),
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
    st.integers(0, 4),
    st.integers(5, 60),
    st.one_of(st.none(), st.integers(5, 60)),
)


@given(LADDERS)
def test_every_round_takes_every_step_and_time_never_runs_back(policy: Ladder) -> None:
    quiet = policy.model_copy(update={"remind_minutes": None})
    said = walk(quiet, None, 1_000_000)
    assert len(said) == len(policy.steps) * (1 + policy.repeats) - 1
    assert [minute for minute, _ in said] == sorted(minute for minute, _ in said)


@given(LADDERS, st.lists(st.integers(1, 500), min_size=1, max_size=20))
def test_looking_seldom_takes_the_same_steps(policy: Ladder, pauses: list[int]) -> None:
    quiet = policy.model_copy(update={"remind_minutes": None})
    progress, taken, at = begin(quiet, None, START), set[int](), START
    for pause in [*pauses, 1_000_000]:
        at += pause * MINUTE_MS
        steps, _, progress = take_due(quiet, None, progress, at)
        taken.update(steps)
    assert taken == {step for _, step in walk(quiet, None, 1_000_000)}
    assert next_moment(quiet, progress) is None
