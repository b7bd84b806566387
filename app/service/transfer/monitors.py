"""Monitors as one cell of a table says them: `http 60s, tcp db.example.org:5432 5m, heartbeat`.

Each is a type, where it looks when that is not the site's own address, and its interval. What else a monitor
may have (what it expects, log-ins, limits) does not fit into a cell, and is not in the table.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from app.engine.net.target import parse_target
from app.engine.usability.registry import MonitorType, all_types, get_type

LEFT_OUT = ("group", "steps")
"""What these types look at is a list, and no address."""
MOST_MONITORS = 50
_SEPARATORS = re.compile(r"[,，;；、|\n]")
_MONITOR = re.compile(
    r"(?P<type>[a-z][a-z0-9_]*)"
    r"(?:\s+(?!\d{1,6}\s*[smhd]?\Z)(?P<place>\S+))?"
    r"(?:\s+(?P<count>\d{1,6})\s*(?P<unit>[smhd])?)?\Z",
    re.IGNORECASE,
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FIELDS = ("url", "host", "name", "domain")
"""Where a type looks is in one of these fields."""
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d{1,5}))?\Z")


class Told(NamedTuple):
    """One monitor of a cell: `place` empty for the site's own address, `seconds` None for the usual."""

    type: str
    seconds: int | None = None
    place: str = ""


@cache
def types() -> tuple[str, ...]:
    """The types that a cell can name."""
    return tuple(kind.name for kind in all_types() if kind.name not in LEFT_OUT)


def monitors_of(text: str) -> list[Told]:
    """What a cell says. `ValueError` with a sentence where it cannot be read."""
    found = [_told(part) for part in map(str.strip, _SEPARATORS.split(text)) if part]
    if len(found) > MOST_MONITORS:
        raise ValueError(f"at most {MOST_MONITORS} monitors")
    return found


def _told(part: str) -> Told:
    match = _MONITOR.match(part)
    if match is None or match["type"].lower() not in types():
        raise ValueError(f"must be some of: {', '.join(types())}, each with an interval or without")
    seconds = int(match["count"]) * _UNITS[(match["unit"] or "s").lower()] if match["count"] else None
    if seconds is not None and not 1 <= seconds <= 86_400:
        raise ValueError("an interval must be from 1 second to 1 day")
    return Told(match["type"].lower(), seconds, match["place"] or "")


def config_of(kind: MonitorType, base_url: str, place: str = "") -> dict[str, Any]:
    """The configuration that follows from where a monitor looks, or else from its site's address.

    Whether it will do is for the type to say.
    """
    field = _field(kind)
    if not place:
        return _from_site(kind, field, base_url)
    if field != "host":
        return {field or "address": place}
    match = _HOST.match(place)
    if match is None:  # An IPv6 address without brackets, if it is anything.
        return {"host": place}
    host = match["host"] or parse_target(base_url).host  # `:8080` is another port of the same.
    return {"host": host, **({"port": int(match["port"])} if match["port"] else {})}


def _field(kind: MonitorType) -> str | None:
    return next((name for name in _FIELDS if name in kind.Config.model_fields and _needed(kind, name)), None)


def _needed(kind: MonitorType, name: str) -> bool:
    return kind.Config.model_fields[name].is_required()


def _from_site(kind: MonitorType, field: str | None, base_url: str) -> dict[str, Any]:
    target = parse_target(base_url)
    if field is None:
        return {}
    if field == "url":
        is_socket = kind.name == "websocket"
        return {"url": f"ws{target.url.removeprefix('http')}" if is_socket else base_url}
    is_ported = kind.name == "tcp" or (kind.name == "tls" and target.scheme == "https" and target.port != 443)
    return {field: target.host, **({"port": target.port} if is_ported else {})}


def text_of(name: str, seconds: int, config: dict[str, Any], base_url: str) -> str:
    """A monitor as a cell says it, so that it looks at the same place when it is taken in again."""
    kind = get_type(name)
    place = _place(kind, config)
    words = [name, place if place != _place(kind, _from_site(kind, _field(kind), base_url)) else ""]
    return " ".join(filter(None, (*words, interval_text(seconds))))


def _place(kind: MonitorType, config: dict[str, Any]) -> str:
    field = _field(kind)
    if field is None:
        return ""
    place = str(config.get(field, ""))
    if field != "host":
        # What separates monitors may not stand in the address of one.
        return _SEPARATORS.sub(lambda found: quote(found[0]), place)
    host = f"[{place}]" if ":" in place else place
    asked = kind.Config.model_fields.get("port")
    port = config.get("port", asked.default if asked else None)
    return host if asked is None or port == asked.default else f"{host}:{port}"


def interval_text(seconds: int) -> str:
    """60 → `60s`, 3600 → `1h`, as a cell takes it."""
    for unit, length in (("d", 86_400), ("h", 3_600)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
