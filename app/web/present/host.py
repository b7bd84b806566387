"""Hosts of a site as templates want them: how they stand, and how to show that they are ours."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.engine.net.target import TargetError, parse_target
from app.engine.tamper.visible import visible
from app.models import HostOwnership, OwnershipCheck
from app.service.bug.host import host_history, ways_of
from app.service.bug.say import check_sentence
from app.web.i18n import current_locale
from app.web.words.host import HOST_STATES, OPENS, STEPS, VALUES
from app.web.words.names import in_language


def host_mark(host: HostOwnership) -> dict[str, Any]:
    """How a host stands, in short."""
    words, look = HOST_STATES[host.state]
    return {
        "id": host.id,
        "host": host.host,
        "state": host.state,
        "state_text": str(words),
        "look": "degraded" if host.state == "verified" and host.method == "meta" else look,
        "opens": str(OPENS[host.method != "meta"]) if host.state == "verified" else "",
        "is_open": host.state == "verified" and host.method != "meta",
    }


def host_card(host: HostOwnership, *, main: str) -> dict[str, Any]:
    """A host with its ways and what looking at it has shown."""
    history = host_history(host)
    newest: dict[str, OwnershipCheck] = {}
    for check in history:
        newest.setdefault(check.method, check)
    ways = [_way(host, name, facts, newest.get(name)) for name, facts in ways_of(host).items()]
    opened = _first_open(host, ways)
    for way in ways:
        way["is_open"] = way["name"] == opened
    return {
        **host_mark(host),
        "is_main": host.host == main,
        "method": next((way["title"] for way in ways if way["name"] == host.method), ""),
        "verified_at": host.verified_at,
        "last_checked_at": host.last_checked_at,
        "next_check_at": host.next_check_at,
        "ways": ways,
        "history": [check_line(each) for each in history],
    }


def check_line(check: OwnershipCheck) -> dict[str, Any]:
    """One look, for the macro `timeline` and for the way it was about."""
    title = str(
        {"dns": _("DNS record"), "file": _("File"), "meta": _("Meta tag")}.get(check.method, check.method)
    )
    return {
        "glyph": "up" if check.is_ok else "down",
        "is_ok": check.is_ok,
        "text": title,
        "why": visible(check_sentence(check, current_locale())),
        "at": check.at,
        "by": check.by,
        "url": None,
    }


def _way(
    host: HostOwnership, name: str, facts: dict[str, Any], last: OwnershipCheck | None
) -> dict[str, Any]:
    values: list[dict[str, Any]] = [
        {"step": step, "label": str(words), "text": facts[key], "id": f"{name}-{key}-{host.id}"}
        for step, key, words in VALUES[name]
    ]
    return {
        "name": name,
        "title": in_language(facts["title"], current_locale()),
        "opens": str(OPENS[facts["permits_active"]]),
        "is_used": host.state == "verified" and host.method == name,
        "last": check_line(last) if last else None,
        "steps": [
            {"text": str(words), "values": [each for each in values if each["step"] == number]}
            for number, words in enumerate(STEPS[name])
        ],
    }


def _first_open(host: HostOwnership, ways: list[dict[str, Any]]) -> str:
    """The way that is unfolded: none that has worked, else the one looked at last, else the likeliest."""
    if host.state == "verified":
        return ""
    looked = [way for way in ways if way["last"]]
    if looked:
        newest = max(way["last"]["at"] for way in looked)
        of_newest = [way["name"] for way in looked if way["last"]["at"] == newest]
        if len(of_newest) == 1:
            return str(of_newest[0])
    return "file" if _is_address(host.host) else "dns"


def _is_address(host: str) -> bool:
    try:
        return parse_target(f"http://{host}").is_address
    except TargetError:
        return False
