"""What anybody may see without logging in: status pages, their feeds, and badges. None sets a cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.service.status_page.document import published
from app.service.status_page.page import SLUG
from app.web.blueprint import web
from app.web.present.badge import badge
from app.web.words.status import HEADLINES, NOTICES, SPANS, STATES
from app.web.xml_text import xml_text

KEPT = "public, max-age=15"
# From these shares of good time on a day is shown as good, and as impaired.
GOOD, POOR = 0.9995, 0.98


def _document(slug: str) -> dict[str, Any]:
    document = published(slug) if SLUG.fullmatch(slug) else None
    if document is None:
        abort(404)
    return document


def _answer(body: str, kind: str = "text/html; charset=utf-8") -> BaseResponse:
    response: Response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = KEPT
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def percent(share: float | None) -> str:
    """`99.98 %`; never rounded up to a hundred."""
    if share is None:
        return "–"
    return "100 %" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"


def look_of(share: float | None) -> str:
    return "none" if share is None else "good" if share >= GOOD else "poor" if share >= POOR else "bad"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@web.get("/status/<string:slug>")
def public_status(slug: str) -> BaseResponse:
    document = _document(slug)
    return _answer(
        render_template(
            "status/public.html",
            page=document,
            states=STATES,
            headlines=HEADLINES,
            notice_states=NOTICES,
            spans=SPANS,
            percent=percent,
            look_of=look_of,
            moment=_moment,
        )
    )


@web.get("/status/<string:slug>/feed.xml")
def public_status_feed(slug: str) -> BaseResponse:
    """The notices as an Atom feed."""
    document = _document(slug)
    address = url_for("web.public_status", slug=slug, _external=True)
    text = render_template("status/feed.xml", page=document, address=address, notice_states=NOTICES)
    return _answer(xml_text(text), "application/atom+xml; charset=utf-8")


@web.get("/status/<string:slug>/<string:key>.svg")
def public_badge(slug: str, key: str) -> BaseResponse:
    """A badge of one line, or of the whole page (`all`); `?show=24h|7d|30d|90d` shows its uptime."""
    document = _document(slug)
    found = {item["key"]: item for section in document["sections"] for item in section["lines"]}
    if key != "all" and key not in found:
        abort(404)
    item = found.get(key) or {"name": document["title"], "state": document["state"], "uptime": {}}
    label = request.args.get("label") or item["name"]
    span = request.args.get("show", "")
    if span in item["uptime"]:
        share = item["uptime"][span]
        looks = {"good": "up", "poor": "slow", "bad": "down", "none": "unknown"}
        return _answer(badge(f"{label} {span}", percent(share), looks[look_of(share)]), "image/svg+xml")
    return _answer(badge(label, str(STATES[item["state"]]), item["state"]), "image/svg+xml")
