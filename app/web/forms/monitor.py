"""A monitor's form: what is drawn, and what was typed. The type's own fields come from `schema_form`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.engine.usability.registry import MonitorType
from app.models import Monitor
from app.service.actor import Actor
from app.service.alerting.policy import list_policies
from app.service.location.known import home
from app.service.location.manage import all_locations
from app.service.monitor.rules import INTERVALS, MOST_LOCATIONS, RUNS, SLOW_FACTORS, SLOW_MS, TIMEOUTS
from app.web.forms import schema as schema_form
from app.web.forms.form import Form, number
from app.web.i18n import current_locale

LIMITS: dict[str, tuple[float, float]] = {
    "interval_seconds": INTERVALS,
    "timeout_seconds": TIMEOUTS,
    "confirm_count": RUNS,
    "recover_count": RUNS,
    "retry_seconds": (1, INTERVALS[1]),
    "slow_ms": SLOW_MS,
    "slow_factor": SLOW_FACTORS,
    "quorum": (1, MOST_LOCATIONS),
}
MAY_BE_EMPTY = {"timeout_seconds", "retry_seconds", "slow_ms", "slow_factor", "quorum"}
POLICY = ("confirm_count", "recover_count", "retry_seconds", "slow_ms", "slow_factor", "quorum")
MOST_POLICIES = 200


def labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "interval_seconds": _("Check every"),
        "timeout_seconds": _("Give up after"),
        "confirm_count": _("Failures until it counts as down"),
        "recover_count": _("Good results until it counts as up"),
        "retry_seconds": _("Look again after a first failure"),
        "slow_ms": _("Slow from"),
        "slow_factor": _("Slow from so many times the usual"),
        "locations": _("Checked from"),
        "quorum": _("Locations that have to agree"),
        "escalation_id": _("Who is told"),
        "dependencies": _("Depends on"),
    }


def read_numbers(names: Mapping[str, tuple[float, float]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Typed numbers by name, and what is wrong with them."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, (low, high) in names.items():
        value = _decimal(request.form.get(name)) if name == "slow_factor" else number(request.form.get(name))
        values[name] = value
        if value is None and name not in MAY_BE_EMPTY:
            wrong[name] = "must be filled in"
        elif isinstance(value, str):
            wrong[name] = "must be a number" if name == "slow_factor" else "must be a whole number"
        elif value is not None and not low <= value <= high:
            wrong[name] = f"must be between {low:g} and {high:g}"
    return values, wrong


def _decimal(text: str | None) -> float | str | None:
    text = (text or "").strip().replace(",", ".")
    try:
        return float(text) if text else None
    except ValueError:
        return text


def read_locations() -> list[str]:
    """The ticked ones; the installation's own alone is what is meant by none."""
    chosen = request.form.getlist("locations")
    return [] if chosen == [home()] else chosen


def read(kind: MonitorType, stored: dict[str, Any]) -> tuple[Form, dict[str, Any], dict[str, str]]:
    """The typed form, the values for the service, and what is wrong before any service sees it."""
    fields = schema_form.fields_of(kind.schema(), current_locale(), stored)
    config = schema_form.read(fields, request.form, stored)
    numbers, wrong = read_numbers(LIMITS)
    values: dict[str, Any] = {
        **numbers,
        "name": request.form.get("name", ""),
        "config": config,
        "is_inverted": "is_inverted" in request.form,
        "locations": read_locations(),
        "escalation_id": _id(request.form.get("escalation_id", "")),
        "dependencies": [found for each in request.form.getlist("dependencies") if (found := _id(each))],
    }
    typed = {**values, **{name: request.form.get(name, "") for name in LIMITS}}
    del typed["config"]
    return Form({**typed, **schema_form.shown(fields, config, stored)}), values, wrong


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def values_of(found: Monitor) -> dict[str, Any]:
    """What the form shows of a monitor besides its type's own fields."""
    names = ("name", *LIMITS, "is_inverted", "locations", "escalation_id", "dependencies")
    return {name: getattr(found, name) for name in names}


def fresh_values(kind: MonitorType, name: str) -> dict[str, Any]:
    basics = {"name": name, "interval_seconds": 60, "confirm_count": 2, "recover_count": 2}
    return {**basics, **{key: value for key, value in kind.defaults.items() if key in LIMITS}}


def choices(actor: Actor, form: Form) -> dict[str, Any]:
    """What there is to choose from, and which folded parts have something in them."""
    places = [
        (each.code, each.name or each.code)
        for each in all_locations()
        if each.is_enabled or each.code in (form.values.get("locations") or ())
    ]
    policies = [(str(each.id), each.name) for each in list_policies(actor, limit=MOST_POLICIES).items]
    return {
        "places": places,
        "chosen_places": form.values.get("locations") or [home()],
        "escalations": [("", _("Every channel at once")), *policies],
        "is_open": {name: _has(form, *inside) for name, inside in _FOLDS.items()},
    }


_FOLDS = {
    "slow": ("slow_ms", "slow_factor"),
    "places": ("locations", "quorum"),
    "told": ("escalation_id", "dependencies"),
    "more": ("retry_seconds", "is_inverted"),
}


def _has(form: Form, *names: str) -> bool:
    return any(form.values.get(name) or name in form.errors for name in names)
