"""How a channel likes to be told: quiet hours, digests, and how bad it has to be.

The order of the questions is the order in which they are asked:

1. Is it bad enough for this channel? (Not asked of an end: it is told to whoever heard of the beginning.)
2. An urgent policy's messages wait for nothing.
3. Quiet hours, the channel's own or the organization's, hold a message to their end; a site that is down
   breaks through where the hours say so.
4. A digest collects what has come until its moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.engine.usability.alerting.hours import (
    DAY,
    Clock,
    HourSpan,
    Strict,
    Zone,
    instant,
    lasts_until,
    local_day,
)

Level = Literal["degraded", "regional", "down"]
LEVELS: tuple[Level, ...] = ("degraded", "regional", "down")
"""How bad an incident is, the mildest first."""


class QuietHours(Strict):
    """When nobody is to be disturbed; `lets_down` lets through what is down everywhere."""

    zone: Zone
    spans: Annotated[tuple[HourSpan, ...], Field(min_length=1, max_length=14)]
    lets_down: bool = False


class Manners(Strict):
    """A channel's wishes. Without any it is told everything at once."""

    least: Level = "degraded"
    quiet: QuietHours | None = None
    digest_minutes: Annotated[int, Field(ge=5, le=1440)] | None = None
    digest_at: Clock | None = None
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _one_digest(self) -> Self:
        if self.digest_minutes and self.digest_at:
            raise ValueError("a digest comes every so many minutes or once a day, not both")
        return self


class Alerting(Strict):
    """An organization's wishes: what it is a storm from, and what holds where nothing else is said."""

    storm_after: Annotated[int, Field(ge=1, le=1000)] = 5
    quiet: QuietHours | None = None
    remind_minutes: Annotated[int, Field(ge=5, le=10_080)] | None = None
    escalation_id: Annotated[int, Field(gt=0, lt=1 << 63)] | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Now, held until a moment by something (`quiet_hours`, `digest`), or never: not bad enough."""

    is_wanted: bool = True
    held_by: str | None = None
    until: datetime | None = None


NOW = Ruling()
UNWANTED = Ruling(is_wanted=False)


def rank(level: str) -> int:
    """0 for the mildest; what is not known counts as down."""
    known: tuple[str, ...] = LEVELS
    return known.index(level) if level in known else len(known) - 1


def judge_channel(
    manners: Manners,
    organization: QuietHours | None,
    level: str,
    at: datetime,
    *,
    is_urgent: bool = False,
    is_end: bool = False,
) -> Ruling:
    """Whether a channel is told of an incident of this level at this moment."""
    if not is_end and rank(level) < rank(manners.least):
        return UNWANTED
    if is_urgent:
        return NOW
    quiet = manners.quiet or organization
    if quiet and not (quiet.lets_down and rank(level) == rank("down")):
        until = lasts_until(quiet.zone, quiet.spans, at)
        if until is not None:
            return Ruling(held_by="quiet_hours", until=until)
    until = next_digest(manners, at)
    return Ruling(held_by="digest", until=until) if until else NOW


def next_digest(manners: Manners, at: datetime) -> datetime | None:
    """The first moment of a digest after `at`; those by the minute lie on the same marks for everybody."""
    if manners.digest_minutes:
        step = manners.digest_minutes * 60
        return datetime.fromtimestamp((int(at.timestamp()) // step + 1) * step, UTC)
    if manners.digest_at:
        day = local_day(manners.zone, at)
        moments = (instant(manners.zone, day + days * DAY, manners.digest_at) for days in (0, 1, 2))
        return next(moment for moment in moments if moment > at)
    return None
