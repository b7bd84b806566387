"""The state machine, as tables of samples from one location."""

from __future__ import annotations

import pytest

from app.engine.usability.state.machine import (
    Memory,
    Observation,
    Policy,
    State,
    Transition,
    expire,
    is_too_late,
    pause,
    resume,
    step,
)

TWICE = Policy(2, 2)
STATUS = {"u": "up", "d": "down", "s": "degraded", "?": "unknown"}


def walk(
    letters: str, policy: Policy = TWICE, memory: Memory | None = None, is_maintained: bool = False
) -> tuple[Memory, list[Transition]]:
    """u: up, d: down, s: slow, ?: unknown; a sample a second."""
    memory = memory or Memory()
    seen: list[Transition] = []
    for letter in letters:
        due = memory.last_due_ms + 1000
        reason = None if letter == "u" else "connect_refused"
        sample = Observation(due, due + 50, STATUS[letter], reason, is_maintained=is_maintained)
        memory, transitions = step(memory, sample, policy)
        seen += transitions
    return memory, seen


def incidents(transitions: list[Transition]) -> list[str]:
    return [each.incident for each in transitions if each.incident]


@pytest.mark.parametrize(
    ("letters", "state", "acts"),
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
        ("us", State.UP, []),
        ("uss", State.DEGRADED, ["open"]),
        ("ussuu", State.UP, ["open", "close"]),
        ("ussdd", State.DOWN, ["open", "worsen"]),
        ("uddss", State.DEGRADED, ["open", "ease"]),
        ("usdsd", State.DEGRADED, ["open"]),
    ],
)
def test_it_ends_in_this_state_with_these_incidents(letters: str, state: State, acts: list[str]) -> None:
    memory, transitions = walk(letters)
    assert (memory.state, incidents(transitions)) == (state, acts)


def test_it_dates_an_incident_back_to_the_first_failure() -> None:
    _, transitions = walk("uudd")
    assert transitions[-1].started_ms == 3000


def test_a_worse_incident_keeps_its_beginning() -> None:
    _, transitions = walk("ussdd")
    assert (transitions[-1].incident, transitions[-1].started_ms) == ("worsen", 2000)


def test_an_answer_slower_than_the_limit_counts_as_slow() -> None:
    policy, memory = Policy(1, 1, slow_ms=400.0), walk("uuu")[0]
    memory, changes = step(memory, Observation(4000, 4500, "up", None, "", 500.0), policy)
    assert (memory.state, changes[0].incident, changes[0].reason) == (State.DEGRADED, "open", "slow")


def test_it_ignores_a_sample_that_comes_twice() -> None:
    memory, _ = walk("ud")
    again, transitions = step(memory, Observation(memory.last_due_ms, 9000, "down"), TWICE)
    assert again is memory and not transitions


def test_it_becomes_unknown_when_nothing_is_heard() -> None:
    memory, _ = walk("uu")
    after, transitions = expire(memory, 62_050, 60_000)
    assert after.state is State.UNKNOWN and transitions[0].incident is None


def test_it_keeps_an_incident_open_through_silence() -> None:
    memory, _ = walk("udd")
    silent, _ = expire(memory, 100_000, 60_000)
    back, transitions = walk("uu", memory=silent)
    assert back.state is State.UP and incidents(transitions) == ["close"]


def test_it_does_not_open_a_second_incident_after_silence() -> None:
    memory, _ = walk("udd")
    silent, _ = expire(memory, 100_000, 60_000)
    _, transitions = walk("d", memory=silent)
    assert [(each.after, each.incident) for each in transitions] == [(State.DOWN, None)]


def test_one_failure_before_and_one_after_a_silence_are_not_two_in_a_row() -> None:
    memory, _ = walk("ud")
    memory, transitions = step(memory, Observation(300_000, 300_050, "down"), TWICE)
    assert memory.state is State.UP and not transitions


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


def test_a_sample_from_before_a_pause_comes_too_late() -> None:
    resumed, _ = resume(pause(walk("uu")[0], 9000)[0], 10_000)
    after, _ = step(resumed, Observation(8000, 8050, "down"), Policy(1, 1))
    assert after is resumed


def test_maintenance_opens_nothing_and_counting_begins_anew_after_it() -> None:
    memory, _ = walk("ud")
    memory, during = walk("ddd", memory=memory, is_maintained=True)
    assert memory.state is State.MAINTENANCE and not incidents(during)
    memory, after = walk("d", memory=memory)
    assert memory.state is State.UP and not incidents(after)


def test_an_incident_from_before_maintenance_stays_open_until_recovery() -> None:
    memory, _ = walk("udd")
    memory, bad = walk("dud", memory=memory, is_maintained=True)
    assert memory.has_incident and not incidents(bad)
    memory, good = walk("uu", memory=memory, is_maintained=True)
    assert (memory.state, incidents(good)) == (State.MAINTENANCE, ["close"])


def test_samples_nobody_can_judge_tell_of_maintenance_too() -> None:
    memory, _ = walk("udd")
    memory, during = walk("?", memory=memory, is_maintained=True)
    assert memory.state is State.MAINTENANCE and not incidents(during)
    memory, _ = walk("?", memory=memory)
    assert memory.state is State.DOWN


def test_it_flaps_until_it_is_calm() -> None:
    policy = Policy(1, 1, flap_changes=4, flap_window_ms=60_000)
    memory, transitions = walk("ududu", policy)
    assert memory.is_flapping and transitions[-1].is_flapping
    memory, _ = walk("u" * 58, policy, memory)
    assert memory.is_flapping
    memory, _ = walk("u", policy, memory)
    assert not memory.is_flapping


def test_another_policy_does_not_unsay_what_was_said() -> None:
    memory, _ = walk("udd")
    memory, transitions = walk("d", Policy(5, 2), memory)
    assert memory.has_incident and not transitions


def test_a_long_quiet_time_is_remembered_in_few_bytes() -> None:
    memory, _ = walk("uddu" + "u" * 60)
    assert len(memory.to_wire()) < 220
    assert Memory.from_wire(memory.to_wire()) == memory


def test_a_memory_made_from_columns_goes_on_where_it_stopped() -> None:
    memory = Memory.of_columns(State.DOWN, 3000, 4000, 4050, (2000, 3000))
    memory, transitions = walk("uu", memory=memory)
    assert [(each.incident, each.opened_ms) for each in transitions] == [("close", 3000)]


def test_it_tells_what_is_too_late_to_count() -> None:
    memory, _ = walk("u" * 20)
    assert is_too_late(memory, 4000) and not is_too_late(memory, 4500)
