"""A page made for tests: a bit of everything a noise or an attack may look for."""

# ruff: noqa: E501 — markup and scripts read best unbroken

from __future__ import annotations

from tests.tamper.corpus.sources import Page

_ITEMS = "".join(
    f'<li class="news"><a href="/news/{n}.html">The council met for the {n}th time this year</a></li>'
    for n in range(6)
)
_PARAGRAPHS = "".join(
    f"<p>Paragraph {n} tells how the old mill by the river was bought and restored by its neighbours. It is open on"
    f" Sunday, and visitors are shown around by people who have worked in it.</p>"
    for n in range(8)
)
SOURCE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The mill by the river</title>
<meta name="description" content="A mill, its history and its visitors">
<link rel="stylesheet" href="/css/site.css"><link rel="shortcut icon" href="/favicon.ico">
<link rel="canonical" href="https://www.mill-museum.org/">
<style>.secret{{display:none}} .teaser{{color:#333}}</style>
<script src="/js/jquery-3.5.1.min.js"></script>
<script>var settings = {{lang: "en", depth: 3}};
start(settings);
(function(d){{var g=d.createElement("script");g.src="https://stats.mill-museum.org/js/count.js";d.head.appendChild(g)}})(document);
</script></head>
<body class="home"><header class="top"><a href="/"><img class="logo" src="/images/logo.png" alt="Mill"></a></header>
<nav class="menu"><ul><li><a href="/about.html">About the mill</a></li><li><a href="/visit.html">Plan your visit</a></li>
<li><a href="/shop.html">The shop of the mill</a></li></ul></nav>
<div class="secret">Only a script shows this part of the page to its visitors.</div>
<main class="content"><h1>The mill by the river</h1><h2>How it came to be restored</h2><div class="teaser">{_PARAGRAPHS}</div>
<ul class="list">{_ITEMS}</ul><img src="/images/mill.jpg" alt="The mill"><img src="/images/wheel.jpg" alt="The wheel">
<img src="/images/river.jpg" alt="The river"><form action="/search" method="get"><input name="q"><button type="submit">Search</button></form>
<iframe src="https://www.youtube.com/embed/abcdefghijk" width="480" height="270"></iframe></main>
<footer class="bottom"><p>Telephone and address are on the page of the association, which owns the mill.</p>
<span>© 2025 Mill Association</span></footer>
<script src="/js/site.js"></script></body></html>
"""  # fmt: skip


def tiny_page(encoding: str = "utf-8") -> Page:
    """A new page each time, since a page keeps what was read of it."""
    return Page("tiny/mill", "https://www.mill-museum.org/", SOURCE, encoding, "en", "tiny")
