"""From http:// to https://."""

from __future__ import annotations

import pytest

from app.engine.bug.observatory import Answer, Preload, redirection
from tests.engine.bug.observatory.sights import seen

START = "http://www.site.example/"


@pytest.mark.parametrize(
    ("rest", "result"),
    [
        ((), "missing"),
        (("https://www.site.example/",), "to-https"),
        (("https://WWW.site.example/x", "https://other.example/"), "to-https"),
        (("https://site.example/",), "off-host-from-http"),
        (("http://site.example/", "https://site.example/"), "not-to-https-on-initial-redirection"),
        (("https://www.site.example/", "http://www.site.example/x"), "not-to-https"),
    ],
)
def test_it_follows_the_route(rest: tuple[str, ...], result: str) -> None:
    assert redirection.judge(seen(http_route=(START, *rest))) == f"redirection-{result}"


def test_it_needs_no_redirection_without_plain_http() -> None:
    assert redirection.judge(seen(http=None, http_route=())) == "redirection-not-needed-no-http"


def test_it_tells_a_bad_certificate_on_the_way() -> None:
    assert redirection.judge(seen(http=Answer(200, verified=False))) == "redirection-invalid-cert"


def test_preloaded_hosts_need_none() -> None:
    preload = {"site.example": Preload("force-https", True)}
    assert redirection.judge(seen(preload=preload)) == "redirection-all-redirects-preloaded"
