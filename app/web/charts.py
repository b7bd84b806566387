"""The numbers behind charts and strips, and the choice of the span they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.core.clock import now_ms, to_ms
from app.service.actor import Actor
from app.service.series import series
from app.web.present.state import strip_cells, uptime

HOUR = 3_600_000
RANGES = {"1h": HOUR, "6h": 6 * HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR}
DEFAULT_RANGE = "24h"
STRIP_CELLS = 72


def chosen_range(born: datetime | None = None) -> str:
    """The range in the address; else a day, or less for what was `born` only just now."""
    wanted = request.args.get("range", "")
    if wanted in RANGES:
        return wanted
    age_ms = now_ms() - to_ms(born) if born else RANGES[DEFAULT_RANGE]
    return next((key for key in ("1h", "6h") if age_ms < 2 * RANGES[key]), DEFAULT_RANGE)


def range_words(key: str) -> str:
    return {
        "1h": _("1 hour"),
        "6h": _("6 hours"),
        "24h": _("24 hours"),
        "7d": _("7 days"),
        "30d": _("30 days"),
    }[key]


def ranges(endpoint: str, **values: Any) -> list[dict[str, str]]:
    """The choices over a chart."""
    return [
        {"key": key, "text": range_words(key), "url": url_for(endpoint, range=key, **values)}
        for key in RANGES
    ]


def chart_numbers(actor: Actor, monitor_id: int, key: str) -> dict[str, Any]:
    """Columns for the chart: unix seconds, milliseconds by phase, totals, and the outcome of each point."""
    end = now_ms()
    step, pieces = series(actor, monitor_id, from_ms=end - RANGES[key], to_ms=end, pieces=240)
    names = ("dns", "connect", "tls", "first_byte", "transfer")
    return {
        "from": (end - RANGES[key]) / 1000,
        "to": end / 1000,
        "step": step / 1000,
        "t": [piece.start_ms / 1000 for piece in pieces],
        "phases": {name: [piece.phases_ms[name] for piece in pieces] for name in names},
        "total": [piece.total_ms for piece in pieces],
        "status": [piece.status if piece.down or not piece.up else "up" for piece in pieces],
    }


def strip_of(actor: Actor, monitor_id: int, key: str) -> dict[str, Any]:
    """Cells and share of uptime of a monitor over a range."""
    end = now_ms()
    begin = end - RANGES[key]
    step, pieces = series(actor, monitor_id, from_ms=begin, to_ms=end, pieces=STRIP_CELLS)
    return {"cells": strip_cells(pieces, begin, step, STRIP_CELLS), "uptime": uptime(pieces)}
