"""Incidents out of stored samples: replay under the policy of then, and back-test of another one.

The same `Court` judges here and live, so a replay of the same samples under the same policy tells the same
incidents. What a replay cannot know are checks that were never made: with another `retry_ms` the checks
between two failures are taken to have failed like them, and everything else is taken from what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.engine.usability.state.policy import Observation, Policy, State
from app.engine.usability.state.votes import BAD, GOOD, KINDS, RANK, SLOW, UNSURE, Court, Item

SLOW_REASON = "slow"
TOO_LATE = 2
"""Bit of a stored sample's flags: it came too late to be judged, so a replay leaves it out as well."""
MOST = 10_000
"""Incidents a replay tells at most."""

Limit = Callable[[int], float | None]
Act = tuple[int, str]
"""When somebody did it (unix ms), and what: "pause" or "resume"."""


@dataclass(slots=True)
class Episode:
    """One incident as replayed; `level` is the last, `worst` the worst, `closed_ms` None while it is open."""

    started_ms: int
    opened_ms: int
    level: State
    worst: State
    reason: str | None = None
    closed_ms: int | None = None

    def lasted_ms(self, until_ms: int) -> int:
        """How long it was open, from the moment it was found."""
        end_ms = until_ms if self.closed_ms is None else self.closed_ms
        return max(0, end_ms - self.opened_ms)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy made of a span of samples: incidents, how long they were open, how late they began."""

    episodes: list[Episode]
    alarm_ms: int
    first_delay_ms: int | None
    mean_delay_ms: int | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """Two policies over the samples due in [`from_ms`, `to_ms`]."""

    from_ms: int
    to_ms: int
    samples: int
    old: Outcome
    new: Outcome


def replay(samples: Iterable[Observation], policy: Policy, acts: Sequence[Act] = ()) -> list[Episode]:
    """The incidents of samples in any order, oldest first; at most 10,000."""
    items = sorted((_item(seen, policy) for seen in samples), key=lambda item: item[:2])
    return _judged(items, policy, acts)


def backtest(
    samples: Sequence[Observation],
    old: Policy,
    new: Policy,
    *,
    limit: Limit | None = None,
    retry_ms: int | None = None,
    locations: Sequence[str] | None = None,
    acts: Sequence[Act] = (),
) -> Backtest:
    """Both policies over the same samples.

    `limit` (due time → milliseconds or None) decides anew what was slow, `retry_ms` adds the checks between
    two failures, `locations` leaves out all others: each for the new policy, where it differs from the old.
    """
    ordered = sorted(samples, key=lambda seen: (seen.due_ms, seen.location))
    to_ms = max((seen.due_ms for seen in ordered[-1:]), default=0)
    changed: Iterable[Observation] = ordered
    if locations is not None:
        changed = [seen for seen in changed if seen.location in locations]
    if limit is not None:
        changed = [_slow_by(seen, limit) for seen in changed]
    items = [_item(seen, new) for seen in changed]
    if retry_ms is not None:
        items = sorted(_retried(items, retry_ms, new.confirm), key=lambda item: item[:2])
    return Backtest(
        from_ms=ordered[0].due_ms if ordered else 0,
        to_ms=to_ms,
        samples=len(ordered),
        old=_outcome(_judged([_item(seen, old) for seen in ordered], old, acts), to_ms),
        new=_outcome(_judged(items, new, acts), to_ms),
    )


def _item(seen: Observation, policy: Policy) -> Item:
    kind = KINDS.get(seen.status, UNSURE)
    limit_ms, total_ms = policy.slow_ms, seen.total_ms
    reason = seen.reason
    if kind == GOOD:
        reason = None
        if limit_ms is not None and total_ms is not None and total_ms > limit_ms:
            kind, reason = SLOW, SLOW_REASON
    return seen.due_ms, seen.location, kind, seen.at_ms - seen.due_ms, reason, seen.is_maintained


def _slow_by(seen: Observation, limit: Limit) -> Observation:
    """The sample as another limit would have had it: slow is only what was slow by a limit, or would be."""
    is_slow = seen.status == "degraded" and seen.reason in (None, SLOW_REASON)
    if seen.status != "up" and not is_slow:
        return seen
    limit_ms = limit(seen.due_ms)
    if limit_ms is not None and seen.total_ms is not None and seen.total_ms > limit_ms:
        return seen if is_slow else replace(seen, status="degraded", reason=SLOW_REASON)
    return replace(seen, status="up", reason=None) if is_slow else seen


def _retried(items: Sequence[Item], retry_ms: int, confirm: int) -> Iterator[Item]:
    """The samples, and between two failures of a location those that earlier looks would have brought."""
    before: dict[str, Item] = {}
    runs: dict[str, int] = {}
    for item in items:
        location, kind = item[1], item[2]
        last = before.get(location)
        if kind == BAD and last is not None and last[2] == BAD:
            due_ms = last[0] + retry_ms
            while due_ms < item[0] and runs[location] < confirm:
                runs[location] += 1
                yield due_ms, location, BAD, last[3], last[4], last[5]
                due_ms += retry_ms
        if kind != UNSURE:
            runs[location] = runs.get(location, 0) + 1 if kind == BAD else 0
            before[location] = item
        yield item


def _judged(items: Sequence[Item], policy: Policy, acts: Sequence[Act]) -> list[Episode]:
    court, waiting, is_paused = Court(), sorted(acts, reverse=True), False
    found: list[Episode] = []
    stale_ms = policy.stale_ms
    for item in items:
        while waiting and waiting[-1][0] <= item[0]:
            at_ms, act = waiting.pop()
            is_paused = act == "pause"
            court = _anew(court, _end(found, at_ms) if is_paused else 0)
        # What was complete only after a pause began found nobody who took it.
        is_cut = bool(waiting) and waiting[-1][0] < item[0] + item[3]
        if is_paused or is_cut or _is_quiet(court, item, stale_ms):
            continue
        _note(found, court, court.take(item, policy))
        if len(found) > MOST:
            break
    if any(act == "pause" for _, act in waiting):
        _end(found, waiting[-1][0])
    return found[:MOST]


def _is_quiet(court: Court, item: Item, stale_ms: int) -> bool:
    """Whether a good sample of one location that has been good all along changes nothing; noted here."""
    if (
        item[2] != GOOD
        or court.state is not State.UP
        or item[5]
        or court.is_flapping
        or len(court.votes) != 1
    ):
        return False
    vote = court.votes.get(item[1])
    if vote is None or vote.kind != GOOD or court.level is not None or item[0] - vote.last_ms > stale_ms:
        return False
    vote.last_ms = item[0]
    vote.good += 1
    vote.bad = vote.trouble = 0
    return True


def _note(found: list[Episode], court: Court, act: str | None) -> None:
    level = court.level
    if act is None:
        return
    if act == "open" and level is not None:
        found.append(Episode(court.started_ms, court.opened_ms, level, level, court.reason))
    elif act == "close":
        found[-1].closed_ms = court.changed_ms
    elif level is not None:
        found[-1].level = level
        found[-1].worst = max(found[-1].worst, level, key=RANK.__getitem__)


def _end(found: list[Episode], at_ms: int) -> int:
    """A pause ends an open incident; says when."""
    if found and found[-1].closed_ms is None:
        found[-1].closed_ms = at_ms = max(at_ms, found[-1].opened_ms + 1)
    return at_ms


def _anew(court: Court, changed_ms: int) -> Court:
    fresh = Court()
    fresh.changed_ms = max(court.changed_ms, changed_ms)
    return fresh


def _outcome(episodes: list[Episode], to_ms: int) -> Outcome:
    delays = [each.opened_ms - each.started_ms for each in episodes]
    return Outcome(
        episodes=episodes,
        alarm_ms=sum(each.lasted_ms(to_ms) for each in episodes),
        first_delay_ms=delays[0] if delays else None,
        mean_delay_ms=sum(delays) // len(delays) if delays else None,
    )
