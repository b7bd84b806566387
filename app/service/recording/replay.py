"""Stored samples judged again: an incident under the monitor's present policy, and a policy that is not saved
yet over the monitor's last weeks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.clock import from_ms, now_ms, to_ms
from app.core.errors import ConflictError, InvalidError
from app.engine.usability.series.packing import Stored
from app.engine.usability.series.rollup import MAINTAINED
from app.engine.usability.state.policy import Observation, Policy
from app.engine.usability.state.replay import TOO_LATE, Act, Backtest, Episode, Limit, backtest, replay
from app.models import Event, Incident, Monitor, db
from app.models.result import STATUS_NAME
from app.models.rollup import DAY_MS, HOUR_MS
from app.service.actor import Actor
from app.service.incident.manage import get_incident
from app.service.location.known import home
from app.service.monitor.manage import get_monitor
from app.service.monitor.rules import policy_problems
from app.service.recording.judging import vote_interval_ms
from app.service.recording.slow import usual_now, usual_of
from app.service.results.result import iter_samples, location_code

MOST_DAYS = 90
MOST_SAMPLES = 150_000
BREATH = 4_000
TOLD = 100
"""Incidents that are told one by one; all are counted."""
CHANGEABLE = (
    "confirm_count",
    "recover_count",
    "retry_seconds",
    "slow_ms",
    "slow_factor",
    "locations",
    "quorum",
)
LEAD_INTERVALS, LEAD_LEAST = 50, 3
NEAR_MS = 50
"""What is stored of a moment, and what is told of it live, differ by rounding."""
_ACTS = {"monitor.paused": "pause", "monitor.pending": "resume"}


def policy_of(values: Mapping[str, Any], monitor: Monitor, locations: int) -> Policy:
    """How a monitor's samples become a verdict. What was slow is said by the samples themselves."""
    return Policy(
        confirm=values["confirm_count"],
        recover=values["recover_count"],
        quorum=values["quorum"] or locations // 2 + 1,
        locations=locations,
        interval_ms=vote_interval_ms(monitor.type, monitor.interval_seconds),
    )


def rules_of(monitor: Monitor) -> dict[str, Any]:
    return {name: getattr(monitor, name) for name in CHANGEABLE}


def observations(monitor_id: int, start_ms: int, end_ms: int) -> list[Observation]:
    """A monitor's stored samples as the state machine saw them, oldest first."""
    codes: dict[int, str] = {}
    found: list[Observation] = []
    for each in iter_samples(monitor_id, start_ms, end_ms):
        if not each.flags & TOO_LATE:
            location = codes.get(each.location_number) or _code(codes, each.location_number)
            found.append(_observation(each, location))
            if not len(found) % BREATH:
                time.sleep(0)  # Others of this process have their turn.
    return found


def _code(codes: dict[int, str], number: int) -> str:
    codes[number] = location_code(number)
    return codes[number]


def _observation(sample: Stored, location: str) -> Observation:
    total_us = sample.total_us
    return Observation(
        sample.due_ms,
        sample.due_ms + sample.late_us // 1000 + (total_us or 0) // 1000,
        STATUS_NAME[sample.status],
        sample.reason,
        location,
        None if total_us is None else total_us / 1000,
        bool(sample.flags & MAINTAINED),
    )


def acts_of(monitor: Monitor, start_ms: int, end_ms: int) -> list[Act]:
    """When somebody paused and resumed it."""
    statement = (
        select(Event.at, Event.kind)
        .where(
            Event.site_id == monitor.site_id,
            Event.monitor_id == monitor.id,
            Event.kind.in_(_ACTS),
            Event.at >= from_ms(start_ms),
            Event.at < from_ms(end_ms),
        )
        .order_by(Event.at)
        .limit(1000)
    )
    return [(to_ms(at), _ACTS[kind]) for at, kind in db.session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Replayed:
    """An incident as it was kept, beside the ones that its samples tell under the present policy.

    `differences`: {field: [kept, replayed]}; `changed_since` are the parts of the policy that were changed
    after it was found.
    """

    incident: Incident
    policy: Policy
    samples: int
    episodes: list[Episode]
    match: Episode | None
    differences: dict[str, list[Any]]
    changed_since: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return self.match is not None and not self.differences


def replay_incident(actor: Actor, incident_id: int) -> Replayed:
    """Judge an incident's samples again. ConflictError where it was not found by a monitor."""
    incident = get_incident(actor, incident_id)
    if incident.monitor_id is None:
        raise ConflictError("this incident was not found by a monitor")
    monitor = get_monitor(actor, incident.monitor_id)
    interval_ms = monitor.interval_seconds * 1000
    lead_ms = max(HOUR_MS, min(LEAD_INTERVALS * interval_ms, DAY_MS), LEAD_LEAST * interval_ms)
    start_ms = to_ms(incident.started_at) - lead_ms
    end_ms = to_ms(incident.closed_at) + lead_ms if incident.closed_at else now_ms() + 1
    start_ms = max(start_ms, end_ms - MOST_SAMPLES * interval_ms // max(1, len(monitor.locations)))
    seen = observations(monitor.id, start_ms, end_ms)
    policy = policy_of(rules_of(monitor), monitor, max(1, len(monitor.locations)))
    episodes = replay(seen, policy, acts_of(monitor, start_ms, end_ms))
    match = _match(incident, episodes)
    return Replayed(
        incident=incident,
        policy=policy,
        samples=len(seen),
        episodes=[each for each in episodes if each is match or _touches(incident, each)][:TOLD],
        match=match,
        differences=_differences(incident, match) if match else {},
        changed_since=_changed_since(monitor, incident),
    )


def _touches(incident: Incident, each: Episode) -> bool:
    closed_ms = to_ms(incident.closed_at) if incident.closed_at else None
    return (closed_ms is None or each.started_ms < closed_ms) and (
        each.closed_ms is None or to_ms(incident.started_at) < each.closed_ms
    )


def _match(incident: Incident, episodes: Sequence[Episode]) -> Episode | None:
    """The replayed incident it is: of those that touch it, the one found nearest to when it was found."""
    opened_ms = to_ms(incident.opened_at)
    touching = [each for each in episodes if _touches(incident, each)]
    return min(touching, key=lambda each: abs(each.opened_ms - opened_ms), default=None)


def _differences(incident: Incident, found: Episode) -> dict[str, list[Any]]:
    kept = {
        "started_at": incident.started_at,
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
    }
    told = {"started_at": found.started_ms, "opened_at": found.opened_ms, "closed_at": found.closed_ms}
    wrong: dict[str, list[Any]] = {}
    for name, moment in kept.items():
        replayed = told[name]
        if not _is_near(None if moment is None else to_ms(moment), replayed):
            wrong[name] = [moment, None if replayed is None else from_ms(replayed)]
    if incident.level != found.level.value.lower():
        wrong["level"] = [incident.level, found.level.value.lower()]
    return wrong


def _is_near(kept_ms: int | None, replayed_ms: int | None) -> bool:
    if kept_ms is None or replayed_ms is None:
        return kept_ms == replayed_ms
    return abs(kept_ms - replayed_ms) <= NEAR_MS


def _changed_since(monitor: Monitor, incident: Incident) -> list[str]:
    statement = select(Event.detail).where(
        Event.site_id == monitor.site_id,
        Event.monitor_id == monitor.id,
        Event.kind == "monitor.changed",
        Event.at > incident.started_at,
    )
    details = db.session.scalars(statement.limit(200))
    fields = {name for detail in details for name in detail.get("fields", ())}
    return sorted(fields & {*CHANGEABLE, "interval_seconds"})


@dataclass(frozen=True, slots=True)
class Trial:
    """What a policy would have done.

    `days` is the span that was looked at; `is_shortened` says that it is less than was asked for: older
    results are gone, or it would have been more than 150,000. `notes` name what can only be guessed.
    """

    result: Backtest
    days: float
    is_shortened: bool
    notes: list[str]


def try_policy(actor: Actor, monitor_id: int, values: Mapping[str, Any], *, days: int = MOST_DAYS) -> Trial:
    """The policy with these values over the monitor's last days, beside the one it has."""
    monitor = get_monitor(actor, monitor_id)
    old = rules_of(monitor)
    new = {**old, **{name: values[name] for name in CHANGEABLE if name in values}}
    wrong = policy_problems({**new, "interval_seconds": monitor.interval_seconds, "timeout_seconds": None})
    if wrong:
        raise InvalidError(wrong)
    end_ms = now_ms() + 1
    places = max(1, len(monitor.locations))
    most_ms = MOST_SAMPLES * monitor.interval_seconds * 1000 // places
    start_ms = end_ms - min(days * DAY_MS, most_ms)
    seen = observations(monitor_id, start_ms, end_ms)
    acts = acts_of(monitor, start_ms, end_ms)
    limit, notes = _limit_of(monitor, old, new)
    db.session.commit()
    chosen, unknown = _places(old, new, seen)
    retry = new["retry_seconds"]
    is_other_retry = retry is not None and retry != old["retry_seconds"]
    result = backtest(
        seen,
        policy_of(old, monitor, places),
        policy_of(new, monitor, places if chosen is None else max(1, len(chosen))),
        limit=limit,
        retry_ms=retry * 1000 if is_other_retry else None,
        locations=chosen,
        acts=acts,
    )
    notes += ["new_locations"] if unknown else []
    notes += ["retry"] if retry != old["retry_seconds"] else []
    span_ms = result.to_ms - result.from_ms if seen else 0
    return Trial(result, span_ms / DAY_MS, span_ms < (days - 1) * DAY_MS, notes)


def _places(
    old: Mapping[str, Any], new: Mapping[str, Any], seen: Sequence[Observation]
) -> tuple[list[str] | None, bool]:
    """The locations whose samples count (None: all), and whether some that are wanted have never measured."""
    wanted = set(new["locations"] or [home()])
    if wanted == set(old["locations"] or [home()]):
        return None, False
    chosen = sorted(wanted & {each.location for each in seen})
    return chosen, len(chosen) < len(wanted)


def _limit_of(
    monitor: Monitor, old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Limit | None, list[str]]:
    """What would be slow, where that is another rule than now; what is usual is what the last weeks say."""
    slow_ms, factor = new["slow_ms"], new["slow_factor"]
    if (slow_ms, factor) == (old["slow_ms"], old["slow_factor"]):
        return None, []
    usual = (usual_of(monitor.id) or usual_now(monitor.id)) if factor is not None else None
    if usual is None:
        return _fixed(slow_ms), ["nothing_learned"] if factor is not None else []

    def limit(due_ms: int) -> float:
        learned_ms = usual.limit_ms(due_ms, factor)
        return learned_ms if slow_ms is None else min(learned_ms, slow_ms)

    return limit, ["learned"]


def _fixed(slow_ms: float | None) -> Callable[[int], float | None]:
    return lambda due_ms: slow_ms
