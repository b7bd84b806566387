"""The state machine with several locations: quorum to open and to close, and locations that fall silent."""

from __future__ import annotations

from app.engine.usability.state.machine import Memory, Observation, Policy, State, Transition, step

TWO_OF_THREE = Policy(2, 2, quorum=2, locations=3, interval_ms=60_000)
STATUS = {"u": "up", "d": "down", "s": "degraded", "?": "unknown"}


def walk(
    rounds: dict[str, str], policy: Policy = TWO_OF_THREE, memory: Memory | None = None
) -> tuple[Memory, list[Transition]]:
    """Each location's samples, a minute a round; "-" is none."""
    memory = memory or Memory()
    seen: list[Transition] = []
    start = memory.last_due_ms // 60_000 + 1
    for number in range(max(map(len, rounds.values()))):
        for location, letters in sorted(rounds.items()):
            letter = letters[number : number + 1] or "-"
            if letter != "-":
                due = (start + number) * 60_000
                sample = Observation(due, due + 50, STATUS[letter], None, location, 50.0)
                memory, transitions = step(memory, sample, policy)
                seen += transitions
    return memory, seen


def acts(transitions: list[Transition]) -> list[tuple[str, State | None]]:
    return [(each.incident, each.level) for each in transitions if each.incident]


def test_one_location_that_disagrees_is_regional_not_down() -> None:
    memory, transitions = walk({"a": "uuuuu", "b": "uuddd", "c": "uuuuu"})
    assert memory.state is State.REGIONAL and acts(transitions) == [("open", State.REGIONAL)]


def test_enough_locations_that_agree_make_it_down() -> None:
    memory, transitions = walk({"a": "uudddd", "b": "uuuddd", "c": "uuuuuu"})
    assert memory.state is State.DOWN
    assert acts(transitions) == [("open", State.REGIONAL), ("worsen", State.DOWN)]
    assert transitions[-1].started_ms == 3 * 60_000


def test_it_closes_when_enough_locations_say_so() -> None:
    memory, _ = walk({"a": "udd", "b": "udd", "c": "udd"})
    memory, transitions = walk({"a": "uuuu", "b": "dduu", "c": "dddd"}, memory=memory)
    assert acts(transitions) == [("ease", State.REGIONAL)] and memory.state is State.REGIONAL
    memory, transitions = walk({"a": "uu", "b": "uu", "c": "uu"}, memory=memory)
    assert acts(transitions) == [("close", None)] and memory.state is State.UP


def test_the_votes_are_told_with_the_transition() -> None:
    _, transitions = walk({"a": "uuu", "b": "udd", "c": "uuu"})
    votes = transitions[-1].votes or {}
    assert {name: vote["status"] for name, vote in votes.items()} == {"a": "up", "b": "down", "c": "up"}


def test_a_vote_of_a_silent_location_does_not_count() -> None:
    memory, _ = walk({"a": "uddd", "b": "uuuu", "c": "uuuu"})
    memory, transitions = walk({"b": "uuuuuu", "c": "uuuuuu"}, memory=memory)
    assert acts(transitions) == [("close", None)] and set(memory.votes) == {"b", "c"}


def test_two_bad_votes_far_apart_in_time_are_not_agreement() -> None:
    memory, _ = walk({"a": "udd", "b": "uuu", "c": "uuu"})
    memory, _ = walk({"b": "uuuuudd", "c": "uuuuuuu"}, memory=memory)
    assert memory.state is State.REGIONAL


def test_slow_at_enough_locations_is_degraded() -> None:
    memory, transitions = walk({"a": "uss", "b": "uss", "c": "uuu"})
    assert memory.state is State.DEGRADED and acts(transitions) == [("open", State.DEGRADED)]


def test_slow_at_one_location_is_nothing() -> None:
    memory, transitions = walk({"a": "usss", "b": "uuuu", "c": "uuuu"})
    assert memory.state is State.UP and not acts(transitions)


def test_a_location_that_cannot_judge_says_nothing() -> None:
    memory, transitions = walk({"a": "u????", "b": "u????", "c": "uuuuu"})
    assert memory.state is State.UP and not acts(transitions)


def test_a_quorum_larger_than_the_number_of_locations_is_all_of_them() -> None:
    memory, _ = walk({"a": "udd"}, Policy(2, 2, quorum=3, locations=1))
    assert memory.state is State.DOWN


def test_a_location_that_is_not_asked_any_more_has_no_vote() -> None:
    both = Policy(2, 2, quorum=2, locations=2, places=("a", "b"))
    memory, _ = walk({"a": "uuuu", "b": "uddd"}, both)
    assert memory.state is State.REGIONAL
    memory, transitions = walk({"a": "u"}, Policy(2, 2, quorum=1, locations=1, places=("a",)), memory)
    assert acts(transitions) == [("close", None)] and set(memory.votes) == {"a"}
