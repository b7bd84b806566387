import pytest

from app.engine.bug.checks.mixed_content import look
from app.engine.bug.page import Page
from app.engine.bug.types import Request, Response
from tests.engine.bug.checks.sight import by_page, html, page, rules


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<script src="http://cdn.example/a.js"></script>', "active"),
        ('<iframe src="http://cdn.example/"></iframe>', "active"),
        ('<link rel="stylesheet" href="http://cdn.example/a.css">', "active"),
        ('<img src="http://cdn.example/a.png">', "passive"),
        ('<script>new WebSocket("ws://shop.site.example/live")</script>', "insecure-websocket"),
        ('<a href="http://shop.site.example/login">in</a>', "login-link"),
    ],
)
def test_it_sees_what_is_not_encrypted(body: str, rule: str) -> None:
    assert rules(by_page(look, page(html(body)))) == {rule}


@pytest.mark.parametrize(
    "body",
    [
        '<script src="https://cdn.example/a.js"></script><img src="//cdn.example/a.png">',
        '<a href="http://other.example/">x</a><link rel="canonical" href="http://shop.site.example/">',
        '<a href="http://other.example/login">x</a>',
        '<p>new WebSocket("ws://x.example")</p><script>var ns = "http://www.w3.org/2000/svg"</script>',
        '<script>new WebSocket("wss://shop.site.example/live")</script>',
    ],
)
def test_it_passes_over_what_is_encrypted_or_only_a_link(body: str) -> None:
    assert not by_page(look, page(html(body)))


def test_a_plain_page_mixes_nothing() -> None:
    site = "http://shop.site.example"
    assert not by_page(look, page(html('<img src="/a.png">'), site=site), site=site)


def test_it_sees_a_redirect_out_of_encryption() -> None:
    hop = Response(Request("https://shop.site.example/a"), 302, (("Location", "http://shop.site.example/b"),))
    sight = page(html(""), "/b", site="http://shop.site.example")
    hits = by_page(look, Page(sight.response, redirects=(hop,)))
    assert rules(hits) == {"downgrade"}
