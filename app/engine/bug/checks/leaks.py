"""What an answer tells of the inside, or of people, without meaning to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import around, clipped
from app.engine.bug.reading.parts import Where, parts_of
from app.engine.bug.reading.signs import Sign, every, first, places_of
from app.engine.bug.registry import page_check
from app.engine.bug.signatures.places import (
    CONFLICT,
    INNER_HOST,
    LOCALHOST,
    PRIVATE_ADDRESS,
    PRIVATE_ADDRESS_6,
    SERVER_NAMES,
    SERVER_PATHS,
    SERVER_SOURCE,
    WEB_ROOTS,
)
from app.engine.bug.types import Hit

_MOST = 5
_FAILED = re.compile(
    r"cannot|can't|could not|failed|unable to|no such file|not found|denied|was changed|\berror\b|exception|"
    r"warning|无法|失败|找不到",
    re.I,
)
_ROUTERS = frozenset(
    {"192.168.0.1", "192.168.1.1", "192.168.1.254", "192.168.2.1", "10.0.0.1", "192.168.1.100", "192.168.1.2"}
)
_NAMED = re.compile(r"(?:server|host|backend|upstream|node|ip|addr(?:ess)?|服务器|地址)\s?[:=：]\s?$", re.I)
_SERVED = re.compile(
    r"(?:served (?:by|from)|generated (?:by|on)|running on|backend|upstream|node|"
    r"(?:web|app|db|database|origin|application)[ -]?(?:server|host))\s{1,2}$",
    re.I,
)
_SHORT = 80
_INODE = re.compile(r'(?:W/)?"[0-9a-f]{2,12}-[0-9a-f]{1,12}-[0-9a-f]{11,16}"')
_VERSION = re.compile(
    r"(?:\b|[^a-z])(?:v|ver|version|release|build|chrome/|firefox/|edge/)[\s:=\"'.]{0,3}$", re.I
)
_DEBUG = re.compile(
    r"(?<![\w.])[\"']?(?:debug|APP_DEBUG|DEBUG_MODE|isDebug|debugMode|debug_mode|enableDebug)[\"']?\s?[:=]\s?[\"']?"
    r"(?:true|1|on)\b",
    re.I,
)
_DEBUG_HEADERS = (
    "x-debug-token",
    "x-debug-token-link",
    "x-chromelogger-data",
    "x-chromephp-data",
    "x-debug",
    "x-debug-exception",
    "x-debug-exception-file",
    "x-wf-protocol-1",
)
_INNER_HEADERS = (
    "x-backend-server",
    "x-backend",
    "x-backend-host",
    "x-upstream",
    "x-real-server",
    "x-served-from",
    "x-node",
    "x-origin-server",
    "x-server-name",
    "x-forwarded-server",
    "x-hostname",
    "x-host",
)


@page_check("leaks")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    for where, text in parts_of(page):
        yield from _paths(page, where, text)
        yield from _addresses(page, gathered, where, text)
    yield from _headers(page, gathered)
    yield from _source(page)
    yield from _leftovers(page)


def _paths(page: Page, where: Where, text: str) -> Iterator[Hit]:
    if where == "preformatted" or (where == "file" and "html" not in page.response.content_type):
        return
    signs: tuple[Sign, ...] = (*WEB_ROOTS, SERVER_PATHS) if where == "comment" else WEB_ROOTS
    done: set[str] = set()
    for each in signs:
        for seen in every(text, each):
            # Prose names paths to explain; what failed at a path is no explanation.
            if where == "text" and not _FAILED.search(text, max(0, seen.start - 80), seen.end + 60):
                continue
            if len(done) < _MOST and not any(seen.group in other for other in done):
                done.add(seen.group)
                yield _hit(page, "internal-path", around(text, seen.start, seen.end), path=seen.group[:120])


def _addresses(page: Page, gathered: Gathered, where: Where, text: str) -> Iterator[Hit]:
    done: set[str] = set()
    for found in _private(text):
        told = found[1]
        if told not in done and told not in gathered.host and _is_told(where, text, found):
            done.add(told)
            yield _hit(page, "private-address", around(text, *found.span()), address=found[0])
        if len(done) >= _MOST:
            break
    if where in ("text", "preformatted") or "://" not in text:
        return
    for found in INNER_HOST.finditer(text):
        if found[1].lower() not in done and found[1].lower() != gathered.host and len(done) < 2 * _MOST:
            done.add(found[1].lower())
            yield _hit(page, "internal-host", around(text, *found.span()), host=found[1][:120])
    local = LOCALHOST.search(text) if where != "file" else None
    if local is not None and gathered.host not in ("localhost", "127.0.0.1", "::1"):
        yield _hit(page, "localhost", around(text, *local.span()), host=clipped(local[0], 120))


def _private(text: str) -> Iterator[re.Match[str]]:
    for literal in ("10.", "192.168.", "172.", "169.254."):
        for place in places_of(text, literal, 200):
            found = PRIVATE_ADDRESS.match(text, place)
            if found:
                yield found
    if re.search(r"\bf[cd][0-9a-f]{2}:", text, re.I):
        yield from PRIVATE_ADDRESS_6.finditer(text)


def _is_told(where: Where, text: str, found: re.Match[str]) -> bool:
    """Whether the four numbers are an address and no version, no range of a manual, no drawing."""
    before, after = text[max(0, found.start() - 24) : found.start()], text[found.end() : found.end() + 3]
    if re.search(
        r"(?:\b|[^a-z])(?:v|ver|version|release|build|chrome/|firefox/|edge/)[\s:=\"'.]{0,3}$", before, re.I
    ):
        return False
    if after.startswith(("/8", "/12", "/16", "/24", ".x", ".*")) or found[1].endswith((".0.0", ".255.255")):
        return False
    if where in ("comment", "attribute"):
        return True
    # In a script a whole string or an address with its scheme; in a text what names it as a server's.
    if where in ("script", "file"):
        is_whole = before.endswith(("://", "@")) or (before[-1:] in "\"'`" and bool(before))
        return is_whole and found[1] not in _ROUTERS
    if before.endswith("://"):
        return found[1] not in _ROUTERS
    return bool(_NAMED.search(before)) or (bool(_SERVED.search(before)) and _is_short_line(text, found))


def _is_short_line(text: str, found: re.Match[str]) -> bool:
    """A footer's line tells of the site; a manual's paragraph speaks of any server."""
    start = text.rfind("\n", max(0, found.start() - _SHORT), found.start())
    end = text.find("\n", found.end(), found.end() + _SHORT)
    start = start if start >= 0 else max(0, found.start() - _SHORT)
    end = end if end >= 0 else min(len(text), found.end() + _SHORT)
    return len(text[start:end].strip()) <= _SHORT


def _headers(page: Page, gathered: Gathered) -> Iterator[Hit]:
    for name, value in page.response.headers:
        lower = name.lower()
        if lower in _DEBUG_HEADERS and value:
            yield _hit(page, "debug-header", clipped(f"{name}: {value}"), parameter=name, header=name)
        # Apache's old FileETag: inode, size and time of change.
        if lower == "etag" and _INODE.fullmatch(value.strip()):
            yield _hit(page, "inode", clipped(f"{name}: {value}"), parameter=name)
        if lower in ("content-security-policy", "content-security-policy-report-only", "set-cookie", "date"):
            continue
        found = PRIVATE_ADDRESS.search(value[:2_000]) or INNER_HOST.search(value[:2_000])
        if found and found[1] not in gathered.host:
            yield _hit(page, "private-address", clipped(f"{name}: {value}"), parameter=name, address=found[1])
        elif lower in _INNER_HEADERS and value and value.lower() != gathered.host:
            yield _hit(page, "backend-header", clipped(f"{name}: {value}"), parameter=name, header=name)


def _source(page: Page) -> Iterator[Hit]:
    """Code that was to run on the server and was sent instead."""
    if page.tree is not None:
        raw = page.text
        place = raw.find("<?php")
        if place >= 0 and not _is_quoted(raw, place):
            yield _hit(page, "server-source", clipped(raw[place : place + 250]), language="PHP")
            return
        found = (
            re.search(r"<%(?:@ ?(?:page|language|import)|=|!)[^>\n]{2,200}%>", raw, re.I)
            if "<%" in raw
            else None
        )
        # Templates in scripts and text areas use the same signs for the browser's part.
        if found and not _is_quoted(raw, found.start()):
            yield _hit(page, "server-source", around(raw, *found.span()), language="ASP/JSP")
        return
    kind = page.response.content_type
    if not SERVER_NAMES.search(urlsplit(page.url).path) and not page.text[:100].lstrip().startswith("<?php"):
        return
    if kind.startswith(("image/", "audio/", "video/", "font/")) or page.response.status >= 400:
        return
    found = SERVER_SOURCE.search(page.text[:4_000])
    if found and "script" not in kind and "json" not in kind and "markdown" not in kind:
        yield _hit(page, "server-source", clipped(page.text[:200]), language=clipped(found[0], 30))


def _is_quoted(raw: str, place: int) -> bool:
    """Whether the place stands in an element whose content is text, or in code markup."""
    head = raw[:place].lower()
    return any(
        head.rfind(f"<{tag}") > head.rfind(f"</{tag}")
        for tag in ("script", "textarea", "xmp", "style", "pre", "code", "template")
    ) or head.rfind("<!--") > head.rfind("-->")


def _leftovers(page: Page) -> Iterator[Hit]:
    if (
        page.is_html
        or page.response.content_type in ("text/css", "application/json")
        or _is_file_of_script(page)
    ):
        seen = first(page.text, CONFLICT)
        if seen is not None and not (page.is_html and _is_quoted(page.text, seen.start + 2)):
            yield _hit(page, "merge-conflict", around(page.text, seen.start, seen.start + 120))
    for where, text in parts_of(page):
        if where != "script" or not page.is_html:
            continue
        found = _DEBUG.search(text)
        if found:
            yield _hit(page, "debug-flag", around(text, *found.span()), flag=clipped(found[0], 60))


def _is_file_of_script(page: Page) -> bool:
    return "javascript" in page.response.content_type


def _hit(page: Page, rule: str, evidence: str, *, parameter: str | None = None, **detail: str) -> Hit:
    return Hit(
        f"leaks.{rule}",
        page.url,
        evidence=evidence,
        parameter=parameter,
        detail=detail,
        response=page.response,
    )
