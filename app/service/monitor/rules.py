"""What a monitor's values have to be, before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from app.core.errors import InvalidError
from app.engine.usability.registry import MonitorType, UnknownTypeError, get_type, problems
from app.models import EscalationPolicy, db
from app.service.actor import Actor
from app.service.location.known import enabled_codes
from app.service.monitor.config import unmasked
from app.service.monitor.target import secrets_to_enter_again
from app.service.values import plain_name

INTERVALS = (1, 86_400)
TIMEOUTS = (1, 300)
RUNS = (1, 20)
SLOW_MS = (1, 600_000)
SLOW_FACTORS = (1.1, 100.0)
MOST_LOCATIONS = 20
# What one may say of a monitor besides its site, type and dependencies; `config` is the type's own.
PLAIN = (
    "name",
    "interval_seconds",
    "timeout_seconds",
    "confirm_count",
    "recover_count",
    "is_inverted",
    "retry_seconds",
    "slow_ms",
    "slow_factor",
    "locations",
    "quorum",
    "escalation_id",
)
DEFAULTS: dict[str, Any] = {"interval_seconds": 60, "confirm_count": 2, "recover_count": 2, "locations": []}


def type_of(name: str) -> MonitorType:
    try:
        return get_type(name)
    except UnknownTypeError as error:
        raise InvalidError({"type": "is not a monitor type"}) from error


def cleaned(
    actor: Actor,
    kind: MonitorType,
    values: Mapping[str, Any],
    present: Mapping[str, Any],
    secrets: dict[str, Any],
) -> dict[str, Any]:
    """Checked values for the model's columns; an `InvalidError` names each that will not do.

    `present` is what the monitor is now: what fits together is judged of both.
    """
    clean = {name: values[name] for name in (*PLAIN, "config") if name in values}
    wrong: dict[str, str] = {}
    if "name" in clean:
        clean["name"] = plain_name(clean["name"])
        if not clean["name"]:
            wrong["name"] = "must not be empty"
    if "config" in clean:
        try:
            given = unmasked(kind, clean["config"], secrets)
            clean["config"] = kind.parse(given).model_dump(mode="json", exclude_unset=True)
        except ValidationError as error:
            wrong |= {f"config.{name}": why for name, why in problems(error).items()}
        wrong |= secrets_to_enter_again(kind, values["config"], secrets)
    wrong |= policy_problems({**DEFAULTS, **present, **clean})
    wrong |= _place_problems(clean, present)
    if clean.get("escalation_id") is not None and not _is_our_escalation(actor, clean["escalation_id"]):
        wrong["escalation_id"] = "there is no such escalation policy"
    if wrong:
        raise InvalidError(wrong)
    return clean


def policy_problems(whole: Mapping[str, Any]) -> dict[str, str]:
    """What does not fit together among a monitor's values, by field."""
    wrong: dict[str, str] = {}
    interval, timeout, retry = whole["interval_seconds"], whole.get("timeout_seconds"), None
    retry = whole.get("retry_seconds")
    if timeout is not None and timeout > interval:
        wrong["timeout_seconds"] = f"must not be longer than the interval ({interval} s)"
    if retry is not None and retry >= interval:
        wrong["retry_seconds"] = f"must be shorter than the interval ({interval} s)"
    places = max(1, len(whole.get("locations") or ()))
    quorum = whole.get("quorum")
    if quorum is not None and quorum > places:
        wrong["quorum"] = f"must not be more than the locations ({places})"
    return wrong


def _place_problems(clean: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, str]:
    """A location has to be there and switched on, unless the monitor had it before."""
    places = clean.get("locations") or []
    if len(set(places)) != len(places):
        return {"locations": "names a location twice"}
    if len(places) > MOST_LOCATIONS:
        return {"locations": f"must be at most {MOST_LOCATIONS}"}
    known = {*enabled_codes(), *(present.get("locations") or ())} if places else set()
    missing = next((code for code in places if code not in known), None)
    return {} if missing is None else {"locations": f"there is no location {missing}"}


def _is_our_escalation(actor: Actor, escalation_id: int) -> bool:
    own = select(EscalationPolicy.id).where(
        EscalationPolicy.id == escalation_id, EscalationPolicy.organization_id == actor.organization_id
    )
    return db.session.scalar(own) is not None
