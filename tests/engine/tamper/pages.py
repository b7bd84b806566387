"""A page of a shop, its owner's changes and its attackers', for the tests of the judge and its parts."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from app.engine.tamper.inventory import Inventory, take_inventory
from app.engine.tamper.judge import judge
from app.engine.tamper.profile import learn
from app.engine.tamper.registry import all_detectors
from app.engine.tamper.sentences import sentence
from app.engine.tamper.types import Observation, Options, Reason, Scope, Verdict

URL = "https://www.shop.example/"
AT = 1_790_000_000
TITLE = "Shop of the old mill"
MAIN = """<h1>Bread from the old mill</h1>
<p class="lead">We bake with flour that is ground next door, every morning from four o'clock.</p>
<p>Our bakers have learned their trade from their parents, and teach it to their children.</p>
<p>Order until noon and fetch your loaves on the way home, still warm, in a paper bag.</p>
<p>On Sundays there are croissants, brioche and a cake that nobody can name in advance.</p>
<p>The shop stands at the mill bridge, two minutes from the market and the bus station.</p>"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="description" content="{description}">
<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/site.css">
<link rel="canonical" href="https://www.shop.example/"><script src="/site.js"></script>{head}</head>
<body><header class="top"><a class="brand" href="/"><img class="logo" src="/logo.png" alt="Mill logo"></a>
<nav class="menu"><a href="/bread">Bread</a> <a href="/cake">Cake</a> <a href="/visit">Visit</a>
<a href="/contact">Contact</a></nav></header>
<main class="content">{main}{body}</main>
<form class="search" action="/search"><input name="q"></form>
<footer class="foot"><p>Call us: +49 30 1234567. Write to desk@shop.example.</p>
<p class="download"><a class="price-list" href="/files/prices.zip">All prices</a></p>{foot}</footer>
<script>var stamp = 1; document.documentElement.className = "js";</script></body></html>"""


def page(
    body: str = "",
    *,
    head: str = "",
    foot: str = "",
    title: str = TITLE,
    main: str = MAIN,
    description: str = "A bakery in an old mill.",
) -> str:
    """The shop's page, with more at the end of its head, its main part or its foot."""
    return _PAGE.format(body=body, head=head, foot=foot, title=title, main=main, description=description)


def observation(body: str | bytes, **more: Any) -> Observation:
    raw = body if isinstance(body, bytes) else body.encode()
    values: dict[str, Any] = {"url": URL, "status": 200, "at": AT, "content_type": "text/html; charset=utf-8"}
    return Observation(body=raw, **{**values, **more})


def inventory(body: str | bytes, scope: Scope | None = None, **more: Any) -> Inventory:
    return take_inventory(observation(body, **more), scope or Scope())


def judged(
    now: str | Inventory,
    before: Sequence[str | Inventory] | str = "",
    options: Options | None = None,
) -> Verdict:
    """The verdict on a page after three approved copies (of the plain shop, unless given)."""
    copies = [before or page()] * 3 if isinstance(before, str) else list(before)
    profile = learn([each if isinstance(each, Inventory) else inventory(each) for each in copies])
    current = now if isinstance(now, Inventory) else inventory(now)
    return judge(profile, current, options=options or Options())


def told(verdict: Verdict, code: str) -> Reason:
    """The verdict's reason of this code, its sentence whole in both languages."""
    found = {reason.code: reason for reason in verdict.reasons}
    assert code in found, sorted(found)
    reason = found[code]
    texts = next(each.sentences[code] for each in all_detectors() if code in each.sentences)
    for text in texts.values():
        gaps = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert gaps <= set(reason.detail), (code, gaps - set(reason.detail))
    for locale in ("en", "zh"):
        assert sentence(code, reason.detail, locale)
    assert isinstance(reason.before, str) and isinstance(reason.after, str) and isinstance(reason.where, str)
    return reason
