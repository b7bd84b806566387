"""The report of uptime: a span, lines by monitor, site, tag or group, and the same as a file."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.controller.common.attachment import attachment
from app.core.clock import now, to_ms
from app.core.errors import NotFoundError
from app.service.results.uptime import BY, MAX_SPAN_DAYS, count_monitors, report_page
from app.service.results.uptime_files import report_csv, report_xlsx
from app.web.ask import cursor, go
from app.web.blueprint import web
from app.web.i18n import current_locale
from app.web.identity import actor

PAGE = 100
FILES = {"csv": report_csv, "xlsx": report_xlsx}
USUAL_DAYS = 30
MOST_AT_ONCE = 2_000
"""Monitors whose report a web process makes itself."""


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise


def _chosen() -> dict[str, Any]:
    """What is asked for: two days of the organization's time zone, both counted whole, in their order."""
    zone = ZoneInfo(actor().organization.timezone)
    today = now().astimezone(zone).date()
    first, last = sorted((_day("from", today - timedelta(days=USUAL_DAYS - 1)), _day("to", today)))
    first = max(first, last - timedelta(days=MAX_SPAN_DAYS - 2), date(1971, 1, 1))
    by = request.args.get("by", "")
    return {
        "first": first,
        "last": max(first, min(last, date(8999, 12, 31))),
        "by": by if by in BY else "site",
        "tag": request.args.get("tag", "").strip()[:50],
        "maintenance": request.args.get("maintenance") == "1",
    }


def _asked(chosen: dict[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(actor().organization.timezone)
    begin = datetime.combine(chosen["first"], time(), zone)
    end = datetime.combine(chosen["last"] + timedelta(days=1), time(), zone)
    return {
        "from_ms": to_ms(begin),
        "to_ms": to_ms(end),
        "by": chosen["by"],
        "tag": chosen["tag"] or None,
        "with_maintenance": chosen["maintenance"],
    }


def asked_of_report() -> dict[str, Any]:
    """What the address asks for, as an export takes it."""
    return _asked(_chosen())


def _link(endpoint: str, chosen: dict[str, Any], **more: Any) -> str:
    return url_for(
        endpoint,
        **{
            "from": chosen["first"].isoformat(),
            "to": chosen["last"].isoformat(),
            "by": chosen["by"],
            "tag": chosen["tag"] or None,
            "maintenance": "1" if chosen["maintenance"] else None,
            **more,
        },
    )


@web.get("/reports/uptime")
def uptime_report() -> str:
    chosen = _chosen()
    page = report_page(actor(), cursor=cursor(), limit=PAGE, **_asked(chosen))
    following = page.next_cursor
    return render_template(
        "reports/uptime.html",
        chosen=chosen,
        lines=page.items,
        more_url=_link("web.uptime_report", chosen, cursor=following) if following else None,
        files={kind: _link("web.uptime_file", chosen, kind=kind) for kind in FILES},
        ways=[("monitor", _("Monitor")), ("site", _("Site")), ("tag", _("Tag")), ("group", _("Group"))],
        most_days=MAX_SPAN_DAYS,
    )


@web.get("/reports/uptime.<kind>")
def uptime_file(kind: str) -> BaseResponse:
    """The report as a file, with the same choices; one of many monitors is made by a job."""
    if kind not in FILES:
        raise NotFoundError("there is no such thing here")
    if count_monitors(actor().organization_id) > MOST_AT_ONCE:
        return go(_link("web.export", _chosen(), what="uptime"))
    return attachment(*FILES[kind](actor().organization_id, _asked(_chosen()), current_locale()))
