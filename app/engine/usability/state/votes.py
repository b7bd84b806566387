"""The verdict on a monitor from its samples in the order of their due times.

One location (`Vote`): `confirm` bad samples in a row make its vote *bad*, `confirm` slow or bad ones *slow*,
`recover` good ones *good*; anything between leaves the vote as it was. The first good sample is enough where
nothing is wrong. After a silence longer than the window the location has no vote and counts anew.

All locations (`Court`), of those whose vote is not older than the window:

1. `needed` bad votes: DOWN. It ends when as many say that it is not bad (or all that are heard, if fewer).
2. Fewer bad votes: REGIONAL.
3. `needed` slow or bad votes: DEGRADED.
4. Else nothing is wrong, once `needed` good votes (or all that are heard) say so. Nobody heard: as it was.

In maintenance bad and slow samples count for nothing and break every run, so that nothing opens, and counting
begins anew afterwards. Good ones count: an incident from before closes by recovery, else it stays open. What
nobody can judge tells of maintenance as well.
"""

from __future__ import annotations

from typing import Any

from app.engine.usability.state.policy import Act, Policy, State, Votes

# What a sample says, and what a vote says. UNSURE is a sample nobody can judge, or a location without a vote.
UNSURE, GOOD, SLOW, BAD = 0, 1, 2, 3
STATUS = ("unknown", "up", "degraded", "down")
KINDS = {"up": GOOD, "degraded": SLOW, "down": BAD}
RANK = {State.DEGRADED: 1, State.REGIONAL: 2, State.DOWN: 3}

# due_ms, location, kind, how long after its due time it was complete, reason, whether in maintenance
Item = tuple[int, str, int, int, str | None, bool]


class Vote:
    """What one location has seen lately: runs of samples, and the vote they made."""

    __slots__ = (
        "bad",
        "began_ms",
        "first_bad_ms",
        "first_ms",
        "good",
        "kind",
        "last_ms",
        "not_bad",
        "reason",
        "trouble",
    )

    def __init__(
        self,
        kind: int = UNSURE,
        bad: int = 0,
        trouble: int = 0,
        good: int = 0,
        not_bad: int = 0,
        first_bad_ms: int = 0,
        first_ms: int = 0,
        began_ms: int = 0,
        last_ms: int = 0,
        reason: str | None = None,
    ) -> None:
        self.kind, self.bad, self.trouble, self.good, self.not_bad = kind, bad, trouble, good, not_bad
        self.first_bad_ms, self.first_ms, self.began_ms = first_bad_ms, first_ms, began_ms
        self.last_ms, self.reason = last_ms, reason

    def to_list(self) -> list[Any]:
        runs = [self.kind, self.bad, self.trouble, self.good, self.not_bad]
        return [*runs, self.first_bad_ms, self.first_ms, self.began_ms, self.last_ms, self.reason]

    def forget_runs(self) -> None:
        self.bad = self.trouble = self.good = self.not_bad = 0

    def take(self, item: Item, policy: Policy, has_incident: bool) -> None:
        due_ms, _, kind, _, reason, is_maintained = item
        if due_ms - self.last_ms > policy.stale_ms:
            self.kind, self.began_ms, self.reason = UNSURE, 0, None
            self.forget_runs()
        self.last_ms = due_ms
        if is_maintained and kind != GOOD:
            self.forget_runs()
            return
        self._count(kind, due_ms, reason)
        self._decide(policy, has_incident)

    def _count(self, kind: int, due_ms: int, reason: str | None) -> None:
        if kind == GOOD:
            self.good += 1
            self.not_bad += 1
            self.bad = self.trouble = 0
            return
        self.good = 0
        self.reason = reason
        self.first_ms = self.first_ms if self.trouble else due_ms
        self.trouble += 1
        if kind == SLOW:
            self.not_bad += 1
            self.bad = 0
            return
        self.not_bad = 0
        self.first_bad_ms = self.first_bad_ms if self.bad else due_ms
        self.bad += 1

    def _decide(self, policy: Policy, has_incident: bool) -> None:
        """Steps from the worst to the best; what is decided once stays until enough samples say otherwise."""
        if self.bad >= policy.confirm:
            if self.kind != BAD:
                self.kind, self.began_ms = BAD, self.first_bad_ms
        elif self.kind == BAD:
            if self.not_bad >= policy.recover:
                self.kind = GOOD if self.good >= policy.recover else SLOW
        elif self.kind == SLOW:
            self.kind = GOOD if self.good >= policy.recover else SLOW
        elif self.trouble >= policy.confirm:
            self.kind, self.began_ms = SLOW, self.first_ms
        elif self.kind == UNSURE and self.good >= (policy.recover if has_incident else 1):
            self.kind = GOOD


class Court:
    """What follows from the samples up to one of them (`last`): votes, state, the open incident."""

    __slots__ = (
        "changed_ms",
        "flaps",
        "is_flapping",
        "is_judged",
        "is_maintained",
        "last",
        "level",
        "opened_ms",
        "reason",
        "started_ms",
        "state",
        "votes",
    )

    def __init__(self, last: tuple[int, str] = (0, ""), state: State = State.PENDING) -> None:
        self.last, self.state = last, state
        self.level: State | None = None
        self.started_ms = self.opened_ms = self.changed_ms = 0
        self.reason: str | None = None
        self.is_maintained = self.is_flapping = self.is_judged = False
        self.flaps: list[int] = []
        self.votes: dict[str, Vote] = {}

    def to_list(self) -> list[Any]:
        head = [*self.last, self.state.value, self.level and self.level.value, self.started_ms]
        rest = [self.opened_ms, self.changed_ms, self.reason, self.is_maintained, self.is_flapping]
        votes = {location: vote.to_list() for location, vote in self.votes.items()}
        return [*head, *rest, self.is_judged, self.flaps, votes]

    @classmethod
    def from_list(cls, wire: list[Any]) -> Court:
        court = cls((wire[0], wire[1]), State(wire[2]))
        court.level = State(wire[3]) if wire[3] else None
        court.started_ms, court.opened_ms, court.changed_ms, court.reason = wire[4:8]
        court.is_maintained, court.is_flapping, court.is_judged, court.flaps = wire[8:12]
        court.votes = {location: Vote(*vote) for location, vote in wire[12].items()}
        return court

    def copy(self) -> Court:
        return Court.from_list(self.to_list())

    def take(self, item: Item, policy: Policy) -> Act | None:
        """One more sample; says what it does to the incident."""
        due_ms, location, kind, lag_ms, reason, is_maintained = item
        self.last = (due_ms, location)
        if kind == UNSURE:
            if is_maintained is not self.is_maintained:
                self.is_maintained = is_maintained
                self.state = self._state()
            return None
        vote = self.votes.get(location)
        if vote is None:
            vote = self.votes[location] = Vote(last_ms=due_ms)
        vote.take(item, policy, self.level is not None)
        self._drop_silent(due_ms, policy)
        self.is_maintained = is_maintained
        level = self._level(policy)
        act = None if level is self.level else self._change(level, due_ms, due_ms + lag_ms, reason, policy)
        if self.is_flapping:
            self._calm(due_ms, policy)
        self.is_judged = is_maintained or level is not None or any(each.kind for each in self.votes.values())
        self.state = self._state()
        return act

    def _drop_silent(self, due_ms: int, policy: Policy) -> None:
        if len(self.votes) > 1:
            oldest_ms = due_ms - policy.stale_ms
            silent = [location for location, vote in self.votes.items() if vote.last_ms < oldest_ms]
            for location in silent:
                del self.votes[location]

    def _level(self, policy: Policy) -> State | None:
        kinds = [vote.kind for vote in self.votes.values() if vote.kind]
        bad, good, needed = kinds.count(BAD), kinds.count(GOOD), policy.needed
        enough = min(needed, len(kinds))
        if not kinds:
            return self.level
        if bad >= needed or (self.level is State.DOWN and len(kinds) - bad < enough):
            return State.DOWN
        if bad:
            return State.REGIONAL
        if len(kinds) - good >= needed or (self.level and good < enough):
            return State.DEGRADED
        return None

    def _change(
        self, level: State | None, due_ms: int, at_ms: int, reason: str | None, policy: Policy
    ) -> Act:
        before, self.level = self.level, level
        # Later than the last change, so that the moment names the incident.
        self.changed_ms = max(at_ms, self.changed_ms + 1)
        if level is None or before is None:
            self._flap(due_ms, policy)
        if level is None:
            return "close"
        if before is not None:
            return "worsen" if RANK[level] > RANK[before] else "ease"
        blamed = [vote for vote in self.votes.values() if vote.kind > GOOD]
        self.opened_ms = self.changed_ms
        self.started_ms = min(vote.began_ms for vote in blamed)
        self.reason = reason or next((vote.reason for vote in blamed if vote.reason), None)
        return "open"

    def _flap(self, due_ms: int, policy: Policy) -> None:
        kept = [each for each in self.flaps if each > due_ms - policy.flap_window_ms]
        self.flaps = [*kept, due_ms][-max(1, policy.flap_changes) :]
        if policy.flap_changes and len(self.flaps) >= policy.flap_changes:
            self.is_flapping = True

    def _calm(self, due_ms: int, policy: Policy) -> None:
        """Calm again when fewer than half as many changes as it takes lie within the window."""
        kept = [each for each in self.flaps if each > due_ms - policy.flap_window_ms]
        self.is_flapping = bool(policy.flap_changes) and 2 * len(kept) >= policy.flap_changes

    def _state(self) -> State:
        if self.is_maintained:
            return State.MAINTENANCE
        if self.level is not None:
            return self.level
        if self.is_judged:
            return State.UP
        return State.PENDING if self.state is State.MAINTENANCE else self.state

    def said(self) -> Votes:
        """What each location thinks, for people."""
        return {
            location: {"status": STATUS[vote.kind], "reason": _told(vote), "due_ms": vote.last_ms}
            for location, vote in sorted(self.votes.items())
        }


def _told(vote: Vote) -> str | None:
    return vote.reason if vote.kind > GOOD else None
