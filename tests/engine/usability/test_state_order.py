"""What holds for every sequence of samples: pairs, order, replay, and the wire form."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.usability.state.machine import (
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
from app.engine.usability.state.tail import tail_length

STEP_MS = 20_000
# A busy machine is no reason to fail.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACES = ("a", "b", "c")


@dataclass
class Book:
    """The incidents as somebody writes them down who knows nothing but the transitions."""

    rows: dict[int, dict[str, object]] = field(default_factory=dict)

    def write(self, change: Transition) -> None:
        if change.incident is None:
            return
        assert change.opened_ms is not None
        if change.incident == "open":
            assert change.opened_ms not in self.rows
            assert change.closed_ms is not None or not self.open_ones()
            self.rows[change.opened_ms] = {"started": change.started_ms, "closed": change.closed_ms}
            self.rows[change.opened_ms]["level"] = change.level
            return
        row = self.rows.pop(change.opened_ms)
        if change.incident == "withdraw":
            return
        if change.incident == "amend":
            row |= {"started": change.started_ms, "closed": change.closed_ms}
            self.rows[change.at_ms] = row
            return
        if change.incident == "close":
            assert row["closed"] is None
            row["closed"] = change.at_ms
        elif change.incident == "reopen":
            assert row["closed"] is not None
            row["closed"] = None
        elif change.level is not None:
            assert row["level"] != change.level
            row["level"] = change.level
        self.rows[change.opened_ms] = row

    def open_ones(self) -> list[int]:
        return [opened for opened, row in self.rows.items() if row["closed"] is None]


samples = st.builds(
    Observation,
    due_ms=st.integers(1, 60).map(lambda slot: slot * STEP_MS),
    at_ms=st.just(0),
    status=st.sampled_from(["up", "up", "down", "down", "degraded", "unknown"]),
    reason=st.sampled_from([None, "timeout"]),
    location=st.sampled_from(PLACES),
    is_maintained=st.sampled_from([False, False, False, True]),
).flatmap(
    lambda seen: st.integers(0, 30_000).map(
        lambda lag: Observation(
            seen.due_ms, seen.due_ms + lag, seen.status, seen.reason, seen.location, None, seen.is_maintained
        )
    )
)
histories = st.lists(samples, max_size=60, unique_by=lambda seen: (seen.due_ms, seen.location)).map(
    lambda given: sorted(given, key=lambda seen: (seen.due_ms, seen.location))
)
policies = st.builds(
    Policy,
    confirm=st.integers(1, 4),
    recover=st.integers(1, 4),
    quorum=st.integers(1, 3),
    locations=st.integers(1, 3),
    interval_ms=st.sampled_from([5_000, 20_000, 60_000]),
    flap_changes=st.sampled_from([0, 3, 6]),
    flap_window_ms=st.sampled_from([60_000, 600_000]),
)


def taken(given: list[Observation], policy: Policy, book: Book | None = None) -> Memory:
    memory = Memory()
    for seen in given:
        memory, transitions = step(memory, seen, policy)
        for change in transitions:
            if book is not None:
                book.write(change)
    return memory


def shuffled(given: list[Observation], policy: Policy, seed: int) -> list[Observation]:
    """Another order of delivery, in which no more samples overtake one than the tail holds."""
    chance, left = random.Random(seed), list(given)
    result: list[Observation] = []
    reach = tail_length(policy)
    while left:
        window = left[: 1 + chance.choice((0, 0, 1, 3, reach - 1))]
        # The oldest has to go once as many newer ones as the tail holds have been delivered.
        newer = len([each for each in result if _key(each) > _key(left[0])])
        chosen = left[0] if newer >= reach - 1 else chance.choice(window)
        left.remove(chosen)
        result.append(chosen)
    return result


def _key(seen: Observation) -> tuple[int, str]:
    return seen.due_ms, seen.location


@calm
@given(histories, policies)
def test_incidents_open_and_close_in_pairs(given: list[Observation], policy: Policy) -> None:
    book = Book()
    memory = taken(given, policy, book)
    assert len(book.open_ones()) == int(memory.has_incident)
    assert all(row["started"] <= opened for opened, row in book.rows.items())  # type: ignore[operator]


@settings(calm, max_examples=400)
@given(histories, policies, st.integers(0, 2**32))
def test_no_order_of_delivery_changes_the_outcome(
    given: list[Observation], policy: Policy, seed: int
) -> None:
    straight, crooked = Book(), Book()
    one = taken(given, policy, straight)
    other = taken(shuffled(given, policy, seed), policy, crooked)
    assert crooked.rows == straight.rows
    assert (other.state, other.votes, other.is_flapping) == (one.state, one.votes, one.is_flapping)


@calm
@given(histories, policies, st.data())
def test_samples_that_come_again_change_nothing(
    given: list[Observation], policy: Policy, data: st.DataObject
) -> None:
    plain, repeated = Book(), Book()
    one, other = taken(given, policy, plain), Memory()
    for number, seen in enumerate(given):
        again = [given[data.draw(st.integers(0, number))] for _ in range(data.draw(st.integers(0, 2)))]
        for each in (seen, *again):
            other, transitions = step(other, each, policy)
            for change in transitions:
                repeated.write(change)
    assert (other, repeated.rows) == (one, plain.rows)


@calm
@given(histories, policies, st.integers(0, 2**32))
def test_the_memory_survives_its_wire_form(given: list[Observation], policy: Policy, seed: int) -> None:
    kept, sent = Memory(), Memory()
    for seen in shuffled(given, policy, seed):
        kept, said = step(kept, seen, policy)
        sent, same = step(Memory.from_wire(sent.to_wire()), seen, policy)
        assert same == said
    assert Memory.from_wire(sent.to_wire()) == kept


acts = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["expire", "pause", "resume"])), max_size=8)


@settings(calm, max_examples=300)
@given(histories, policies, acts, st.integers(0, 2**32))
def test_pairs_hold_through_silence_pauses_and_any_order(
    given: list[Observation], policy: Policy, acts: list[tuple[int, str]], seed: int
) -> None:
    book, memory, now_ms = Book(), Memory(), 0
    delivered = shuffled(given, policy, seed)
    for number, seen in enumerate(delivered):
        now_ms = max(now_ms + 1, seen.at_ms)
        for _, act in (each for each in acts if each[0] == number):
            if act == "expire":
                now_ms += policy.stale_ms + 1
                memory, transitions = expire(memory, now_ms, policy.stale_ms)
                assert memory.state in (State.UNKNOWN, State.PAUSED)
            else:
                memory, transitions = (pause if act == "pause" else resume)(memory, now_ms)
            for change in transitions:
                book.write(change)
        memory, transitions = step(memory, seen, policy)
        for change in transitions:
            book.write(change)
    assert len(book.open_ones()) == int(memory.has_incident)
    if memory.state in (State.DOWN, State.REGIONAL, State.DEGRADED):
        assert memory.has_incident


@calm
@given(histories, policies)
def test_silence_never_makes_it_down(given: list[Observation], policy: Policy) -> None:
    memory = taken(given, policy)
    after, transitions = expire(memory, 10**9, policy.stale_ms)
    assert after.state is State.UNKNOWN and all(each.incident is None for each in transitions)
