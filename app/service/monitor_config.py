"""A monitor's configuration, its secrets apart: sealed at rest, masked to everybody, whole for the probe.

Fields whose schema says `secret` are secrets: a text as a whole, of a mapping (headers) each value.
"""

from __future__ import annotations

from typing import Any

from app.core.secret_box import SealBrokenError, seal, unseal
from app.engine.usability.registry import MonitorType, get_type
from app.models import Monitor

MASK = "********"


def secret_names(kind: MonitorType) -> set[str]:
    fields: dict[str, Any] = kind.schema().get("properties", {})
    return {name for name, field in fields.items() if field.get("secret")}


def keep(monitor: Monitor, kind: MonitorType, config: dict[str, Any]) -> None:
    """Put a whole configuration into the row, its secrets sealed."""
    names = secret_names(kind)
    secrets = {name: value for name, value in config.items() if name in names and value}
    monitor.config = {name: value for name, value in config.items() if name not in secrets}
    monitor.sealed_secrets = seal(secrets) if secrets else None


def whole(monitor: Monitor) -> dict[str, Any]:
    """The configuration with its secrets, for the probe; without them when our key does not open them."""
    try:
        return {**monitor.config, **(unseal(monitor.sealed_secrets) if monitor.sealed_secrets else {})}
    except SealBrokenError:
        return dict(monitor.config)


def masked(monitor: Monitor) -> dict[str, Any]:
    """The configuration as people may see it."""
    names = secret_names(get_type(monitor.type))
    return {name: _mask(value) if name in names else value for name, value in whole(monitor).items()}


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        return dict.fromkeys(value, MASK)
    return MASK if value else value


def unmasked(kind: MonitorType, given: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """What was given, with the present secrets where only their mask came back."""
    result = dict(given)
    for name in secret_names(kind) & given.keys():
        value, kept = given[name], present.get(name)
        if value == MASK:
            result[name] = kept
        elif isinstance(value, dict) and isinstance(kept, dict):
            result[name] = {key: kept.get(key, each) if each == MASK else each for key, each in value.items()}
    return result
