# ruff: noqa: E501 — pages read best unbroken

import pytest

from app.engine.bug.checks.embeds import look
from tests.engine.bug.checks.sight import by_page, html, page, rules


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<script src="http://203.0.113.9/a.js"></script>', "script-from-address"),
        ('<script src="https://cdn.other.example/a.js"></script>', "foreign-script"),
        ('<iframe src="https://video.other.example/1"></iframe>', "frame-without-sandbox"),
        ('<a href="javascript:show(1)">x</a>', "javascript-url"),
        (
            "<script>new WebSocket('wss://shop.site.example/s?token=q7rz2lmx9vtb')</script>",
            "token-in-socket-address",
        ),
    ],
)
def test_it_sees_what_a_page_takes_from_elsewhere(body: str, rule: str) -> None:
    assert rules(by_page(look, page(html(body)))) == {rule}


@pytest.mark.parametrize(
    "body",
    [
        '<script src="/a.js"></script><script src="https://static.site.example/a.js"></script>',
        '<iframe src="https://video.other.example/1" sandbox="allow-scripts"></iframe><iframe src="/x"></iframe>',
        '<a href="javascript:void(0)">x</a><a href="javascript:;">y</a>',
        "<script>new WebSocket('wss://shop.site.example/s')</script>",
    ],
)
def test_it_is_content_with_what_is_ours(body: str) -> None:
    assert not by_page(look, page(html(body)))


def test_it_sees_an_interface_that_answers_as_a_script() -> None:
    address = "/api/user?callback=onUser"
    assert rules(by_page(look, page('onUser({"name": "x"})', address, kind="text/javascript"))) == {"jsonp"}
    assert not by_page(look, page('{"name": "x"}', address, kind="application/json"))
