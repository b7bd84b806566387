"""Who is on call: layers of people taking turns, and overrides before them all.

A turn is a whole number of days by the wall clock of the rota's zone, from hand-over to hand-over. So it is
an hour longer or shorter when daylight saving begins or ends in it, and the hand-over stays where people
expect it. A layer may be in force during some hours of the week only; the last layer in force says who it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from app.engine.usability.alerting.hours import (
    DAY,
    Clock,
    Spans,
    Strict,
    edges,
    instant,
    lasts_until,
    local_day,
)

MAX_LAYERS, MAX_PEOPLE = 5, 50


class Layer(Strict):
    """People who take turns of `days` days, handing over at `time`; the first turn starts on `starts_on`."""

    name: Annotated[str, Field(max_length=100)] = ""
    participants: Annotated[
        tuple[Annotated[int, Field(gt=0, lt=1 << 63)], ...], Field(min_length=1, max_length=MAX_PEOPLE)
    ]
    days: Annotated[int, Field(ge=1, le=90)] = 7
    time: Clock = "09:00"
    starts_on: date
    hours: Annotated[Spans, Field(max_length=14)] = ()


class Layers(Strict):
    """A rota's layers, the last one first asked."""

    layers: Annotated[tuple[Layer, ...], Field(min_length=1, max_length=MAX_LAYERS)]


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody takes over from `starts` to `ends` (exclusive)."""

    user_id: int
    starts: datetime
    ends: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """Who it is, and by what: the number of the layer, or None for an override."""

    user_id: int
    layer: int | None = None
    override_id: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of the calendar. `duty` is None where nobody is on call."""

    starts: datetime
    ends: datetime
    duty: Duty | None


@dataclass(frozen=True, slots=True)
class Rota:
    zone: str
    layers: Sequence[Layer]
    overrides: Sequence[Override] = ()

    def duty(self, at: datetime) -> Duty | None:
        """Who is on call at a moment: the newest override, else the last layer in force."""
        for override in sorted(self.overrides, key=lambda each: each.id, reverse=True):
            if override.starts <= at < override.ends:
                return Duty(override.user_id, None, override.id)
        for number in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[number]
            if layer.hours and lasts_until(self.zone, layer.hours, at) is None:
                continue
            turn = self._turn_number(layer, at)
            if turn >= 0:
                return Duty(layer.participants[turn % len(layer.participants)], number)
        return None

    def who(self, at: datetime) -> int | None:
        """The id of the user who is on call."""
        duty = self.duty(at)
        return duty.user_id if duty else None

    def turns(self, start: datetime, end: datetime) -> list[Turn]:
        """The calendar from `start` to `end`: stretches without a gap, neighbours always differing."""
        moments = sorted({start, *self._edges(start, end)})
        turns: list[Turn] = []
        for first, last in zip(moments, [*moments[1:], end], strict=True):
            duty = self.duty(first)
            if turns and turns[-1].duty == duty:
                turns[-1] = Turn(turns[-1].starts, last, duty)
            else:
                turns.append(Turn(first, last, duty))
        return turns

    def _turn_number(self, layer: Layer, at: datetime) -> int:
        """How many whole turns lie between the first hand-over and `at`; negative before it."""
        days = (local_day(self.zone, at) - layer.starts_on).days
        if at < instant(self.zone, layer.starts_on + days * DAY, layer.time):
            days -= 1
        return days // layer.days

    def _edges(self, start: datetime, end: datetime) -> set[datetime]:
        found = {each for override in self.overrides for each in (override.starts, override.ends)}
        for layer in self.layers:
            first = max(0, self._turn_number(layer, start))
            day = layer.starts_on + first * layer.days * DAY
            while (moment := instant(self.zone, day, layer.time)) < end:
                found.add(moment)
                day += layer.days * DAY
            found.update(edges(self.zone, layer.hours, start, end))
        return {each for each in found if start < each < end}
