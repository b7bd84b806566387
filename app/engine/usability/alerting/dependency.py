"""Whose fault is it? A monitor whose parent is in trouble is not told of; it is measured all the same.

1. An ancestor in trouble holds the alarm, for as long as it is. (A slow one holds only what is slow.)
2. When an ancestor has recovered since the failure began, the monitor gets time to follow: until it has been
   looked at again, often enough to have closed its own incident.
3. An ancestor that has not been looked at since the failure began, or whose failure is not confirmed yet, is
   waited for; at most as long as a look at it takes.
4. Otherwise it is the monitor's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.engine.usability.alerting.manners import rank

SLACK_MS = 2_000
"""A result's way from the probe into the database."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A monitor further up, as it is now. Times are unix ms; `trouble` is the level of its open incident."""

    monitor_id: int
    name: str
    interval_ms: int
    timeout_ms: int
    confirm: int
    last_due_ms: int
    failures: int = 0
    trouble: str | None = None
    since_ms: int | None = None
    recovered_ms: int | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """The failing monitor: since when, when that was certain, and how long an end takes to be certain."""

    level: str
    started_ms: int
    opened_ms: int
    interval_ms: int
    timeout_ms: int
    recover: int


@dataclass(frozen=True, slots=True)
class Held:
    """Held by a parent: in trouble (`until_ms` is None), or waited for until a moment at most."""

    parent: Ancestor
    reason: str
    until_ms: int | None = None


def judge_dependency(child: Child, ancestors: Sequence[Ancestor], at_ms: int) -> Held | None:
    """Who holds the child's alarm at `at_ms`, the gravest reason first; None: nobody."""
    watched = [each for each in ancestors if not each.is_paused]
    for parent in watched:
        if parent.trouble and (parent.trouble != "degraded" or rank(child.level) == 0):
            return Held(parent, "in_trouble")
    waits = [held for parent in watched if (held := _waits_for(child, parent)) is not None]
    open_waits = [held for held in waits if held.until_ms is not None and held.until_ms > at_ms]
    return max(open_waits, key=lambda held: held.until_ms or 0, default=None)


def _waits_for(child: Child, parent: Ancestor) -> Held | None:
    if parent.recovered_ms is not None and parent.recovered_ms >= child.started_ms:
        followed = child.recover * child.interval_ms + child.timeout_ms + SLACK_MS
        return Held(parent, "recovered", parent.recovered_ms + followed)
    if parent.failures:
        look = parent.confirm * parent.interval_ms + parent.timeout_ms + SLACK_MS
        return Held(parent, "suspected", child.opened_ms + look)
    if parent.last_due_ms <= child.started_ms:
        look = parent.interval_ms + parent.timeout_ms + SLACK_MS
        return Held(parent, "not_looked_at", child.opened_ms + look)
    return None


@dataclass(slots=True)
class Family:
    """Edges from child to parent; may hold circles, which end where they began."""

    parents: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, edges: Iterable[tuple[int, int]]) -> Family:
        family = cls()
        for child, parent in edges:
            family.parents.setdefault(child, set()).add(parent)
        return family

    def ancestors(self, monitor_id: int) -> list[int]:
        """Parents first, then theirs; never the monitor itself."""
        found: list[int] = []
        layer = sorted(self.parents.get(monitor_id, ()))
        while layer:
            fresh = [each for each in layer if each != monitor_id and each not in found]
            found += fresh
            layer = sorted({above for each in fresh for above in self.parents.get(each, ())})
        return found

    def would_circle(self, child: int, parent: int) -> bool:
        """Whether a new edge would make a monitor its own ancestor."""
        return child == parent or child in self.ancestors(parent)
