"""The site's own scripts: what a link can make them do, what they tell whom, and what they keep where.

Nothing is run. A finding here says that data of a visitor's link reaches a dangerous place within one
statement, or through one variable; so it is tentative.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.cookies import SetCookie
from app.engine.bug.reading.excerpt import around
from app.engine.bug.reading.prose import is_minified, scripts_of
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.scripts import (
    CLIENT_LOGIN,
    COOKIE,
    DIRECT,
    DOMAIN,
    GUIDE_WORDS,
    LISTENS,
    NO_SECRET,
    POST_ANY,
    REDIRECT,
    SAFE,
    SINK_ONLY,
    STORES,
    TAKES,
    WEAK_HASH,
    WEAK_RANDOM,
)
from app.engine.bug.types import Hit
from app.engine.net.urls import path_of

_LIBRARY = re.compile(
    r"(?:jquery|bootstrap|angular|react|vue|lodash|moment|modernizr|polyfill|vendor|chunk|runtime|lib[-_.]|\.min\.|d3|three|"
    r"analytics|gtm|gtag|matomo|piwik|prototype|mootools|ckeditor|tinymce|codemirror|highlight|prism|mathjax|swagger-ui|redoc)",
    re.I,
)
_NO_PASSWORDS = frozenset(
    {"undefined", "null", "password", "true", "false", "object", "string", "function", "text"}
)
_RUN = frozenset({"", "module", "text/javascript", "application/javascript", "text/ecmascript", "text/babel"})
_MOST_CODE = 1_000_000
_FAR = 3_000


@page_check("scripts")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    code = _written_code(page)[:_MOST_CODE]
    # Libraries do such things with care, and are judged by their versions.
    if not code or "json" in page.response.content_type or _is_library(page, code):
        return
    if any(word in code for word in GUIDE_WORDS):
        yield from _injected(page, code)
        yield from _found(page, "open-redirect", REDIRECT.search(code), code)
    if "postMessage" in code:
        yield from _found(page, "message-to-any", POST_ANY.search(code), code)
    if "message" in code:
        yield from _listeners(page, code)
    yield from _stored(page, code)
    yield from _careless(page, code)
    found = CLIENT_LOGIN.search(code) if "if" in code else None
    if found and found[1].lower() not in _NO_PASSWORDS and "typeof" not in found[0]:
        shown = code[found.start() : found.start(1)]
        yield _hit(page, "client-side-login", f"{shown}… ({len(found[1])} characters)"[:300])


def _written_code(page: Page) -> str:
    """The scripts that people of the site wrote: what tools packed into the page is others' work, mostly."""
    if not page.is_html:
        return scripts_of(page)
    own = (each.text for each in page.scripts if each.type in _RUN and each.text)
    return "\n".join(text for text in own if not is_minified(text))


def _is_library(page: Page, code: str) -> bool:
    if page.is_html:
        return False
    name = path_of(page.url).rpartition("/")[2]
    return bool(_LIBRARY.search(name)) or is_minified(code) or bool(re.match(r"\s{0,20}/\*[!*]", code))


def _injected(page: Page, code: str) -> Iterator[Hit]:
    for found in DIRECT.finditer(code):
        if not SAFE.search(found[0]):
            yield _hit(page, "dom-injection", around(code, *found.span(), before=0, after=40))
            return
    for taken in TAKES.finditer(code):
        if SAFE.search(taken[0]):
            continue
        statement = _reached(code, taken)
        if statement:
            start = around(code, *taken.span(), before=0, after=0)
            yield _hit(page, "dom-injection", f"{start} … {statement}"[:300])
            return


def _reached(code: str, taken: re.Match[str]) -> str:
    """The statement in which the variable goes into a sink, empty for none."""
    name = re.compile(rf"(?<![\w.$\"'-]){re.escape(taken[1])}(?![\w$\"':-])")
    for sink in SINK_ONLY.finditer(code, taken.end(), taken.end() + _FAR):
        end = min(code.find(";", sink.end()) % (len(code) + 1), sink.end() + 200)
        statement = code[sink.start() : end].partition("\n")[0]
        if name.search(statement) and not SAFE.search(statement):
            return around(code, sink.start(), sink.start() + len(statement), before=0, after=0)
    return ""


def _listeners(page: Page, code: str) -> Iterator[Hit]:
    for found in LISTENS.finditer(code):
        handler = code[found.end() : found.end() + 1_500]
        if "{" not in handler[:120] or re.search(
            r"origin|\.source\b|new Worker|importScripts|\bself\.", handler + code[:200]
        ):
            continue
        # Only where the message goes somewhere that matters.
        if SINK_ONLY.search(handler) or re.search(
            r"location(?:\.href)?\s?=(?!=)|(?:local|session)Storage", handler
        ):
            yield _hit(page, "message-from-any", around(code, *found.span()))
            return


def _stored(page: Page, code: str) -> Iterator[Hit]:
    if "Storage" not in code:
        return
    done: set[str] = set()
    for found in STORES.finditer(code):
        if found[2] not in done and not NO_SECRET.search(found[2]) and len(done) < 5:
            done.add(found[2])
            yield _hit(page, "stored-token", around(code, *found.span(), after=10), found[2], store=found[1])


def _careless(page: Page, code: str) -> Iterator[Hit]:
    if "document." in code:
        yield from _found(page, "shared-domain", DOMAIN.search(code), code)
        for found in COOKIE.finditer(code):
            if SetCookie(found[1], "").is_session_like:
                yield _hit(
                    page, "session-cookie", around(code, *found.span(), after=0), found[1], cookie=found[1]
                )
                break
    if "Math.random" in code:
        yield from _found(page, "weak-random", WEAK_RANDOM.search(code), code)
    if re.search(r"md5|sha1", code, re.I):
        yield from _found(page, "weak-hash", WEAK_HASH.search(code), code)


def _found(page: Page, rule: str, found: re.Match[str] | None, code: str) -> Iterator[Hit]:
    if found:
        yield _hit(page, rule, around(code, *found.span(), before=0))


def _hit(page: Page, rule: str, evidence: str, parameter: str | None = None, **detail: str) -> Hit:
    return Hit(
        f"scripts.{rule}",
        page.url,
        evidence=evidence,
        parameter=parameter,
        detail=detail,
        response=page.response,
    )
