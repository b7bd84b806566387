"""Replay tells what was told live, and a back-test what another policy would have told."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.usability.state.machine import Memory, pause, resume, step
from app.engine.usability.state.policy import Observation, Policy, State
from app.engine.usability.state.replay import Episode, backtest, replay
from tests.engine.usability.test_state_order import Book, calm, histories, policies, shuffled, taken

MINUTE = 60_000
STATUS = {"u": "up", "d": "down", "s": "degraded", "?": "unknown"}


def samples(letters: str, location: str = "", total_ms: float = 50.0) -> list[Observation]:
    """A sample a minute, each complete after 50 ms."""
    return [
        Observation(
            minute * MINUTE,
            minute * MINUTE + 50,
            STATUS[letter],
            "slow",
            location,
            total_ms if letter in "us" else 0,
        )
        for minute, letter in enumerate(letters, 1)
    ]


def rows(episodes: list[Episode]) -> dict[int, dict[str, object]]:
    return {
        each.opened_ms: {"started": each.started_ms, "closed": each.closed_ms, "level": each.level}
        for each in episodes
    }


@settings(calm, max_examples=200)
@given(histories, policies, st.integers(0, 2**32))
def test_a_replay_equals_what_was_told_live(given: list[Observation], policy: Policy, seed: int) -> None:
    live = Book()
    taken(shuffled(given, policy, seed), policy, live)
    assert rows(replay(given, policy)) == live.rows


pauses = st.lists(st.integers(1, 1_300_000), max_size=6, unique=True).map(sorted)


@settings(calm, max_examples=200)
@given(histories, policies, pauses)
def test_a_replay_equals_what_was_told_live_through_pauses(
    given: list[Observation], policy: Policy, moments: list[int]
) -> None:
    acts = [(at_ms, ("pause", "resume")[number % 2]) for number, at_ms in enumerate(moments)]
    memory, live, waiting = Memory(), Book(), list(acts)
    for seen in sorted(given, key=lambda each: (each.at_ms, each.due_ms, each.location)):
        while waiting and waiting[0][0] < seen.at_ms:
            at_ms, act = waiting.pop(0)
            memory, transitions = (pause if act == "pause" else resume)(memory, at_ms)
            for change in transitions:
                live.write(change)
        memory, transitions = step(memory, seen, policy)
        for change in transitions:
            live.write(change)
    for at_ms, act in waiting:
        memory, transitions = (pause if act == "pause" else resume)(memory, at_ms)
        for change in transitions:
            live.write(change)
    assert rows(replay(given, policy, acts)) == live.rows


def test_a_calmer_policy_would_have_alerted_less_often() -> None:
    told = backtest(samples("uudduuduudduudddddduuu"), Policy(1, 1), Policy(3, 2))
    assert (len(told.old.episodes), len(told.new.episodes)) == (4, 1)


def test_it_says_how_long_and_how_late() -> None:
    told = backtest(samples("uudddduuu"), Policy(1, 1), Policy(3, 2))
    assert (told.old.alarm_ms, told.old.first_delay_ms) == (4 * MINUTE, 50)
    assert (told.new.alarm_ms, told.new.first_delay_ms) == (3 * MINUTE, 2 * MINUTE + 50)


def test_an_incident_that_is_open_counts_until_the_newest_sample() -> None:
    told = backtest(samples("uuddd"), Policy(1, 1), Policy(1, 1))
    assert told.old.alarm_ms == 2 * MINUTE - 50


def test_another_limit_decides_anew_what_was_slow() -> None:
    seen = samples("uu", total_ms=300.0) + samples("uuuuuu", total_ms=300.0)[2:]
    told = backtest(seen, Policy(2, 2), Policy(2, 2), limit=lambda due_ms: 200.0)
    assert [each.level for each in told.new.episodes] == [State.DEGRADED] and not told.old.episodes


def test_a_higher_limit_takes_back_what_was_slow() -> None:
    told = backtest(samples("uussssuu", total_ms=300.0), Policy(), Policy(), limit=lambda due_ms: 500.0)
    assert len(told.old.episodes) == 1 and not told.new.episodes


def test_a_type_that_says_degraded_by_itself_stays_degraded() -> None:
    seen = [Observation(n * MINUTE, n * MINUTE + 50, "degraded", "tls_expiring", "", 50.0) for n in (1, 2)]
    told = backtest(seen, Policy(), Policy(), limit=lambda due_ms: None)
    assert len(told.new.episodes) == 1


def test_earlier_looks_find_an_outage_sooner() -> None:
    told = backtest(samples("uuddddu"), Policy(3, 2), Policy(3, 2), retry_ms=10_000)
    assert (told.old.first_delay_ms, told.new.first_delay_ms) == (2 * MINUTE + 50, 20_050)


def test_a_quorum_makes_one_location_regional() -> None:
    seen = samples("uudduu", "a") + samples("uuuuuu", "b") + samples("uuuuuu", "c")
    told = backtest(seen, Policy(locations=3), Policy(quorum=2, locations=3))
    assert [each.worst for each in told.old.episodes + told.new.episodes] == [State.DOWN, State.REGIONAL]


def test_a_location_may_be_left_out() -> None:
    seen = samples("uudduu", "a") + samples("uuuuuu", "b")
    told = backtest(seen, Policy(locations=2), Policy(), locations=["b"])
    assert len(told.old.episodes) == 1 and not told.new.episodes


def test_no_samples_are_no_incidents() -> None:
    told = backtest([], Policy(), Policy())
    assert (told.samples, told.old.episodes, told.new.alarm_ms) == (0, [], 0)
