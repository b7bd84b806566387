"""A page as a real Chromium shows it: its tree after the scripts have run, its picture, what it asked for.

Each shot is one process tree of its own (see `browser_child`), which is ended with everything below it when
it is done, or when its time, its memory or its output is over. For a queue of its own: a shot takes seconds
and hundreds of megabytes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from app.engine.browser.attended import attend
from app.engine.net.guard import AllowList
from app.engine.net.target import TargetError, parse_target
from app.engine.tamper.fetch.views import VIEWS
from app.engine.tamper.fetch.want import MAX_BODY
from app.engine.tamper.types import PLAIN, Observation, Redirect

CHILD = "app.engine.tamper.fetch.browser_child"
_PHONE = (412, 915)
_MAX_WIDTH, _MAX_HEIGHT = 1280, 2000


@dataclass(frozen=True, slots=True)
class BrowseWant:
    """`width` × `height` is the window (0: as fits the view), `memory_mb` is for the whole browser.

    `trusts_any` looks at a page whatever its certificate; Chromium knows public authorities only.
    """

    url: str
    allow: tuple[str, ...] = ()
    view: str = PLAIN
    width: int = 0
    height: int = 0
    timeout_seconds: float = 45
    memory_mb: int = 1500
    dns_servers: tuple[str, ...] = ()
    trusts_any: bool = False


@dataclass(frozen=True, slots=True)
class Browsed:
    """`error` is what went wrong with the browser or the page, a key of `errors.ERRORS`.

    The observation has an error too when there is no body. Without one, an error here says that the page
    was looked at before it had come to rest. The observation's body is the page's tree, always in UTF-8.
    """

    observation: Observation
    screenshot_png: bytes | None = None
    error: str | None = None


@dataclass
class _Told:
    """What the child has told so far."""

    hops: list[dict[str, Any]] = field(default_factory=list)
    headers: list[list[str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    page: dict[str, Any] | None = None
    png: bytes | None = None
    end: dict[str, Any] | None = None

    def take(self, line: bytes) -> bool:
        """Whether that was the last line. Raises ValueError, KeyError or TypeError for nonsense."""
        message = json.loads(line)
        match message["type"]:
            case "hop":
                self.hops.append(message)
                self.headers = message["headers"]
            case "headers":
                self.headers = message["headers"]
            case "request":
                self.requests.append(message["url"])
            case "page":
                self.page = message
            case "picture":
                self.png = base64.b64decode(message["png"], validate=True)
            case "end":
                self.end = message
        return self.end is not None


def browse(want: BrowseWant, *, chromium: str | None, now: Callable[[], float]) -> Browsed:
    """Show one page. `chromium` is the browser's path (`find_chromium`), `now` the wall clock.

    Waits at most `timeout_seconds` and a few more for the end. Raises ValueError for an unknown view or an
    unreadable network; whatever a page does ends as a result with an `error`.
    """
    if want.view not in VIEWS:
        raise ValueError(f"{want.view!r} is no view; there are {', '.join(VIEWS)}")
    AllowList.of(want.allow)
    told = _Told()
    error = "browser_missing" if chromium is None else None
    try:
        url = parse_target(want.url).url
    except TargetError:
        error = "url_invalid"
    if error is None and chromium is not None:
        error = _attended(want, _job(want, url, chromium), told)
    return _browsed(want, told, error, int(now()))


def _job(want: BrowseWant, url: str, chromium: str) -> dict[str, Any]:
    view = VIEWS[want.view]
    is_mobile = "Mobile" in view.user_agent
    width, height = _PHONE if is_mobile else (1280, 800)
    return {
        "url": url,
        "chromium": chromium,
        "allow": list(want.allow),
        "dns_servers": list(want.dns_servers),
        "user_agent": view.user_agent,
        "referer": view.headers.get("Referer", ""),
        "is_mobile": is_mobile,
        "width": min(want.width or width, _MAX_WIDTH),
        "height": min(want.height or height, _MAX_HEIGHT),
        "seconds": want.timeout_seconds,
        "trusts_any": want.trusts_any,
    }


def _attended(want: BrowseWant, job: dict[str, Any], told: _Told) -> str | None:
    """Have a child do the job; the error's key."""
    error = attend(CHILD, job, told.take, seconds=want.timeout_seconds, memory_mb=want.memory_mb)
    if error is None and told.end is not None:
        error = told.end["error"]
    return error


def _browsed(want: BrowseWant, told: _Told, error: str | None, at: int) -> Browsed:
    page, last = told.page, told.hops[-1] if told.hops else None
    end = told.end or {}
    final_url = str(page["url"]) if page else str(last["url"]) if last else want.url
    # Each connection through the guarding proxy carries one request, which is not the server's doing.
    headers = tuple(
        (str(name), str(value)) for name, value in told.headers if str(name).lower() != "connection"
    )
    body = page["dom"].encode("utf-8", "replace") if page else b""
    observation = Observation(
        url=want.url,
        status=int(last["status"]) if last else 0,
        body=body[:MAX_BODY],
        at=at,
        content_type="text/html; charset=utf-8" if page else "",
        final_url=final_url,
        headers=headers,
        redirects=_redirects(told.hops),
        addresses=_addresses(end.get("addresses") or {}, final_url),
        certificate=end.get("certificate"),
        requests=tuple(told.requests),
        view=want.view,
        error=None if page else error or "browser_failed",
        is_cut=bool(page and page["is_cut"]) or len(body) > MAX_BODY,
    )
    return Browsed(observation, told.png, error)


def _redirects(hops: list[dict[str, Any]]) -> tuple[Redirect, ...]:
    """From each answer of the page to the next: by status 3xx, or with status 200 by script or refresh."""
    return tuple(Redirect(here["url"], int(here["status"]), there["url"]) for here, there in pairwise(hops))


def _addresses(known: dict[str, list[str]], url: str) -> tuple[str, ...]:
    try:
        return tuple(known.get(parse_target(url).host, ()))
    except TargetError:
        return ()
