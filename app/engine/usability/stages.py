"""How long each part of a conversation took: the five phases of a sample, one at a time."""

from __future__ import annotations

from time import monotonic

from app.engine.usability.types import Outcome

NAMES = ("dns", "connect", "tls", "first_byte", "transfer")


class Stages:
    """A stopwatch that is always in one of the stages; time adds up when a stage is entered again.

    `now` names the stage, "" before the first and after the last. `fill` writes the phases (ms).
    """

    __slots__ = ("_since", "_spent", "now")

    def __init__(self) -> None:
        self.now = ""
        self._since = 0.0
        self._spent: dict[str, float] = {}

    def enter(self, name: str) -> str:
        """Go over to a stage of `NAMES`; gives the stage before, to which one may return."""
        before = self.stop(is_finished=True)
        self.now = name
        return before

    def stop(self, *, is_finished: bool) -> str:
        """End the present stage and give its name. One that did not finish has no length."""
        moment = monotonic()
        before, self.now = self.now, ""
        if before and is_finished:
            self._spent[before] = self._spent.get(before, 0.0) + moment - self._since
        elif before:
            self._spent.pop(before, None)
        self._since = moment
        return before

    def fill(self, outcome: Outcome) -> None:
        """Write the lengths into the outcome, where the type has not done so itself."""
        for name, seconds in self._spent.items():
            field = f"{name}_ms"
            if getattr(outcome, field) is None:
                setattr(outcome, field, int(seconds * 1_000_000) / 1000)
