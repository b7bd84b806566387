"""What the state machine remembers of one monitor between two samples.

The whole form (`Whole`) is a `Record`, and what is laid over its state. The quiet form, of a monitor that has
been up all the while from one location, is one flat list.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from app.engine.usability.state.policy import Policy, State, Votes
from app.engine.usability.state.tail import TAIL, Record
from app.engine.usability.state.votes import GOOD, Court, Item, Vote

# A quiet memory: what it is, then pairs of (due since the one before, complete after due).
AT_FORM: Final = 0
AT_SINCE: Final = 1
AT_RUN: Final = 2
AT_LAST: Final = 3
AT_KNOWN: Final = 4
AT_BASE: Final = 5
AT_CHANGED: Final = 6
AT_FLAPS: Final = 7
AT_LOCATION: Final = 8
AT_PAIRS: Final = 9
FULL: Final = AT_PAIRS + 2 * TAIL
QUIET, WHOLE = 1, 2


class Memory:
    """All the machine remembers of one monitor. A value: no function here changes one that was given."""

    __slots__ = ("_made", "quiet")

    def __init__(self, quiet: list[Any] | None = None, whole: Whole | None = None) -> None:
        self.quiet = quiet
        self._made = whole if whole is not None or quiet is not None else Whole()

    def to_wire(self) -> str:
        wire = self.quiet if self.quiet is not None else self.whole().to_list()
        return orjson.dumps(wire).decode()

    @classmethod
    def from_wire(cls, wire: str | bytes) -> Memory:
        """Undo `to_wire`. Raises ValueError when it is not one."""
        values = orjson.loads(wire)
        if values[AT_FORM] == QUIET:
            return cls(values)
        if values[AT_FORM] != WHOLE:
            raise ValueError(f"a memory of form {values[AT_FORM]} is not known")
        return cls(None, Whole.from_list(values))

    @classmethod
    def of_columns(
        cls,
        state: State,
        since_ms: int,
        last_due_ms: int,
        last_known_ms: int,
        incident: tuple[int, int] | None = None,
    ) -> Memory:
        """The memory of a monitor of which only this is known; `incident` is (started_ms, opened_ms)."""
        court = Court((last_due_ms, chr(0x10FFFF)), State.PENDING if state is State.PAUSED else state)
        if state is State.UNKNOWN:
            court.state = State.PENDING
        if incident is not None:
            court.level = court.state if court.state in (State.DEGRADED, State.REGIONAL) else State.DOWN
            court.state, court.is_judged = court.level, True
            court.started_ms, court.opened_ms = incident
            court.changed_ms = incident[1]
        over = state if state in (State.PAUSED, State.UNKNOWN) else None
        return cls(None, Whole(court, over, since_ms, last_known_ms))

    def whole(self) -> Whole:
        """The memory in its full form."""
        if self._made is None:
            assert self.quiet is not None
            self._made = Whole.of_quiet(self.quiet)
        return self._made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memory) and self.whole().to_list() == other.whole().to_list()

    def __hash__(self) -> int:
        return hash(self.to_wire())

    def __repr__(self) -> str:
        return f"Memory({self.to_wire()})"

    @property
    def state(self) -> State:
        return State.UP if self.quiet is not None else self.whole().state

    @property
    def since_ms(self) -> int:
        """Since when the state is what it is."""
        return int(self.quiet[AT_SINCE]) if self.quiet is not None else self.whole().since_ms

    @property
    def last_due_ms(self) -> int:
        """When the newest sample was due."""
        return int(self.quiet[AT_LAST]) if self.quiet is not None else self.whole().record.court.last[0]

    def due_before(self, due_ms: int, location: str) -> int | None:
        """When the last remembered sample of a location before a moment was due; None where none is known."""
        quiet = self.quiet
        if quiet is not None and quiet[AT_LAST] < due_ms:
            return int(quiet[AT_LAST]) if quiet[AT_LOCATION] == location else None
        record = self.whole().record
        known = [record.base.last, *((item[0], item[1]) for item in record.items)]
        return max((each for each, where in known if where == location and each < due_ms), default=None)

    @property
    def last_known_ms(self) -> int:
        """When something was last heard that could be judged."""
        return int(self.quiet[AT_KNOWN]) if self.quiet is not None else self.whole().known_ms

    @property
    def successes(self) -> int:
        """Good samples in a row, of the location that has fewest."""
        if self.quiet is not None:
            return int(self.quiet[AT_RUN])
        return min((vote.good for vote in self._votes()), default=0)

    @property
    def failures(self) -> int:
        """Bad samples in a row, of the location that has most."""
        return 0 if self.quiet is not None else max((vote.bad for vote in self._votes()), default=0)

    @property
    def first_failure_ms(self) -> int | None:
        """When the first of those was due."""
        firsts = [] if self.quiet is not None else [each.first_bad_ms for each in self._votes() if each.bad]
        return min(firsts, default=None)

    @property
    def has_incident(self) -> bool:
        return self.quiet is None and self.whole().record.court.level is not None

    @property
    def is_flapping(self) -> bool:
        return self.quiet is None and self.whole().record.court.is_flapping

    @property
    def votes(self) -> Votes:
        """{location: {"status", "reason", "due_ms"}}"""
        if self.quiet is not None:
            return {self.quiet[AT_LOCATION]: {"status": "up", "reason": None, "due_ms": self.quiet[AT_LAST]}}
        return self.whole().record.court.said()

    def _votes(self) -> list[Vote]:
        return list(self.whole().record.court.votes.values())


class Whole:
    """The full form: the record, and what is laid over its state (PAUSED, UNKNOWN)."""

    __slots__ = ("known_ms", "mark", "over", "record", "since_ms")

    def __init__(
        self,
        court: Court | None = None,
        over: State | None = None,
        since_ms: int = 0,
        known_ms: int = 0,
        record: Record | None = None,
        mark: int | None = None,
    ) -> None:
        court = court or Court()
        self.record = record or Record(court, [], court)
        self.over, self.since_ms, self.known_ms, self.mark = over, since_ms, known_ms, mark

    @property
    def state(self) -> State:
        return self.over or self.record.court.state

    def copy(self) -> Whole:
        return Whole(None, self.over, self.since_ms, self.known_ms, self.record.copy(), self.mark)

    def to_list(self) -> list[Any]:
        record = self.record
        courts = [record.base.to_list(), record.court.to_list()]
        over = self.over and self.over.value
        return [WHOLE, over, self.since_ms, self.known_ms, self.mark, *courts, record.items]

    @classmethod
    def from_list(cls, wire: list[Any]) -> Whole:
        _, over, since_ms, known_ms, mark, base, court, items = wire
        record = Record(Court.from_list(base), [tuple(each) for each in items], Court.from_list(court))
        return cls(None, State(over) if over else None, since_ms, known_ms, record, mark)

    @classmethod
    def of_quiet(cls, quiet: list[Any]) -> Whole:
        items: list[Item] = []
        due_ms, location = quiet[AT_BASE], quiet[AT_LOCATION]
        for place in range(AT_PAIRS, len(quiet), 2):
            due_ms += quiet[place]
            items.append((due_ms, location, GOOD, quiet[place + 1], None, False))
        base = cls._up(quiet, quiet[AT_BASE], quiet[AT_RUN] - len(items))
        court = cls._up(quiet, quiet[AT_LAST], quiet[AT_RUN])
        return cls(None, None, quiet[AT_SINCE], quiet[AT_KNOWN], Record(base, items, court))

    @staticmethod
    def _up(quiet: list[Any], due_ms: int, good: int) -> Court:
        court = Court((due_ms, quiet[AT_LOCATION]), State.UP)
        court.changed_ms, court.flaps, court.is_judged = quiet[AT_CHANGED], quiet[AT_FLAPS], True
        court.votes = {quiet[AT_LOCATION]: Vote(GOOD, good=good, not_bad=good, last_ms=due_ms)}
        return court

    def to_quiet(self, policy: Policy) -> list[Any] | None:
        """The quiet form, where it says as much."""
        record, court = self.record, self.record.court
        if policy.locations != 1 or self.over is not None or not record.items:
            return None
        if not _is_calm(record.base) or not _is_calm(court):
            return None
        location = court.last[1]
        if record.base.last[1] != location or len(record.items) > TAIL:
            return None
        quiet: list[Any] = [QUIET, self.since_ms, court.votes[location].good, court.last[0], self.known_ms]
        quiet += [record.base.last[0], court.changed_ms, court.flaps, location]
        before_ms = record.base.last[0]
        for due_ms, where, kind, lag_ms, _, is_maintained in record.items:
            if where != location or kind != GOOD or is_maintained:
                return None
            quiet += (due_ms - before_ms, lag_ms)
            before_ms = due_ms
        return quiet


def _is_calm(court: Court) -> bool:
    if court.state is not State.UP or court.level is not None or court.is_flapping or len(court.votes) != 1:
        return False
    vote = court.votes.get(court.last[1])
    return vote is not None and vote.kind == GOOD and not vote.trouble and vote.last_ms == court.last[0]
