"""What pages take from other hosts, and addresses that run as code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.reading.excerpt import clipped
from app.engine.bug.registry import page_check
from app.engine.bug.types import Hit
from app.engine.net.urls import host_of, is_address

_CALLBACK = re.compile(r"[?&](?:callback|jsonp|jsonpcallback|cb)=([A-Za-z_$][\w$.]{1,60})(?:&|$)", re.I)

_SOCKET = re.compile(
    r"new (?:WebSocket|EventSource)\(\s?[\"'`][^\"'`\n]{1,200}[?&](?:access_)?(?:token|jwt|auth|api_?key)="
    r"([^\"'`&\s]{8,200})",
    re.I,
)
_NOTHING = re.compile(
    r"javascript:\s*(?:void\s*\(?\s*0?\s*\)?|//|return false|history\.(?:back|go)\([-\d]*\)|"
    r"(?:window\.)?print\(\)|undefined)?;?\s*",
    re.I,
)


@page_check("embeds")
def look(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if not page.is_html or page.response.status >= 400:
        yield from _jsonp(page)
        return
    yield from _scripts(page, gathered)
    yield from _frames(page, gathered)
    actions = [
        link for link in page.links if link.url[:11].lower() == "javascript:" and not _is_nothing(link.url)
    ]
    if actions:
        yield _hit(page, "javascript-url", clipped(actions[0].url), count=len(actions))
    yield from (hit for hit in _sockets(page))


def _scripts(page: Page, gathered: Gathered) -> Iterator[Hit]:
    hosts: dict[str, str] = {}
    for script in page.scripts:
        host = host_of(script.url)
        if host and not gathered.is_ours(script.url):
            hosts.setdefault(host, script.url)
    for host, url in list(hosts.items())[:20]:
        if is_address(host):
            yield _hit(page, "script-from-address", clipped(url), host, host=host)
        elif not gathered.is_related(url):
            yield _hit(page, "foreign-script", clipped(url), host, host=host)


def _frames(page: Page, gathered: Gathered) -> Iterator[Hit]:
    if page.tree is None:
        return
    done: set[str] = set()
    for frame in page.tree.iter("iframe"):
        url = (frame.get("src") or "").strip()
        host = host_of(url if "://" in url else f"https:{url}" if url.startswith("//") else "")
        if (
            host
            and host not in done
            and not gathered.is_related(f"https://{host}")
            and frame.get("sandbox") is None
        ):
            done.add(host)
            if len(done) <= 10:
                yield _hit(page, "frame-without-sandbox", clipped(url), host, host=host)


def _sockets(page: Page) -> Iterator[Hit]:
    for script in page.scripts:
        found = _SOCKET.search(script.text)
        if found and "${" not in found[1]:
            shown = script.text[found.start() : found.start(1)]
            yield _hit(page, "token-in-socket-address", clipped(f"{shown}…"))
            return


def _jsonp(page: Page) -> Iterator[Hit]:
    """A script whose body calls the function that its own address names."""
    found = _CALLBACK.search(page.url)
    if found and page.response.status == 200:
        head = page.text[:300].lstrip(" \n\r\t;/*")
        if head.startswith((f"{found[1]}(", f"typeof {found[1]}")) or f"{found[1]}({{" in head:
            yield _hit(page, "jsonp", clipped(f"{page.url}: {head}"), "callback")


def _is_nothing(url: str) -> bool:
    return bool(_NOTHING.fullmatch(url))


def _hit(page: Page, rule: str, evidence: str, component: str | None = None, **detail: object) -> Hit:
    return Hit(
        f"embeds.{rule}",
        page.url,
        evidence=evidence,
        parameter=component,
        detail=detail,
        response=page.response,
    )
