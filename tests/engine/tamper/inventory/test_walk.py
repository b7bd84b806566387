"""What each element hands in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.tamper.pages import inventory


@pytest.mark.parametrize(
    ("html", "role", "url"),
    [
        ('<script src="/a.js"></script>', "script", "https://www.shop.example/a.js"),
        ('<script src="//evil.example/a.js"></script>', "script", "https://evil.example/a.js"),
        ('<script src="https:\\\\evil.example/a.js"></script>', "script", "https://evil.example/a.js"),
        ('<iframe src="/f"></iframe>', "frame", "https://www.shop.example/f"),
        ('<object data="/f.swf"></object>', "frame", "https://www.shop.example/f.swf"),
        ('<link rel="stylesheet" href="a.css">', "stylesheet", "https://www.shop.example/a.css"),
        ('<link rel="shortcut icon" href="/i.ico">', "icon", "https://www.shop.example/i.ico"),
        ('<link rel="canonical" href="/c">', "canonical", "https://www.shop.example/c"),
        ('<base href="https://evil.example/">', "base", "https://evil.example/"),
        ('<meta http-equiv="Refresh" content="3; URL=\'/r\'">', "refresh", "https://www.shop.example/r"),
        ('<meta property="og:image" content="/p.png">', "meta", "https://www.shop.example/p.png"),
        ('<p style="background:url(/b.png)">x</p>', "background", "https://www.shop.example/b.png"),
        ('<style>@import "/i.css";</style>', "import", "https://www.shop.example/i.css"),
        ('<video src="/v.mp4"></video>', "media", "https://www.shop.example/v.mp4"),
        ('<button formaction="//evil.example/t">x</button>', "form", "https://evil.example/t"),
        ('<link rel="preload" as="script" href="/p.js">', "preload", "https://www.shop.example/p.js"),
    ],
)
def test_addresses_are_absolute_and_kept_by_role(html: str, role: str, url: str) -> None:
    assert (role, url) in [(ref.role, ref.url) for ref in inventory(html).refs]


def test_relative_addresses_go_by_the_base_before_them() -> None:
    page = inventory('<head><base href="https://evil.example/x/"></head><body><a href="a">One</a></body>')
    assert page.anchors[0].url == "https://evil.example/x/a"


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ('<a href="/a">  Two \n words </a>', "Two words"),
        ('<a href="/a"><img src="/x/logo12.png" alt="Mill 12"></a>', "[Mill ]"),
        ('<a href="/a" title="Home page"><i></i></a>', "[Home page]"),
    ],
)
def test_a_link_is_called_by_its_text_its_title_or_its_picture(html: str, label: str) -> None:
    assert inventory(html).anchors[0].label == label


def test_a_link_nobody_can_see_is_hidden() -> None:
    assert inventory('<a href="http://x.example/"></a>').anchors[0].hidden == "empty"


@pytest.mark.parametrize("href", ["", "#top", " "])
def test_a_link_to_nowhere_is_none(href: str) -> None:
    assert inventory(f'<a href="{href}">Top</a>').anchors == []


@pytest.mark.parametrize(
    ("html", "origin", "place"),
    [
        ("<script>go()</script>", "script", "html>head>script"),
        ('<p onclick="go()">x</p>', "handler", "p[onclick]"),
        ('<a href=" JavaScript:go()">x</a>', "address", "a[href]"),
        ('<form action="javascript:go()"></form>', "address", "form[action]"),
        ('<iframe srcdoc="<script>go()</script>"></iframe>', "address", "iframe[srcdoc]"),
        ('<script src="data:text/javascript,go()"></script>', "address", "script[src]"),
    ],
)
def test_code_is_found_wherever_it_stands(html: str, origin: str, place: str) -> None:
    assert (origin, place) in [(each.origin, each.region) for each in inventory(html).inlines]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ('<input type="password" name="p">', "password"),
        ('<input name="cardnumber">', "card"),
        ('<input type="email" name="e">', "email"),
        ("<textarea></textarea>", "textarea"),
    ],
)
def test_a_form_knows_what_it_asks_for(field: str, kind: str) -> None:
    (form,) = inventory(
        f'<form action="/take" method="POST">{field}<input type="hidden" name="t"></form>'
    ).forms
    assert (form.url, form.method, form.fields) == ("https://www.shop.example/take", "post", (kind,))


def test_a_secret_asked_for_outside_of_forms_is_kept_too() -> None:
    assert inventory('<p><input type="password"></p>').forms[0].fields == ("password",)


@pytest.mark.parametrize(
    ("html", "role"),
    [
        ('<img class="site-logo" src="/a.png">', "logo"),
        ('<img src="/images/qrcode.png">', "qr"),
        ('<img class="hero" src="/a.png">', "large"),
        ('<img src="/a.png" alt="A loaf">', "picture"),
    ],
)
def test_a_picture_is_known_by_its_names(html: str, role: str) -> None:
    assert inventory(html).pictures[0].role == role


def test_a_picture_loaded_later_is_the_one_that_counts() -> None:
    html = '<img src="data:image/gif;base64,R0" data-src="/real.jpg">'
    assert inventory(html).pictures[0].url == "https://www.shop.example/real.jpg"


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>One</p><p>Two</p>", [("One", ""), ("Two", "")]),
        ("<p>One <b>word</b>\n more</p>", [("One word more", "")]),
        ("<p>One<br>Two</p>", [("One", ""), ("Two", "")]),
        ('<p style="display:none">One</p>', [("One", "display")]),
        ("<script>One</script><style>Two</style><p>Three</p>", [("Three", "")]),
        ("<p>One<!-- not this --> and more</p>", [("One and more", "")]),
        ("<noscript><p>One</p></noscript>", [("One", "noscript")]),
    ],
)
def test_text_is_kept_line_by_line_with_what_hides_it(html: str, lines: list[tuple[str, str]]) -> None:
    assert [(line.text, line.hidden) for line in inventory(f"<body>{html}</body>").lines] == lines


@pytest.mark.parametrize(
    "more", [{"title": "Shop"}, {"description": "Bread"}, {"keywords": "rolls"}, {"lang": "en-gb"}]
)
def test_it_keeps_what_search_engines_show(more: dict[str, Any]) -> None:
    page = inventory(
        '<html lang="en-GB"><head><title> Shop\n</title><meta name="Description" content="Bread">'
        '<meta name="keywords" content="rolls"></head><body><svg><title>Not this</title></svg></body></html>'
    )
    assert {name: getattr(page, name) for name in more} == more
