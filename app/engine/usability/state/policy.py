"""What the state machine is told (`Policy`, `Observation`) and what it answers (`State`, `Transition`).

Times are unix milliseconds. The rules themselves are in `votes` (one location, all locations), `tail` (late
samples) and `state` (one step).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from zlib import crc32

STALE_INTERVALS = 3
STALE_LEAST_MS = 45_000
SET_BACK_MS = 300_000
"""Nothing is known of so far in the future, unless by a clock that has been set back since."""
Act = Literal["open", "close", "worsen", "ease", "withdraw", "reopen", "amend"]
Votes = Mapping[str, Mapping[str, Any]]


class State(StrEnum):
    PENDING = "PENDING"
    UP = "UP"
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    REGIONAL = "REGIONAL"
    UNKNOWN = "UNKNOWN"
    PAUSED = "PAUSED"
    MAINTENANCE = "MAINTENANCE"


@dataclass(frozen=True, slots=True)
class Policy:
    """How samples become a verdict.

    `confirm` bad (or slow) samples in a row make a location's vote, `recover` good ones take it back.
    `quorum` of `locations` have to agree. A vote is as old as its newest sample and counts for `window_ms`
    (0: three intervals, at least 45 s). Slower than `slow_ms` is slow. `flap_changes` openings and closings
    within `flap_window_ms` are flapping (0: never). `places` are the locations by name, where they are known:
    a vote from before of any other does not count any more.
    """

    confirm: int = 2
    recover: int = 2
    quorum: int = 1
    locations: int = 1
    window_ms: int = 0
    interval_ms: int = 60_000
    slow_ms: float | None = None
    flap_changes: int = 6
    flap_window_ms: int = 3_600_000
    places: tuple[str, ...] = ()

    @property
    def stale_ms(self) -> int:
        """How long a vote counts."""
        return self.window_ms or max(STALE_LEAST_MS, STALE_INTERVALS * self.interval_ms)

    @property
    def needed(self) -> int:
        """How many locations have to agree."""
        return max(1, min(self.quorum, self.locations))

    @property
    def mark(self) -> int:
        """A number of its own: what was decided by one policy is not judged anew by another."""
        return crc32(repr(self).encode())


@dataclass(frozen=True, slots=True)
class Observation:
    """What the machine needs of a sample. `at_ms` is the moment the sample was complete."""

    due_ms: int
    at_ms: int
    status: str
    reason: str | None = None
    location: str = ""
    total_ms: float | None = None
    is_maintained: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One change, and what it does to incidents.

    | incident | meaning |
    |---|---|
    | None | only the state changed |
    | open | a new incident from `started_ms`, found at `at_ms`; with `closed_ms` one that is over already |
    | close | the incident is over since `at_ms` |
    | worsen, ease | the incident goes on, at another `level` |
    | withdraw | a late sample showed that it never was |
    | reopen | a late sample showed that it is not over |
    | amend | a late sample moved it: `started_ms`, found at `at_ms`, over since `closed_ms` (None: is not) |

    `opened_ms` names the incident by the moment it was found (for `amend`: the moment known until now); it is
    unique among a monitor's incidents. `votes` says what each location thinks:
    {location: {"status": "up" | "degraded" | "down" | "unknown", "reason", "due_ms"}}.
    """

    at_ms: int
    before: State
    after: State
    incident: Act | None = None
    started_ms: int | None = None
    reason: str | None = None
    votes: Votes | None = None
    is_flapping: bool = False
    level: State | None = None
    opened_ms: int | None = None
    closed_ms: int | None = None
