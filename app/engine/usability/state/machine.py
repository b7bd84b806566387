"""The state machine of one monitor: `(memory, sample, policy) → (memory, transitions)`, pure.

1. A paused monitor takes no samples.
2. The order in which samples come changes nothing: they are judged in the order of their due times. One that
   comes twice is not taken twice; one older than everything remembered is ignored (`tail`).
3. An unknown sample (the probe could not judge) moves nothing. UNKNOWN is entered by `expire` alone: nothing
   was heard for too long. It is never DOWN, and it leaves an open incident open.
4. What the samples say is decided in `votes`: per location, then by quorum. One incident at a time; it gets
   worse and better between DEGRADED, REGIONAL and DOWN, and is dated back to the first bad sample of the
   votes that opened it.
5. While the newest sample was made in maintenance the state is MAINTENANCE.
6. `expire`, `pause` and `resume` are acts at a moment; samples due before a resumption come too late.

Nearly every sample is an up one of a monitor that has been up all the while from one location. Its memory is
*quiet*: one flat list that the sample is appended to, without any judging.
"""

from __future__ import annotations

from dataclasses import replace

from app.engine.usability.state.memory import (
    AT_BASE,
    AT_KNOWN,
    AT_LAST,
    AT_LOCATION,
    AT_PAIRS,
    AT_RUN,
    FULL,
    Memory,
    Whole,
)
from app.engine.usability.state.policy import Act, Observation, Policy, State, Transition, Votes
from app.engine.usability.state.tail import Record, append, insert
from app.engine.usability.state.votes import BAD, GOOD, KINDS, SLOW, UNSURE, Court, Item

__all__ = [
    "Act",
    "Memory",
    "Observation",
    "Policy",
    "State",
    "Step",
    "Transition",
    "Votes",
    "expire",
    "is_too_late",
    "pause",
    "resume",
    "step",
    "taken_back",
]

Step = tuple[Memory, tuple[Transition, ...]]


def step(memory: Memory, seen: Observation, policy: Policy) -> Step:
    """Take one sample. The very same memory comes back when the sample changes nothing."""
    quiet = memory.quiet
    if quiet is None or seen.status != "up" or seen.is_maintained or seen.location != quiet[AT_LOCATION]:
        return _judge(memory, seen, policy)
    due_ms, at_ms = seen.due_ms, seen.at_ms
    gap_ms = due_ms - quiet[AT_LAST]
    if gap_ms <= 0 or gap_ms > policy.stale_ms or policy.locations != 1:
        return _judge(memory, seen, policy)
    if policy.slow_ms is not None and seen.total_ms is not None and seen.total_ms > policy.slow_ms:
        return _judge(memory, seen, policy)
    quiet = quiet.copy()
    if len(quiet) >= FULL:
        quiet[AT_BASE] += quiet[AT_PAIRS]
        del quiet[AT_PAIRS : AT_PAIRS + 2]
    quiet[AT_RUN] += 1
    quiet[AT_LAST] = due_ms
    if at_ms > quiet[AT_KNOWN]:
        quiet[AT_KNOWN] = at_ms
    quiet.append(gap_ms)
    quiet.append(at_ms - due_ms)
    return Memory(quiet), ()


def _judge(memory: Memory, seen: Observation, policy: Policy) -> Step:
    present = memory.whole()
    before = present.state
    if before is State.PAUSED or present.record.place_of(seen.due_ms, seen.location) is None:
        return memory, ()
    after = present.copy()
    _keep_to_policy(after, policy)
    record, item = after.record, _item(seen, policy)
    place = record.place_of(seen.due_ms, seen.location)
    if place is None:
        return memory, ()
    is_newest = place == len(record.items)
    changes = append(record, item, policy, before) if is_newest else insert(record, place, item, policy)
    record.forget_oldest(policy)
    if item[2] != UNSURE:
        after.known_ms = max(after.known_ms, seen.at_ms)
        if is_newest and record.court.is_judged:
            after.over = None
    changes = _dated(after, before, changes, seen.at_ms)
    return Memory(after.to_quiet(policy), after), tuple(changes)


def _keep_to_policy(after: Whole, policy: Policy) -> None:
    """What was told by another policy is not told anew by this one; who is not asked any more has no vote."""
    mark = policy.mark
    if after.mark == mark:
        return
    if after.mark is not None:
        after.record.settle()
    if policy.places:
        after.record.keep_only(policy.places)
    after.mark = mark


def _item(seen: Observation, policy: Policy) -> Item:
    kind = KINDS.get(seen.status, UNSURE)
    reason = seen.reason if kind in (SLOW, BAD) else None
    is_slow = policy.slow_ms is not None and seen.total_ms is not None and seen.total_ms > policy.slow_ms
    if kind == GOOD and is_slow:
        kind, reason = SLOW, "slow"
    return seen.due_ms, seen.location, kind, seen.at_ms - seen.due_ms, reason, seen.is_maintained


def _dated(after: Whole, before: State, changes: list[Transition], at_ms: int) -> list[Transition]:
    state, court = after.state, after.record.court
    if state is not before:
        after.since_ms = max(after.since_ms, at_ms)
        if not changes:
            changes = [Transition(after.since_ms, before, state, votes=court.said())]
    return [replace(each, before=before, after=state, is_flapping=court.is_flapping) for each in changes]


def is_too_late(memory: Memory, due_ms: int, location: str = "") -> bool:
    """Whether a sample is older than everything remembered, so that no verdict will ever hear of it."""
    quiet = memory.quiet
    if quiet is not None:
        return (due_ms, location) <= (quiet[AT_BASE], quiet[AT_LOCATION])
    return (due_ms, location) <= memory.whole().record.base.last


def expire(memory: Memory, now_ms: int, stale_after_ms: int) -> Step:
    """Nothing known for `stale_after_ms`: the state is UNKNOWN."""
    heard_ms = max(memory.last_known_ms, memory.since_ms)
    before = memory.state
    if before in (State.PAUSED, State.UNKNOWN) or now_ms - heard_ms < stale_after_ms:
        return memory, ()
    after = memory.whole().copy()
    after.over, after.since_ms = State.UNKNOWN, now_ms
    return Memory(None, after), (Transition(now_ms, before, State.UNKNOWN),)


def pause(memory: Memory, now_ms: int) -> Step:
    """Stop watching. An open incident ends, since nobody will see it close."""
    before = memory.state
    if before is State.PAUSED:
        return memory, ()
    court = memory.whole().record.court
    at_ms = max(now_ms, court.changed_ms + 1) if court.level is not None else now_ms
    closing: Act | None = "close" if court.level is not None else None
    change = Transition(
        at_ms,
        before,
        State.PAUSED,
        closing,
        court.started_ms if closing else None,
        opened_ms=court.opened_ms if closing else None,
    )
    return _fresh(court, at_ms, State.PAUSED, now_ms, memory.last_known_ms), (change,)


def resume(memory: Memory, now_ms: int) -> Step:
    if memory.state is not State.PAUSED:
        return memory, ()
    change = Transition(now_ms, State.PAUSED, State.PENDING)
    return _fresh(memory.whole().record.court, 0, None, now_ms, 0), (change,)


def taken_back(memory: Memory, before_ms: int) -> Memory:
    """The memory after a clock was set back to `before_ms`: what was judged stands, counting begins anew.

    Otherwise everything would come too late until the clock is there again.
    """
    after = memory.whole().copy()
    court = after.record.court.copy()
    court.last, court.votes, court.flaps = (before_ms, ""), {}, []
    after.record = Record(court, [], court.copy())
    after.since_ms, after.known_ms = min(after.since_ms, before_ms), min(after.known_ms, before_ms)
    return Memory(None, after)


def _fresh(court: Court, changed_ms: int, over: State | None, now_ms: int, known_ms: int) -> Memory:
    """Begin anew at a moment; what was due before it is too late."""
    empty = Court((max(court.last[0], now_ms), ""))
    empty.changed_ms = max(changed_ms, court.changed_ms)
    return Memory(None, Whole(empty, over, now_ms, known_ms))
