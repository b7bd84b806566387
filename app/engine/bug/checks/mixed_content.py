"""Encrypted pages that load, open or lead to what is not encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import around, clipped
from app.engine.bug.reading.prose import scripts_of
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import host_of

_PASSIVE = frozenset({"img", "audio", "video", "source", "track", "input"})
_ACTIVE = frozenset({"iframe", "frame", "embed", "object"})
_LOADS = frozenset({"stylesheet", "preload", "modulepreload", "manifest", "import"})
_PICTURES = frozenset({"icon", "apple-touch-icon"})
_SOCKET = re.compile(r"[\"'`](ws://[\w.-]{1,200}(?::\d{1,5})?[^\s\"'`]{0,200})[\"'`]")
_LOGIN = re.compile(r"/(?:log-?in|sign-?in|auth|account|admin|wp-login\.php|user/login)(?:[/.?#]|$)", re.I)
_MOST = 10


@page_check("mixed_content")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    yield from _downgrades(page)
    if not page.url.startswith("https:"):
        return
    if page.is_html:
        done: set[str] = set()
        for rule, url, tag in _loaded(page, gathered):
            if len(done) < _MOST and url not in done:
                done.add(url)
                yield _hit(page, rule, clipped(f"<{tag}> {url}"), url)
    for socket in _SOCKET.finditer(scripts_of(page)):
        if host_of(socket[1]) not in ("localhost", "127.0.0.1", "example.com"):
            yield _hit(page, "insecure-websocket", around(scripts_of(page), *socket.span()), socket[1])
            break


def _loaded(page: Page, gathered: Gathered) -> Iterator[tuple[str, str, str]]:
    for script in page.scripts:
        if script.url.startswith("http:"):
            yield "active", script.url, "script"
    for link in page.links:
        if not link.url.startswith("http:"):
            continue
        relations = set(link.rel.split())
        if link.tag in _ACTIVE or (link.tag == "link" and relations & _LOADS):
            yield "active", link.url, link.tag
        elif link.tag in _PASSIVE or (link.tag == "link" and relations & _PICTURES):
            yield "passive", link.url, link.tag
        elif link.tag == "a" and gathered.is_ours(link.url) and _LOGIN.search(link.url):
            yield "login-link", link.url, link.tag


def _downgrades(page: Page) -> Iterator[Hit]:
    for hop in page.redirects:
        target = hop.header("location")
        if hop.url.startswith("https:") and target.lower().startswith("http:"):
            yield Hit(
                "mixed_content.downgrade",
                hop.url,
                evidence=clipped(f"{hop.status} Location: {target}"),
                detail={"url": clipped(target, 150)},
                response=hop,
            )


def _hit(page: Page, rule: str, evidence: str, url: str) -> Hit:
    return Hit(
        f"mixed_content.{rule}",
        page.url,
        evidence=evidence,
        detail={"url": clipped(url, 150)},
        response=page.response,
    )
