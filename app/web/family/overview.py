"""The board: the state of everything at a glance, on a desk or on a wall."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.clock import from_ms
from app.service.board import Board, Tile, board
from app.service.incident.manage import list_incidents
from app.service.site import list_tags
from app.web.blueprint import web
from app.web.identity import actor
from app.web.present.state import incident_row
from app.web.words.names import state_label

# What is worth a number of its own, in this order.
SHOWN = ("DOWN", "REGIONAL", "DEGRADED", "UNKNOWN", "MAINTENANCE", "UP", "PENDING", "PAUSED")
ALWAYS = ("DOWN", "DEGRADED", "UP")
INCIDENTS = 8
HEADLINES = {
    "DOWN": _l("Something is down"),
    "REGIONAL": _l("Something is down in some places"),
    "DEGRADED": _l("Something is degraded"),
    "UNKNOWN": _l("Of some monitors there is no recent result"),
    "MAINTENANCE": _l("Planned work is under way"),
    "UP": _l("Everything works"),
    "PENDING": _l("Nothing has been checked yet"),
    "PAUSED": _l("All monitors are paused"),
}


@web.get("/overview")
def overview() -> str:
    """The whole page; `?wall=1` leaves away everything but the board."""
    wall = request.args.get("wall") == "1"
    template = "overview/wall.html" if wall else "overview/overview.html"
    return render_template(template, tags=list_tags(actor()), **_context(wall))


@web.get("/overview/live")
def overview_live() -> str:
    """The part that changes by itself."""
    return render_template("overview/_board.html", **_context(request.args.get("wall") == "1"))


def _context(wall: bool) -> dict[str, Any]:
    tag = request.args.get("tag", "")[:50]
    found = board(actor(), tag or None)
    open_ones = list_incidents(actor(), tag=tag or None, is_open=True, limit=INCIDENTS)
    return {
        "board": found,
        "tag": tag,
        "wall": wall,
        "numbers": _numbers(found),
        "headline": _headline(found),
        "tiles": [_tile(each) for each in found.tiles],
        "rest": found.site_count - len(found.tiles),
        "incidents": [incident_row(each) for each in open_ones.items],
        "has_more_incidents": open_ones.next_cursor is not None,
        "live_url": url_for("web.overview_live", tag=tag or None, wall="1" if wall else None),
    }


def _numbers(found: Board) -> list[dict[str, Any]]:
    return [
        {"state": state, "text": state_label(state), "count": found.monitors.get(state, 0)}
        for state in SHOWN
        if state in ALWAYS or found.monitors.get(state)
    ]


def _headline(found: Board) -> tuple[str, str]:
    """The worst there is, as a state and a sentence."""
    if not found.monitors:
        return "PENDING", _("Nothing is watched yet")
    worst = next((state for state in SHOWN if found.monitors.get(state)), "PENDING")
    return worst, str(HEADLINES[worst])


def _tile(tile: Tile) -> dict[str, Any]:
    return {
        "name": tile.name,
        "url": url_for("web.site", site_id=tile.id),
        "state": tile.state or "PENDING",
        "since": from_ms(tile.since_ms) if tile.since_ms else None,
        "share": f"{tile.bad}/{tile.total}" if tile.total > 1 and tile.bad else "",
        "total_ms": tile.total_ms if tile.state in ("UP", "DEGRADED") else None,
    }
