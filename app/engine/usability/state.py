"""The state machine of one monitor: `(state, sample, policy) → (state, transitions)`, pure.

Rules, in the order they are asked:

1. A paused monitor takes no samples.
2. A sample whose due time is not newer than the last one's changes nothing (it came late or twice), so
   no repetition of a message moves the state.
3. An unknown sample (the probe could not judge) moves no counter. UNKNOWN is entered by `expire` alone:
   nothing was heard for too long. It is never DOWN, and it leaves an open incident open.
4. `confirm` down samples in a row open an incident, dated back to the first of them; a single good sample
   starts the count anew.
5. `recover` good samples in a row close it. Without an open incident one good sample is enough for UP.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    PENDING = "PENDING"
    UP = "UP"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"
    PAUSED = "PAUSED"


@dataclass(frozen=True, slots=True)
class Policy:
    """How many samples in a row it takes to open and to close an incident."""

    confirm: int = 2
    recover: int = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """What the machine needs of a sample. `at_ms` is the moment the sample was complete, unix ms."""

    due_ms: int
    at_ms: int
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """All the machine remembers between two samples. Times are unix milliseconds."""

    state: State = State.PENDING
    since_ms: int = 0
    failures: int = 0
    successes: int = 0
    first_failure_ms: int | None = None
    last_due_ms: int = 0
    last_known_ms: int = 0
    has_incident: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """`incident` says what the change does to incidents: "open", "close" or None."""

    at_ms: int
    before: State
    after: State
    incident: str | None = None
    started_ms: int | None = None
    reason: str | None = None


Step = tuple[Memory, tuple[Transition, ...]]


def step(memory: Memory, seen: Observation, policy: Policy) -> Step:
    """Take one sample."""
    if memory.state is State.PAUSED or seen.due_ms <= memory.last_due_ms:
        return memory, ()
    memory = replace(memory, last_due_ms=seen.due_ms)
    if seen.status == "unknown":
        return memory, ()
    memory = replace(memory, last_known_ms=max(memory.last_known_ms, seen.at_ms))
    return _good(memory, seen, policy) if seen.status == "up" else _bad(memory, seen, policy)


def _good(memory: Memory, seen: Observation, policy: Policy) -> Step:
    memory = replace(memory, successes=memory.successes + 1, failures=0, first_failure_ms=None)
    if memory.has_incident and memory.successes < policy.recover:
        return memory, ()
    if memory.state is State.UP:
        return memory, ()
    change = Transition(seen.at_ms, memory.state, State.UP, "close" if memory.has_incident else None)
    return replace(memory, state=State.UP, since_ms=seen.at_ms, has_incident=False), (change,)


def _bad(memory: Memory, seen: Observation, policy: Policy) -> Step:
    first = memory.first_failure_ms if memory.failures else seen.due_ms
    memory = replace(memory, failures=memory.failures + 1, successes=0, first_failure_ms=first)
    if memory.state is State.DOWN or (memory.failures < policy.confirm and not memory.has_incident):
        return memory, ()
    opens = None if memory.has_incident else "open"
    change = Transition(seen.at_ms, memory.state, State.DOWN, opens, first, seen.reason)
    return replace(memory, state=State.DOWN, since_ms=seen.at_ms, has_incident=True), (change,)


def expire(memory: Memory, now_ms: int, stale_after_ms: int) -> Step:
    """Nothing known for `stale_after_ms`: the state is UNKNOWN, and counting starts anew."""
    heard_ms = max(memory.last_known_ms, memory.since_ms)
    if memory.state in (State.PAUSED, State.UNKNOWN) or now_ms - heard_ms < stale_after_ms:
        return memory, ()
    change = Transition(now_ms, memory.state, State.UNKNOWN)
    fresh = replace(
        memory, state=State.UNKNOWN, since_ms=now_ms, failures=0, successes=0, first_failure_ms=None
    )
    return fresh, (change,)


def pause(memory: Memory, now_ms: int) -> Step:
    """Stop watching. An open incident ends, since nobody will see it close."""
    if memory.state is State.PAUSED:
        return memory, ()
    change = Transition(now_ms, memory.state, State.PAUSED, "close" if memory.has_incident else None)
    return Memory(State.PAUSED, now_ms, last_due_ms=memory.last_due_ms, last_known_ms=memory.last_known_ms), (
        change,
    )


def resume(memory: Memory, now_ms: int) -> Step:
    if memory.state is not State.PAUSED:
        return memory, ()
    change = Transition(now_ms, State.PAUSED, State.PENDING)
    return Memory(State.PENDING, now_ms, last_due_ms=memory.last_due_ms), (change,)
