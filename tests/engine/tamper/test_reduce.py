"""What is left of a fetched page: what it says and how it looks, and nothing that acts or loads."""

from __future__ import annotations

import pytest

from app.engine.tamper.reduce import reduced
from tests.bounded import within_cpu

ACTING = (
    "<script>steal()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=steal()>",
    "<img src=https://evil.example/pixel>",
    "<img srcset='https://evil.example/a 2x'>",
    "<a href='javascript:steal()'>x</a>",
    "<a href=https://evil.example ping=https://evil.example>x</a>",
    "<iframe srcdoc='<script>steal()</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<link rel=dns-prefetch href=//evil.example>",
    "<form action=https://evil.example><button formaction=https://evil.example>x</button></form>",
    "<svg><script>steal()</script><a xlink:href='javascript:steal()'></a></svg>",
    "<math><mtext><img src=x onerror=steal()></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=steal()>'></noscript>",
    "<body background=https://evil.example>",
    "<!--[if gte IE 4]><script>steal()</script><![endif]-->",
    "<img src='data:image/svg+xml,<svg onload=steal()>'>",
    "<video poster=https://evil.example><source src=https://evil.example></video>",
    "<p onclick=steal() onmouseover\n=steal()>x</p>",
)


@pytest.mark.parametrize("markup", ACTING)
def test_nothing_acts_or_loads(markup: str) -> None:
    kept = reduced(f"<p>before</p>{markup}<p>after</p>")
    assert "evil.example" not in kept and "steal()" not in kept.replace("&lt;", "")
    assert "before" in kept and "after" in kept


def test_text_and_looks_stay() -> None:
    kept = reduced('<style>p{color:red}</style><p class="a" style="display:none">Welcome</p>')
    assert "p{color:red}" in kept and 'style="display:none"' in kept and "Welcome" in kept


def test_a_picture_inside_the_page_stays() -> None:
    assert "data:image/png;base64,AAAA" in reduced("<img src='data:image/png;base64,AAAA'>")


def test_text_behind_a_dropped_element_stays() -> None:
    assert "onetwothree" in reduced("<p>one<script>x</script>two<script>y</script>three</p>")


@pytest.mark.parametrize(
    "source", ["", "\0", "<", "<html", "<?xml version='1.0' encoding='x'?><a>", "\ud800"]
)
def test_broken_sources_give_a_document_or_nothing(source: str) -> None:
    assert reduced(source) == "" or reduced(source).startswith("<!doctype html>")


@pytest.mark.parametrize("source", ["<b>" * 600_000, "<a href=x>" * 190_000, "<p>x" * 500_000])
def test_a_hostile_page_takes_bounded_time(source: str) -> None:
    with within_cpu(12):
        reduced(source)
