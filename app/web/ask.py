"""What page routes need of a request: fragments or whole pages, messages, cursors, ways back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.service.paging import MAX_LIMIT
from app.web.messages.lookup import whole

PAGE_SIZE = 50


def wants_fragment() -> bool:
    """Does htmx ask for a piece of the page? (A restored history entry wants all of it.)"""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def cursor() -> str | None:
    return request.args.get("cursor") or None


def number_asked(name: str) -> int | None:
    """An id in the query, such as `?site=`; 0, which nothing has, for what cannot be one."""
    text = request.args.get(name, "")
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def rows_asked() -> int:
    """How many rows of a list: a page's, or as many as an open page shows that asks for news of them."""
    return min(max(number_asked("rows") or 0, PAGE_SIZE), MAX_LIMIT)


def without_empty(**values: Any) -> dict[str, Any]:
    """Query arguments that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", False)}


def say(text: str, *, bad: bool = False) -> None:
    """A message on the next page."""
    flash(whole(text) if bad else text, "bad" if bad else "good")


def go(url: str) -> BaseResponse:
    """After a post: to a page, by GET. htmx is told by header, since it would follow the redirect itself."""
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)
