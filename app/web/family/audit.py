"""The audit log: who changed what, found by what one remembers of it, and that nobody has been at it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for

from app.controller.common.attachment import attachment
from app.core.errors import NotFoundError
from app.service.trail.search import WAYS, Wanted, actions_of, as_csv, as_lines, list_entries
from app.service.trail.verify import is_guarded, verify_chain
from app.web.ask import PAGE_SIZE, cursor, wants_fragment, without_empty
from app.web.blueprint import web
from app.web.family.settings import settings_tabs
from app.web.identity import actor
from app.web.present.audit import entry_row
from app.web.words.audit import problem_in_words, way_label
from app.web.words.names import action_label

FILES = {"csv": (as_csv, "text/csv"), "jsonl": (as_lines, "application/x-ndjson")}
NEWEST = 500
"""So many entries are looked at with each page; all of them on demand."""


@web.get("/audit")
def audit() -> str:
    chosen = _chosen()
    page = list_entries(actor(), _wanted(chosen), cursor=cursor(), limit=PAGE_SIZE)
    rows = {
        "rows": [entry_row(each) for each in page.items],
        "more_url": url_for("web.audit", **chosen, cursor=page.next_cursor) if page.next_cursor else None,
    }
    if wants_fragment():
        return render_template("settings/_audit.html", **rows)
    return render_template(
        "settings/audit.html",
        tabs=settings_tabs("audit"),
        chosen=chosen,
        actions=_actions(),
        ways=[(way, way_label(way)) for way in WAYS],
        export_url=url_for("web.export", what="audit", **chosen),
        files={kind: url_for("web.audit_file", kind=kind, **chosen) for kind in FILES},
        chain=_chain(request.args.get("chain") == "whole"),
        **rows,
    )


@web.get("/audit.<kind>")
def audit_file(kind: str) -> Response:
    """What the filters leave, as a file."""
    if kind not in FILES:
        raise NotFoundError("there is no such thing here")
    make, media = FILES[kind]
    return attachment(f"audit.{kind}", media, make(actor(), _wanted(_chosen())))


def _actions() -> list[tuple[str, str]]:
    """Every action that the log knows, with its words, in their order."""
    named = [(each, action_label(each)) for each in actions_of(actor())]
    return sorted(named, key=lambda pair: pair[1])


def _chosen() -> dict[str, Any]:
    """The filters in the address that say something."""
    names = ("who", "action", "way", "from", "to")
    return without_empty(**{name: request.args.get(name, "").strip()[:254] for name in names})


def _wanted(chosen: dict[str, Any]) -> Wanted:
    """Both days are days of the organization's time zone, counted whole, in their order."""
    first, last = _day(chosen.get("from")), _day(chosen.get("to"))
    if first and last:
        first, last = sorted((first, last))
    way = chosen.get("way")
    return Wanted(
        who=chosen.get("who"),
        action=chosen.get("action"),
        way=way if way in WAYS else None,
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)) if last else None,
    )


def chosen_entries() -> dict[str, str]:
    """The filters in the address, as a job takes them: moments in ISO 8601."""
    wanted = _wanted(_chosen())
    moments = {"from": wanted.since, "to": wanted.until}
    plain = {name: getattr(wanted, name) for name in ("who", "action", "way")}
    return without_empty(**plain, **{name: each.isoformat() for name, each in moments.items() if each})


def _day(given: str | None) -> date | None:
    try:
        found = date.fromisoformat(given or "")
    except ValueError:
        return None
    return min(max(found, date(1971, 1, 1)), date(8999, 12, 30))


def _midnight(day: date | None) -> datetime | None:
    zone = ZoneInfo(actor().organization.timezone)
    return datetime.combine(day, time(), zone) if day else None


def _chain(is_whole_wanted: bool) -> dict[str, Any]:
    verdict = verify_chain(actor().organization_id, newest=None if is_whole_wanted else NEWEST)
    return {
        "holds": verdict.is_whole,
        "problem": problem_in_words(verdict.problem, verdict.at_number),
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "head": verdict.head,
        "is_guarded": is_guarded(),
        "is_part": verdict.first > 1 and not is_whole_wanted,
    }
