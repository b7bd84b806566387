"""What moves the whole page: base, refresh, canonical address, redirects."""

from __future__ import annotations

import pytest

from tests.engine.tamper.pages import inventory, judged, page, told


@pytest.mark.parametrize(
    ("head", "code", "cls"),
    [
        ('<meta http-equiv="refresh" content="0;url=https://evil.example/">', "refresh_new", "redirect"),
        ('<base href="https://evil.example/">', "base_new", "redirect"),
    ],
)
def test_what_moves_it_to_a_stranger_is_critical(head: str, code: str, cls: str) -> None:
    reason = told(judged(page(head=head)), code)
    assert (reason.level, reason.cls, reason.severity) == ("alert", cls, "critical")
    assert reason.detail["host"] == "evil.example"
    assert reason.where.startswith("html>head>")


def test_a_strangers_canonical_address_is_an_alert() -> None:
    now = page().replace(
        '"canonical" href="https://www.shop.example/"', '"canonical" href="https://evil.example/"'
    )
    assert told(judged(now), "canonical_foreign").cls == "seo_spam"


def test_an_address_that_ends_at_a_stranger_is_critical() -> None:
    before = [inventory(page(), final_url="https://www.shop.example/home")] * 3
    now = inventory(page("<p>More</p>"), final_url="https://evil.example/home")
    reason = told(judged(now, before), "redirect_new")
    assert (reason.severity, reason.after) == ("critical", "https://evil.example/home")


@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="refresh" content="5;url=/visit">',
        '<meta http-equiv="refresh" content="300">',
        '<base href="https://www.shop.example/">',
    ],
)
def test_what_stays_on_the_site_is_no_alert(head: str) -> None:
    assert judged(page(head=head)).verdict != "alert"


def test_a_redirect_within_the_site_is_nothing() -> None:
    before = [inventory(page(), final_url="https://www.shop.example/home")] * 3
    now = inventory(page(), final_url="https://shop.example/start")
    assert judged(now, before).verdict == "ok"
