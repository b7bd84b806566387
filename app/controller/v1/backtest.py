"""Judging again: an incident's replay, and a policy tried on a monitor's last weeks before it is saved."""

from __future__ import annotations

from typing import Any

from app.controller.common.monitor_values import with_policy
from app.controller.common.output import (
    Flag,
    Id,
    Inside,
    Many,
    Mapping,
    Moment,
    Number,
    Text,
    Texts,
    Value,
    Whole,
)
from app.controller.common.parser import body, integer
from app.controller.common.resource import Resource, operation, route
from app.controller.v1 import routes
from app.core.clock import from_ms
from app.engine.usability.state.replay import Episode, Outcome
from app.service.actor import Actor
from app.service.recording.replay import MOST_DAYS, TOLD, Replayed, Trial, replay_incident, try_policy

EPISODE: dict[str, Value] = {
    "started_at": Moment(),
    "opened_at": Moment(),
    "closed_at": Moment(nullable=True),
    "level": Text(),
    "worst": Text(),
    "reason": Text(nullable=True),
}
REPLAY: dict[str, Value] = {
    "incident_id": Id(),
    "is_same": Flag(),
    "samples": Whole(),
    "match": Inside(EPISODE, nullable=True),
    "episodes": Many(EPISODE),
    "differences": Mapping(),
    "changed_since": Texts(),
    "policy": Inside(
        {name: Whole() for name in ("confirm_count", "recover_count", "quorum", "locations", "interval_ms")}
    ),
}
OUTCOME: dict[str, Value] = {
    "alerts": Whole(),
    "alarm_minutes": Number(),
    "first_delay_seconds": Number(nullable=True),
    "mean_delay_seconds": Number(nullable=True),
    "episodes": Many(EPISODE),
}
TRIAL: dict[str, Value] = {
    "sentence": Text(),
    "from_at": Moment(),
    "to_at": Moment(),
    "days": Number(),
    "is_shortened": Flag(),
    "samples": Whole(),
    "notes": Texts(),
    "old": Inside(OUTCOME),
    "new": Inside(OUTCOME),
}


def _episode(each: Episode) -> dict[str, Any]:
    return {
        "started_at": from_ms(each.started_ms),
        "opened_at": from_ms(each.opened_ms),
        "closed_at": None if each.closed_ms is None else from_ms(each.closed_ms),
        "level": each.level.value.lower(),
        "worst": each.worst.value.lower(),
        "reason": each.reason,
    }


def _replay(told: Replayed) -> dict[str, Any]:
    policy = told.policy
    differences = {
        name: {"kept": _plain(kept), "replayed": _plain(replayed)}
        for name, (kept, replayed) in told.differences.items()
    }
    return {
        "incident_id": told.incident.id,
        "is_same": told.is_same,
        "samples": told.samples,
        "match": _episode(told.match) if told.match else None,
        "episodes": [_episode(each) for each in told.episodes],
        "differences": differences,
        "changed_since": told.changed_since,
        "policy": {
            "confirm_count": policy.confirm,
            "recover_count": policy.recover,
            "quorum": policy.needed,
            "locations": policy.locations,
            "interval_ms": policy.interval_ms,
        },
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _outcome(told: Outcome) -> dict[str, Any]:
    return {
        "alerts": len(told.episodes),
        "alarm_minutes": round(told.alarm_ms / 60_000, 1),
        "first_delay_seconds": _seconds(told.first_delay_ms),
        "mean_delay_seconds": _seconds(told.mean_delay_ms),
        "episodes": [_episode(each) for each in reversed(told.episodes[-TOLD:])],
    }


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _trial(told: Trial) -> dict[str, Any]:
    result = told.result
    return {
        "sentence": sentence_of(told),
        "from_at": from_ms(result.from_ms),
        "to_at": from_ms(result.to_ms),
        "days": round(told.days, 2),
        "is_shortened": told.is_shortened,
        "samples": result.samples,
        "notes": told.notes,
        "old": _outcome(result.old),
        "new": _outcome(result.new),
    }


def sentence_of(told: Trial) -> str:
    new, old = len(told.result.new.episodes), len(told.result.old.episodes)
    times = "once" if new == 1 else f"{new} times"
    return f"would have alerted {times} instead of {old} in the last {told.days:.0f} days"


@route(routes, "/usability/monitors/<id:monitor_id>/backtest", "monitor_backtest")
class MonitorBacktest(Resource):
    @operation(
        "Try a policy on a monitor's stored results before it is saved",
        parser=with_policy(body()).add("days", integer(1, MOST_DAYS), default=MOST_DAYS),
        output=TRIAL,
        about=(
            "What is not given is as it is. Looks at the newest 150,000 results at most; nothing is saved. "
            "`notes`: retry (looks between two failures are taken to fail too), new_locations (some have "
            "never measured), learned (what is usual was learned from the same weeks), nothing_learned."
        ),
    )
    def post(self, actor: Actor, args: dict[str, Any], monitor_id: int) -> Any:
        days = args.pop("days")
        return _trial(try_policy(actor, monitor_id, args, days=days))


@route(routes, "/usability/incidents/<id:incident_id>/replay", "incident_replay")
class IncidentReplay(Resource):
    @operation(
        "Judge an incident's stored results again, by the monitor's present policy",
        output=REPLAY,
        about="`changed_since` names what of the policy was changed after the incident began.",
    )
    def get(self, actor: Actor, args: dict[str, Any], incident_id: int) -> Any:
        return _replay(replay_incident(actor, incident_id))
