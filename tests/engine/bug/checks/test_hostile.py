"""Whatever a site sends, the checks that only look end fast and never raise."""

from __future__ import annotations

import random

import pytest

from app.engine.bug.gathered import Gathered
from app.engine.bug.page import Page
from app.engine.bug.registry import Check, all_checks
from app.engine.bug.types import Plan, Request, Response
from tests.bounded import within_cpu
from tests.engine.bug.checks.sight import SITE

_NAMES = """
    cookies errors leaks personal_data secrets comments forms mixed_content tabnabbing caching sensitive_urls
    security_txt robots_txt dead_links content_types scripts embeds redirect_bodies interfaces
"""
NAMES = frozenset(_NAMES.split())
CHECKS = [check for check in all_checks() if check.name in NAMES]
_SIZE = 300_000


def _repeated(piece: str) -> bytes:
    return (piece * (_SIZE // len(piece))).encode()


_noise = random.Random(4)
BODIES = {
    "noise": bytes(_noise.randrange(256) for _ in range(200_000)),
    "letters": b"a" * _SIZE,
    "digits": b"4539 5787 " * (_SIZE // 10),
    "base64": b"eyJhbGciOiJIUzI1NiJ9" * (_SIZE // 20),
    "dots": _repeated("10.10."),
    "slashes": _repeated("/var/www/"),
    "at signs": _repeated("a@b."),
    "quotes": _repeated("password='\""),
    "equals": _repeated("x=location.hash;"),
    "sinks": _repeated("var a=location.hash;b.innerHTML="),
    "conditions": _repeated("if(password"),
    "traces": _repeated("Traceback (most recent call last):\n  File \"a\", "),
    "frames": _repeated("Exception: x\n at a.b("),
    "databases": _repeated("You have an error in your SQL syntax;"),
    "tags": _repeated("<div><p><pre>"),
    "deep": b"<b>" * 100_000,
    "forms": _repeated("<form method=post action=/x><input type=password>"),
    "links": _repeated('<a target=_blank href="http://x.example/?sid=1a">'),
    "comments": _repeated("<!-- password: -->"),
    "sources": _repeated("<?php <% "),
    "cut tags": b"<html><a href='" + b"x" * _SIZE,
    "scripts": b"<script>" + _repeated("localStorage.token=") + b"</script>",
    "messages": _repeated("addEventListener('message',"),
    "posts": _repeated("a.b.c.d.postMessage("),
    "maps": _repeated("<b>Warning</b>: x in <b>"),
    "conflicts": _repeated("<<<<<<< x\n"),
    "json": b'{"error":' * 50_000,
    "keys": _repeated("AKIAAIzaghp_xoxbSG.-----BEGIN PRIVATE KEY-----"),
    "addresses": _repeated("mysql://a:b"),
    "escapes": _repeated("\\u0000\x00\x7f"),
}  # fmt: skip
KINDS = ("text/html", "text/javascript", "text/plain", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_it_bears_any_answer(body: bytes, kind: str) -> None:
    headers = (("Content-Type", kind),) if kind else ()
    odd = (("Set-Cookie", "sid=" + "é;" * 3000), ("ETag", '"' + "a-" * 5000), ("Location", "http://["))
    response = Response(Request(f"{SITE}/a;jsessionid=?{'x=' * 500}"), 200, headers + odd, body, at=1.0)
    page = Page(response, redirects=(Response(Request(SITE), 302, odd, body[:2000]),))
    everything = Gathered(
        Plan(SITE), f"{SITE}/", [page], {}, missing=[response], robots_txt=response, security_txt=response
    )
    assert page.tree is None or page.links is not None
    for check in CHECKS:
        with within_cpu(1.5):
            _run(check, page, everything)


def _run(check: Check, page: Page, everything: Gathered) -> None:
    hits = check.look(page, everything) if check.kind == "page" else check.look(everything)
    for hit in hits:
        assert len(hit.evidence) <= 300
