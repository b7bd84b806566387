"""The recorder's judgement of a batch: each monitor's memory walked through its samples.

No objects of the ORM and no query of its own: rows come in as tuples, what is to be written goes out as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from app.engine.usability.certificate import identity
from app.engine.usability.state.machine import Memory, is_too_late, step
from app.engine.usability.state.policy import Observation, Policy, State, Transition
from app.engine.usability.types import Sample
from app.models.result import (
    ADDRESS_LENGTH,
    IN_MAINTENANCE,
    PHASES,
    REASON_LENGTH,
    STATUS_NUMBER,
    TOO_LATE,
)
from app.models.state_rows import Plain, PolicyRow, Rest, StateRow
from app.service.rollup.dirty import LOOK_MS, is_cut_short

Spans = Mapping[int, Sequence[tuple[int, int]]]
Limit = Callable[[PolicyRow, int], float | None]
MOST_US = 2_000_000_000
CALLED_MS = 400 * 86_400_000
"""Longer than any time between two calls of a heartbeat."""
_PHASES = tuple(f"{phase}_ms" for phase in PHASES)


@dataclass(slots=True)
class Judged:
    """One sample as it counts here: under planned work or not, and slow by the limit in force.

    `cuts_ms` is when the sample before it was due, where this one ends what that stands for too late for the
    roll-ups to have seen it.
    """

    sample: Sample
    status: str
    reason: str | None
    detail: dict[str, Any]
    flags: int
    cuts_ms: int | None = None

    @property
    def finished_ms(self) -> int:
        return self.sample.started_ms + int(self.sample.total_ms or 0)


def judged(sample: Sample, spans: Sequence[tuple[int, int]], limit_ms: float | None) -> Judged:
    """A sample with what this installation adds to it."""
    flags = 0
    if spans and any(start <= sample.due_ms < end for start, end in spans):
        flags = IN_MAINTENANCE
    # Upside down a failure is good, and how long it took to fail is no answer's time.
    total_ms = None if sample.facts and sample.facts.get("seemed") else sample.total_ms
    if limit_ms is None or total_ms is None or sample.status != "up" or total_ms <= limit_ms:
        return Judged(sample, sample.status, sample.reason, sample.detail, flags)
    detail = {"total_ms": round(total_ms), "limit_ms": round(limit_ms)}
    return Judged(sample, "degraded", "slow", detail, flags)


def values_of(each: Judged, location: int) -> tuple[Any, ...]:
    """A sample as a row of its day's table; `location` is the location's short number."""
    sample = each.sample
    return (
        sample.monitor_id,
        sample.due_ms,
        location,
        STATUS_NUMBER[each.status],
        each.flags,
        each.reason and each.reason[:REASON_LENGTH],
        _us(sample.total_ms),
        *(_us(getattr(sample, name)) for name in _PHASES),
        _us(sample.late_ms) or 0,
        _us(sample.lag_ms) or 0,
        sample.http_status,
        sample.address and sample.address[:ADDRESS_LENGTH],
        as_text(each.detail),
    )


def _us(ms: float | None) -> int | None:
    return None if ms is None else min(MOST_US, max(0, round(ms * 1000)))


def as_text(value: Mapping[str, Any] | None) -> str | None:
    """JSON as a column keeps it; nothing for an empty one."""
    return orjson.dumps(value).decode() if value else None


class Desk:
    """One monitor while its samples are judged: what it was, and what is to be written of it."""

    __slots__ = (
        "changes",
        "identities",
        "is_touched",
        "last",
        "locations",
        "memory",
        "policy",
        "rest",
        "row",
        "rules",
        "was",
    )

    def __init__(self, row: StateRow, rules: PolicyRow, locations: tuple[str, ...]) -> None:
        self.row, self.rules, self.locations = row, rules, locations
        self.policy = policy_of(rules, locations)
        self.memory = Memory.from_wire(row.memory) if row.memory else _from_columns(row)
        self.was = self.memory.state
        self.rest = Rest(row.last_detail, row.facts, row.votes)
        self.last: Judged | None = None
        self.is_touched = False
        self.changes: list[tuple[Judged, tuple[Transition, ...]]] = []
        self.identities: list[tuple[Judged, identity.Change]] = []

    def take(self, each: Judged) -> None:
        """Walk on by one sample; one of a location that is not asked any more is kept, and not judged."""
        sample, before = each.sample, self.memory
        if sample.location not in self.locations:
            each.flags |= TOO_LATE
            return
        each.cuts_ms = self._cuts(sample)
        if sample.due_ms <= before.last_due_ms and is_too_late(before, sample.due_ms, sample.location):
            each.flags |= TOO_LATE
        seen = Observation(
            sample.due_ms,
            each.finished_ms,
            each.status,
            each.reason,
            sample.location,
            sample.total_ms,
            bool(each.flags & IN_MAINTENANCE),
        )
        self.memory, changes = step(before, seen, self.policy)
        if self.memory is before:
            return
        self.is_touched = True
        if changes:
            self.changes.append((each, changes))
        if sample.due_ms >= before.last_due_ms:
            self.last = each
            self._note(each)

    def _cuts(self, sample: Sample) -> int | None:
        interval_ms = self.rules.interval_seconds * 1000
        if interval_ms <= LOOK_MS:
            return None
        before_ms = self.memory.due_before(sample.due_ms, sample.location)
        if before_ms is None or not is_cut_short(before_ms, sample.due_ms, interval_ms):
            return None
        return before_ms

    def _note(self, each: Judged) -> None:
        """What pages show of the newest sample. Proof is kept with the incident, not here."""
        _, facts, votes = self.rest
        if each.sample.facts:
            if len(self.locations) == 1:  # Of several, each may see another machine of the same site.
                self.identities += [(each, one) for one in identity.changes(facts, each.sample.facts)]
            facts = as_text({name: value for name, value in each.sample.facts.items() if name != "evidence"})
        if len(self.locations) > 1:
            votes = self._votes(each)
        self.rest = Rest(as_text(each.detail), facts, votes)

    def _votes(self, each: Judged) -> str | None:
        took: dict[str, Any] = {
            code: said.get("total_ms") for code, said in (orjson.loads(self.rest.votes or "{}")).items()
        }
        took[each.sample.location] = each.sample.total_ms
        return as_text(
            {code: {**said, "total_ms": took.get(code)} for code, said in self.memory.votes.items()}
        )

    def plain(self) -> Plain:
        """What to write of it."""
        memory, last, row = self.memory, self.last, self.row
        newest = (row.last_status, row.last_reason, row.last_total_ms)
        if last is not None:
            newest = (last.status, last.reason and last.reason[:REASON_LENGTH], last.sample.total_ms)
        return Plain(
            memory.state.value,
            memory.since_ms,
            memory.failures,
            memory.successes,
            memory.first_failure_ms,
            memory.last_due_ms,
            memory.last_known_ms,
            memory.to_wire(),
            int(memory.is_flapping),
            *newest,
        )

    @property
    def has_new_rest(self) -> bool:
        row = self.row
        return self.rest != (row.last_detail, row.facts, row.votes)

    def look_again_ms(self) -> int | None:
        """When to look again before the next slot: after a failure that has not opened an incident yet."""
        last, soon = self.last, self.rules.retry_seconds
        if soon is None or last is None or last.status not in ("down", "degraded"):
            return None
        if self.memory.has_incident or last.flags & IN_MAINTENANCE:
            return None
        return last.finished_ms + soon * 1000


def _from_columns(row: StateRow) -> Memory:
    """The memory of a monitor that this machine has never judged."""
    incident = (row.since_ms, row.since_ms) if row.incident_id is not None else None
    return Memory.of_columns(State(row.state), row.since_ms, row.last_due_ms, row.last_known_ms, incident)


def policy_of(rules: PolicyRow, locations: tuple[str, ...]) -> Policy:
    """How this monitor's samples become a verdict."""
    quorum = rules.quorum or len(locations) // 2 + 1
    interval_ms = vote_interval_ms(rules.type, rules.interval_seconds)
    return _policy(rules.confirm_count, rules.recover_count, quorum, locations, interval_ms)


def vote_interval_ms(kind: str, interval_seconds: int) -> int:
    """How far apart samples are at most, so that a vote that is older by far counts no more.

    A heartbeat's do not come by its monitor's interval, and its silence is a sample itself: however long ago
    the last call was missed, the next one that is missed is the second in a row.
    """
    return CALLED_MS if kind == "heartbeat" else interval_seconds * 1000


@lru_cache(maxsize=4096)
def _policy(confirm: int, recover: int, quorum: int, locations: tuple[str, ...], interval_ms: int) -> Policy:
    return Policy(confirm, recover, quorum, len(locations), interval_ms=interval_ms, places=locations)


def judge_all(
    samples: Iterable[Sample], desks: Mapping[int, Desk], spans: Spans, limit: Limit
) -> list[Judged]:
    """Every sample of a known monitor, in the order of their due times, each taken by its desk."""
    found: list[Judged] = []
    for sample in sorted(samples, key=lambda each: (each.due_ms, each.location)):
        desk = desks.get(sample.monitor_id)
        if desk is not None:
            each = judged(sample, spans.get(sample.monitor_id, ()), limit(desk.rules, sample.due_ms))
            desk.take(each)
            found.append(each)
    return found
