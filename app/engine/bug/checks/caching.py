"""Private pages that browsers and proxies may keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.cookies import parse_cookie
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import path_of

_PRIVATE_PATH = re.compile(
    r"/(?:my-?)?(?:account|profile|dashboard|billing|invoices?|wallet|inbox|settings)(?:\.\w{2,5})?/?$", re.I
)
_LOGOUT = re.compile(r"/(?:log|sign)[-_]?(?:out|off)(?:[/.?]|$)|[?&](?:action|do|act)=logout", re.I)


@page_check("caching")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    response = page.response
    if response.status != 200 or not (page.is_html or "json" in response.content_type):
        return
    why = _why_private(page)
    control = response.header("cache-control").lower()
    if not why or re.search(r"no-store|private|no-cache|max-age=0", control):
        return
    is_open = bool(re.search(r"(?<![\w-])public|s-maxage=[1-9]|max-age=[1-9]", control))
    if is_open:
        rule = "kept"
    elif control or response.header("pragma") or response.header("expires").strip() in ("0", "-1"):
        return
    else:
        rule = "unsaid" if why == "session" else "unsaid-private"
    said = f"Cache-Control: {control}" if control else "no Cache-Control"
    yield Hit(f"caching.{rule}", page.url, evidence=clipped(said), detail={"why": why}, response=response)


def _why_private(page: Page) -> str:
    """ "page" for one of somebody who is logged in, "session" where a session begins, empty for neither."""
    if page.via == "login" or any(_LOGOUT.search(link.url) for link in page.links):
        return "page"
    has_password = any(form.has_password for form in page.forms)
    if _PRIVATE_PATH.search(path_of(page.url)) and not has_password:
        return "page"
    for header in page.response.values("set-cookie")[:20]:
        cookie = parse_cookie(header, page.response.at)
        if cookie is not None and cookie.is_session_like and not cookie.is_deleted:
            return "session"
    return ""
