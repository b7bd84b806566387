"""Escalation: who is told after how many minutes, until somebody acknowledges.

Steps count from the moment the incident was first told. After the last one the whole goes round again, as
often as the policy says, `repeat_minutes` after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from app.engine.usability.alerting.hours import Strict

MINUTE_MS = 60_000
Ids = Annotated[tuple[Annotated[int, Field(gt=0, lt=1 << 63)], ...], Field(max_length=50)]


class Step(Strict):
    """After so many minutes: these channels, whoever is on call in these rotas, and these people."""

    after_minutes: Annotated[int, Field(ge=0, le=10_080)] = 0
    channels: Ids = ()
    rotas: Ids = ()
    users: Ids = ()

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        if not (self.channels or self.rotas or self.users):
            raise ValueError("a step must name a channel, a rota or a person")
        return self


class Ladder(Strict):
    """A policy's steps with what happens when nobody answers. The first is taken at once."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]
    repeats: Annotated[int, Field(ge=0, le=20)] = 0
    repeat_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    remind_minutes: Annotated[int, Field(ge=5, le=10_080)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        minutes = [step.after_minutes for step in self.steps]
        if minutes[0] != 0:
            raise ValueError("the first step must come at once, after 0 minutes")
        if any(later <= before for before, later in pairwise(minutes)):
            raise ValueError("each step must come later than the one before it")
        return self


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an incident stands: the next step, in which round, counted from when; and the next reminder."""

    started_ms: int
    step: int = 0
    round: int = 0
    remind_ms: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "started_ms": self.started_ms,
            "step": self.step,
            "round": self.round,
            "remind_ms": self.remind_ms,
        }


def begin(ladder: Ladder | None, remind_minutes: int | None, at_ms: int) -> Progress:
    """The first step is being taken now."""
    every = (ladder.remind_minutes if ladder else None) or remind_minutes
    start = Progress(at_ms, step=1, remind_ms=at_ms + every * MINUTE_MS if every else None)
    return _round_over(start, ladder) if ladder else start


def next_moment(ladder: Ladder | None, progress: Progress) -> int | None:
    """When the next step or reminder is due, unix ms; None: never."""
    moments = [progress.remind_ms, _step_due(ladder, progress)]
    return min((moment for moment in moments if moment is not None), default=None)


def _step_due(ladder: Ladder | None, progress: Progress) -> int | None:
    if ladder is None or progress.step >= len(ladder.steps):
        return None
    return progress.started_ms + ladder.steps[progress.step].after_minutes * MINUTE_MS


def _round_over(progress: Progress, ladder: Ladder) -> Progress:
    """After the last step the next round begins, if there is one left."""
    if progress.step < len(ladder.steps) or progress.round >= ladder.repeats:
        return progress
    last = progress.started_ms + ladder.steps[-1].after_minutes * MINUTE_MS
    return replace(
        progress, step=0, round=progress.round + 1, started_ms=last + ladder.repeat_minutes * MINUTE_MS
    )


def _round_added(progress: Progress, ladder: Ladder, at_ms: int) -> Progress:
    """The next round, where the last one was over and the policy has more of them by now."""
    added = _round_over(progress, ladder)
    return progress if added is progress else replace(added, started_ms=max(added.started_ms, at_ms))


def put_off(progress: Progress, ms: int) -> Progress:
    """The same steps and reminders, so much later: time in which nobody is to be woken does not count."""
    remind_ms = None if progress.remind_ms is None else progress.remind_ms + ms
    return replace(progress, started_ms=progress.started_ms + ms, remind_ms=remind_ms)


def _remind_at(every_ms: int | None, before_ms: int | None, at_ms: int) -> int | None:
    """When to remind: as it was reckoned before, or sooner, where reminders come more often by now."""
    if every_ms is None or before_ms is None:
        return at_ms + every_ms if every_ms else None
    return min(before_ms, at_ms + every_ms)


def take_due(
    ladder: Ladder | None, remind_minutes: int | None, progress: Progress, at_ms: int
) -> tuple[list[int], bool, Progress]:
    """The steps that are due at `at_ms`, in order; whether a reminder is; and where that leaves it.

    Steps that were missed (nobody was there to take them) are all taken; missed reminders are one. Reminders
    that were asked for since count from now, and a round that was added since begins now at the earliest.
    """
    due: list[int] = []
    minutes = (ladder.remind_minutes if ladder else None) or remind_minutes
    every = minutes * MINUTE_MS if minutes else None
    progress = replace(progress, remind_ms=_remind_at(every, progress.remind_ms, at_ms))
    progress = _round_added(progress, ladder, at_ms) if ladder else progress
    while ladder is not None and (moment := _step_due(ladder, progress)) is not None and moment <= at_ms:
        due.append(progress.step)
        progress = _round_over(replace(progress, step=progress.step + 1), ladder)
    is_reminded = progress.remind_ms is not None and progress.remind_ms <= at_ms
    if is_reminded and every:
        progress = replace(progress, remind_ms=at_ms + every)
    return list(dict.fromkeys(due)), is_reminded, progress
