"""Samples that come late: put in their place among the remembered ones, and what that changes.

A `Record` is the verdict before the remembered samples (`base`), those samples in the order of due time and
location (`items`), and the verdict after them (`court`). A late sample is put in its place, all of them are
judged anew, and the difference between the incidents that were told and those that are now true is told.
Samples older than every remembered one are ignored.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.usability.state.policy import Act, Policy, State, Transition, Votes
from app.engine.usability.state.votes import RANK, Court, Item

TAIL = 16
TAIL_MOST = 64


def tail_length(policy: Policy) -> int:
    """How many samples are remembered: enough for 15 checks of each location to overtake one that is slow."""
    return max(TAIL, min(TAIL * policy.locations, TAIL_MOST))


@dataclass(slots=True)
class Story:
    """One incident as the samples tell it."""

    started_ms: int
    opened_ms: int
    level: State
    reason: str | None = None
    closed_ms: int | None = None
    opened_votes: Votes | None = None
    closed_votes: Votes | None = None


@dataclass(slots=True)
class Record:
    base: Court
    items: list[Item]
    court: Court

    def copy(self) -> Record:
        return Record(self.base, self.items.copy(), self.court.copy())

    def place_of(self, due_ms: int, location: str) -> int | None:
        """Where a sample belongs; None when it is too old, or known already."""
        key = (due_ms, location)
        if key <= self.base.last:
            return None
        if key > self.court.last:
            return len(self.items)
        place = bisect_left(self.items, key, key=lambda item: (item[0], item[1]))
        is_known = place < len(self.items) and self.items[place][:2] == key
        return None if is_known else place

    def forget_oldest(self, policy: Policy) -> None:
        surplus = len(self.items) - tail_length(policy)
        if surplus > 0:
            self.base = self.base.copy()
            for item in self.items[:surplus]:
                self.base.take(item, policy)
            del self.items[:surplus]

    def settle(self) -> None:
        """Let what was decided stand: no sample from before may change it."""
        self.base, self.items = self.court.copy(), []

    def keep_only(self, places: Sequence[str]) -> None:
        """Forget the votes of locations that are not asked any more, and the samples that made them."""
        gone = [location for location in self.court.votes if location not in places]
        if gone:
            for location in gone:
                del self.court.votes[location]
            self.settle()


def append(record: Record, item: Item, policy: Policy, before: State) -> list[Transition]:
    """Judge a sample that is newer than all others."""
    court = record.court
    record.items.append(item)
    act = court.take(item, policy)
    return [] if act is None else [_told(court, act, before, item[4])]


def _told(court: Court, act: Act, before: State, reason: str | None) -> Transition:
    return Transition(
        at_ms=court.changed_ms,
        before=before,
        after=court.state,
        incident=act,
        started_ms=court.started_ms,
        reason={"open": court.reason, "close": None}.get(act, reason or court.reason),
        votes=court.said(),
        is_flapping=court.is_flapping,
        level=court.level,
        opened_ms=court.opened_ms,
        closed_ms=None,
    )


def insert(record: Record, place: int, item: Item, policy: Policy) -> list[Transition]:
    """Judge anew with a late sample in its place. Which state was before and is after, the caller knows."""
    told = stories(record.base, record.items, policy)[1]
    record.items.insert(place, item)
    record.court, true = stories(record.base, record.items, policy)
    return differences(told, true)


def stories(base: Court, items: Sequence[Item], policy: Policy) -> tuple[Court, list[Story]]:
    """The verdict after the samples, and the incidents that were open at `base` or opened since."""
    court, found = base.copy(), []
    if court.level is not None:
        found.append(Story(court.started_ms, court.opened_ms, court.level, court.reason))
    for item in items:
        act = court.take(item, policy)
        if act == "open" and court.level is not None:
            found.append(
                Story(
                    court.started_ms,
                    court.opened_ms,
                    court.level,
                    court.reason,
                    opened_votes=court.said(),
                )
            )
        elif act == "close":
            found[-1].closed_ms, found[-1].closed_votes = court.changed_ms, court.said()
        elif act is not None and court.level is not None:
            found[-1].level = court.level
    return court, found


def differences(told: Sequence[Story], true: Sequence[Story]) -> list[Transition]:
    """What turns the incidents that were told into the true ones; whatever ends comes before what begins."""
    pairs = _pairs(told, true)
    kept = {id(old) for old, _ in pairs if old is not None}
    withdrawn = [_change("withdraw", each, each.opened_ms) for each in told if id(each) not in kept]
    changes = [
        change for old, new in pairs for change in (_moved(old, new) if old else [_change("open", new)])
    ]
    return withdrawn + sorted(changes, key=lambda each: each.closed_ms is None)


def _pairs(told: Sequence[Story], true: Sequence[Story]) -> list[tuple[Story | None, Story]]:
    """Each true incident with the one that was told of it: found at the same moment, else overlapping."""
    left = {each.opened_ms: each for each in told}
    same = {new.opened_ms: left.pop(new.opened_ms) for new in true if new.opened_ms in left}
    pairs: list[tuple[Story | None, Story]] = []
    for new in true:
        old = same.get(new.opened_ms) or next((each for each in left.values() if _overlap(each, new)), None)
        if old is not None:
            left.pop(old.opened_ms, None)
        pairs.append((old, new))
    return pairs


def _overlap(one: Story, other: Story) -> bool:
    return (one.closed_ms is None or other.started_ms < one.closed_ms) and (
        other.closed_ms is None or one.started_ms < other.closed_ms
    )


def _moved(old: Story, new: Story) -> list[Transition]:
    changes: list[Transition] = []
    if (old.started_ms, old.opened_ms) != (new.started_ms, new.opened_ms) or (
        old.closed_ms != new.closed_ms and None not in (old.closed_ms, new.closed_ms)
    ):
        changes.append(_change("amend", new, old.opened_ms))
    elif old.closed_ms is None and new.closed_ms is not None:
        changes.append(_change("close", new))
    elif old.closed_ms is not None and new.closed_ms is None:
        changes.append(_change("reopen", new))
    if old.level is not new.level:
        act: Act = "worsen" if RANK[new.level] > RANK[old.level] else "ease"
        changes.append(_change(act, new))
    return changes


def _change(act: Act, story: Story, named_ms: int | None = None) -> Transition:
    at_ms = story.closed_ms if act == "close" and story.closed_ms is not None else story.opened_ms
    return Transition(
        at_ms=at_ms,
        before=State.UNKNOWN,
        after=State.UNKNOWN,
        incident=act,
        started_ms=story.started_ms,
        reason=None if act == "close" else story.reason,
        votes=story.closed_votes if act == "close" else story.opened_votes,
        level=story.level,
        opened_ms=story.opened_ms if named_ms is None else named_ms,
        closed_ms=story.closed_ms,
    )
