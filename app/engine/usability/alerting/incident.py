"""What becomes of an incident's alarm: told, held by something, or waited with. Asked in this order:

1. Is it over already, or never was? Then nobody is told.
2. Is its monitor under planned work? Held until that is over.
3. Is somebody else to blame? (`dependency`)
4. Does the monitor go up and down? Said once, then held until it is calm.
5. Otherwise it is told; many at once are told together (`is_storm`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.engine.usability.alerting.dependency import Ancestor, Child, Held, judge_dependency

Action = Literal["tell", "tell_flapping", "hold", "nothing"]
STORM_WINDOW_MS = 60_000
STORM_CALM_MS = 600_000
"""A storm that nobody has joined for so long is over, whatever is still down."""
AGAIN_MS = 60_000
"""How often what is held without an end is looked at again; whoever holds it wakes it sooner."""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is asked of an open incident. Times are unix ms."""

    child: Child
    ancestors: Sequence[Ancestor] = ()
    maintained_until_ms: int | None = None
    is_flapping: bool = False
    is_flap_told: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do; for what is held: by what, when to look again, and what a person wants to know of it."""

    action: Action
    held_by: str | None = None
    again_ms: int | None = None
    why: dict[str, Any] = field(default_factory=dict)


def judge_incident(seen: Situation, at_ms: int) -> Verdict:
    """Pure: the same situation at the same moment always gets the same verdict."""
    if seen.is_over:
        return Verdict("nothing")
    if seen.maintained_until_ms is not None and seen.maintained_until_ms > at_ms:
        until = seen.maintained_until_ms
        return Verdict("hold", "maintenance", min(until, at_ms + AGAIN_MS), {"until_ms": until})
    held = judge_dependency(seen.child, seen.ancestors, at_ms)
    if held is not None:
        return Verdict("hold", "dependency", _again(held, at_ms), _said(held))
    if seen.is_flapping:
        return (
            Verdict("hold", "flapping", at_ms + AGAIN_MS) if seen.is_flap_told else Verdict("tell_flapping")
        )
    return Verdict("tell")


def _again(held: Held, at_ms: int) -> int:
    """What is only waited for ends soon, and may be settled before; so it is asked for every second."""
    if held.until_ms is None:
        return at_ms + AGAIN_MS
    return min(held.until_ms, at_ms + 1_000)


def _said(held: Held) -> dict[str, Any]:
    return {
        "parent_id": str(held.parent.monitor_id),
        "parent": held.parent.name,
        "reason": held.reason,
        "since_ms": held.parent.since_ms,
    }


def is_storm(fresh: int, told_ms: Sequence[int], at_ms: int, storm_after: int) -> bool:
    """Whether `fresh` incidents, with those told in the last minute, are too many to be told one by one."""
    recent = sum(1 for each in told_ms if at_ms - STORM_WINDOW_MS < each <= at_ms)
    return fresh > 0 and fresh + recent > storm_after


def is_storm_over(joined_ms: int, open_members: int, at_ms: int) -> bool:
    """All is well again, or nothing has joined for ten minutes: then the end of the rest is told singly."""
    return open_members == 0 or at_ms - joined_ms >= STORM_CALM_MS
