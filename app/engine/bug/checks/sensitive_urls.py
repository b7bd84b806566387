"""Sessions, passwords and personal data in addresses: those of pages, links, forms and redirects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from app.engine.bug.gathered import Gathered
from app.engine.bug.mask import mask_secret
from app.engine.bug.page import Page
from app.engine.bug.reading.entropy import is_placeholder
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.reading.tokens import JWT
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import resolve

_PATH_SESSION = re.compile(r";(jsessionid|phpsessid|sid|cfid|aspsessionid\w*)=([\w.!-]{8,200})", re.I)
_PATH_SESSION_NET = re.compile(r"/\((?:S|X)\(([a-z0-9]{24})\)\)/", re.I)
_SESSION = re.compile(
    r"^(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|session[-_]?(?:id|key|token)?|sess(?:id)?|sid|cfid|cftoken|"
    r"(?:access|auth|id|login|api|refresh|user|reset|bearer|jwt)[-_]?token|token|auth|jwt|authtoken)$",
    re.I,
)
_PASSWORD = re.compile(
    r"^(?:user[-_]?)?(?:password|passwd|pwd|pass|passphrase|secret|api[-_]?key|apikey|pin)$", re.I
)
_PERSONAL = re.compile(
    r"^(?:e?-?mail|ssn|credit[-_]?card|card[-_]?(?:number|no)|cvv|phone|mobile|id[-_]?card|idcard|sfz)$", re.I
)
# Links of this kind carry a token for one act only.
_ONCE = re.compile(r"log-?out|sign-?out|unsubscribe|confirm|opt-?out", re.I)
_MOST = 10


@page_check("sensitive_urls")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if not page.is_html and not page.redirects:
        return
    done: set[tuple[str, str]] = set()
    for url in _addresses(page):
        if ("?" not in url and ";" not in url and "(" not in url) or not gathered.is_ours(url):
            continue
        for rule, name, value in _told(url):
            if (rule, name) not in done and len(done) < _MOST:
                done.add((rule, name))
                shown = clipped(url.replace(value, mask_secret(value)))
                yield Hit(
                    f"sensitive_urls.{rule}",
                    page.url,
                    evidence=shown,
                    parameter=name,
                    detail={"name": name},
                    response=page.response,
                )


def _addresses(page: Page) -> Iterator[str]:
    yield page.url
    for hop in page.redirects:
        yield resolve(hop.url, hop.header("location"))
    for link in page.links:
        if link.tag in ("a", "area", "iframe", "img", "link"):
            yield link.url
    for form in page.forms:
        yield form.action
    for script in page.scripts:
        yield script.url


def _told(url: str) -> Iterator[tuple[str, str, str]]:
    found = _PATH_SESSION.search(url) or _PATH_SESSION_NET.search(url)
    if found:
        last = found.lastindex or 1
        yield "session", (found[1].lower() if last == 2 else "asp.net_sessionid"), found[last]
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return
    for name, value in pairs:
        name = name[:60]
        if JWT.match(value) or (_SESSION.match(name) and _is_id(value) and not _ONCE.search(url)):
            yield "session", name, value
        elif (
            _PASSWORD.match(name)
            and len(value) >= 3
            and not is_placeholder(value)
            and value.lower() not in ("true", "false", "yes")
        ):
            yield "password", name, value
        elif _PERSONAL.match(name) and re.search(r"@[\w-]+\.|\d{6}", value) and not is_placeholder(value):
            yield "personal", name, value


def _is_id(value: str) -> bool:
    """Long and mixed, as ids of sessions are; numbers of articles and words are not."""
    return (
        bool(re.fullmatch(r"[\w.!%+/=~-]{12,2000}", value))
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
    )
