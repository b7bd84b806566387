"""The state machine, as tables of samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.usability.state import (
    Memory,
    Observation,
    Policy,
    State,
    Transition,
    expire,
    pause,
    resume,
    step,
)

TWICE = Policy(2, 2)


def walk(
    letters: str, policy: Policy = TWICE, memory: Memory | None = None
) -> tuple[Memory, list[Transition]]:
    """u: up, d: down, ?: unknown; a sample a second."""
    memory = memory or Memory()
    seen: list[Transition] = []
    for letter in letters:
        status = {"u": "up", "d": "down", "?": "unknown"}[letter]
        due = memory.last_due_ms + 1000
        memory, transitions = step(memory, Observation(due, due + 50, status, "connect_refused"), policy)
        seen += transitions
    return memory, seen


@pytest.mark.parametrize(
    ("letters", "state", "incidents"),
    [
        ("", State.PENDING, []),
        ("u", State.UP, []),
        ("d", State.PENDING, []),
        ("dd", State.DOWN, ["open"]),
        ("ud", State.UP, []),
        ("udud", State.UP, []),
        ("udd", State.DOWN, ["open"]),
        ("uddu", State.DOWN, ["open"]),
        ("udduu", State.UP, ["open", "close"]),
        ("uddudu", State.DOWN, ["open"]),
        ("ud?d", State.DOWN, ["open"]),
        ("u????", State.UP, []),
        ("udduu?dd", State.DOWN, ["open", "close", "open"]),
    ],
)
def test_it_ends_in_this_state_with_these_incidents(letters: str, state: State, incidents: list[str]) -> None:
    memory, transitions = walk(letters)
    assert (memory.state, [each.incident for each in transitions if each.incident]) == (state, incidents)


def test_it_dates_an_incident_back_to_the_first_failure() -> None:
    _, transitions = walk("uudd")
    assert transitions[-1].started_ms == 3000


def test_it_ignores_a_sample_that_comes_twice() -> None:
    memory, _ = walk("ud")
    again, transitions = step(memory, Observation(memory.last_due_ms, 9000, "down"), Policy(2, 2))
    assert again is memory and not transitions


def test_it_becomes_unknown_when_nothing_is_heard() -> None:
    memory, _ = walk("uu")
    after, transitions = expire(memory, 62_050, 60_000)
    assert after.state is State.UNKNOWN and transitions[0].incident is None


def test_it_keeps_an_incident_open_through_silence() -> None:
    memory, _ = walk("udd")
    silent, _ = expire(memory, 100_000, 60_000)
    back, transitions = walk("uu", memory=silent)
    assert back.state is State.UP and [each.incident for each in transitions] == ["close"]


def test_it_does_not_open_a_second_incident_after_silence() -> None:
    memory, _ = walk("udd")
    silent, _ = expire(memory, 100_000, 60_000)
    _, transitions = walk("d", memory=silent)
    assert [(each.after, each.incident) for each in transitions] == [(State.DOWN, None)]


def test_it_closes_an_incident_when_paused_and_starts_anew_when_resumed() -> None:
    memory, _ = walk("udd")
    paused, transitions = pause(memory, 9000)
    assert transitions[0].incident == "close"
    resumed, _ = resume(paused, 10_000)
    assert resumed.state is State.PENDING and not resumed.has_incident


def test_it_takes_no_sample_while_paused() -> None:
    paused, _ = pause(Memory(), 1000)
    after, transitions = walk("ddd", memory=paused)
    assert after.state is State.PAUSED and not transitions


@given(st.text("ud?", max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_its_incidents_open_and_close_in_turn(letters: str, confirm: int, recover: int) -> None:
    memory, transitions = walk(letters, Policy(confirm, recover))
    incidents = [each.incident for each in transitions if each.incident]
    assert incidents == (["open", "close"] * len(incidents))[: len(incidents)]
    assert memory.has_incident == bool(incidents and incidents[-1] == "open")


@given(st.text("ud?", max_size=40), st.data())
def test_repeating_any_sample_changes_nothing(letters: str, data: st.DataObject) -> None:
    plain, _ = walk(letters)
    memory = Memory()
    for index, letter in enumerate(letters):
        status = {"u": "up", "d": "down", "?": "unknown"}[letter]
        seen = Observation((index + 1) * 1000, (index + 1) * 1000 + 50, status)
        memory, _ = step(memory, seen, Policy(2, 2))
        if data.draw(st.booleans()):
            memory, _ = step(memory, seen, Policy(2, 2))
    assert memory == plain
